import ms from 'ms';

/** A length of time: `'30m'`, `'7d'`, or milliseconds. */
export type Duration = string | number;

/** Milliseconds of a duration; `undefined` when it is none. */
export function milliseconds(duration: unknown): number | undefined {
  const value = typeof duration === 'string' ? parsed(duration) : duration;
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/**
 * Seconds that jsonwebtoken's `expiresIn` means: a number counts seconds, text is read by `ms` (so digits alone
 * are milliseconds). `undefined` when it is none.
 */
export function expiresInSeconds(expiresIn: unknown): number | undefined {
  if (typeof expiresIn === 'number') return Number.isFinite(expiresIn) ? Math.floor(expiresIn) : undefined;
  if (typeof expiresIn !== 'string') return undefined;
  const value = parsed(expiresIn);
  return value === undefined ? undefined : Math.floor(value / 1000);
}

function parsed(text: string): number | undefined {
  if (text === '' || text.length > 100) return undefined;
  // `ms` takes a union of literal types; any text is checked by what it returns.
  const value: number | undefined = (ms as (text: string) => number | undefined)(text);
  return value === undefined || Number.isNaN(value) ? undefined : value;
}
