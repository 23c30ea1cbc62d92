/** Methods of a string that cut the token out of it. */
export const CUTS: ReadonlySet<string> = new Set([
  'replace',
  'replaceAll',
  'slice',
  'substring',
  'substr',
  'trim',
  'trimStart',
  'trimLeft',
  'trimEnd',
  'trimRight',
  'toString',
]);

/** Methods that split it into parts, and that pick the token out of them. */
export const PICKS: ReadonlySet<string> = new Set(['split', 'match', 'pop', 'at']);
