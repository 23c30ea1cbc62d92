/** What every store that is written for express-session has. */
export interface ExpressSessionStore {
  get(id: string, done: (error: unknown, session?: object | null) => void): void;
  set(id: string, session: object, done?: (error?: unknown) => void): void;
  destroy(id: string, done?: (error?: unknown) => void): void;
  touch?(id: string, session: object, done?: () => void): void;
}

export function isExpressSessionStore(value: unknown): value is ExpressSessionStore {
  if (typeof value !== 'object' || value === null) return false;
  const methods: { get?: unknown; set?: unknown; destroy?: unknown } = value;
  return [methods.get, methods.set, methods.destroy].every((method) => typeof method === 'function');
}

/** As messages name it. */
export function nameOfStore(store: ExpressSessionStore): string {
  const { name } = store.constructor;
  return name === 'Object' ? 'store' : name;
}

/** Said once, when such a store is configured. */
export function warnOfOtherStore(store: ExpressSessionStore): void {
  process.emitWarning(
    `session.store is a ${nameOfStore(store)}, which can not store only what is still there: a session that is logged out while another request changes it may be served for a moment more, and stays if the process dies in that moment. With redisStore or knexStore a logout always wins.`,
    { code: 'JWT_TO_SESSION_OTHER_STORE' },
  );
}
