/** The runtime's package, as migrated code imports it. */
export const SHIM = '@jwt-to-session/shim';
