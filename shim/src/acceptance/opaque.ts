import { seconds } from '../session/login.js';
import { expiresInSeconds } from '../settings/durations.js';
import { OptionError } from '../settings/option-error.js';
import type { KeyPurpose, KeySource, OpaqueOptions } from '../settings/options.js';
import type { Verified } from './verify.js';

/** Takes a token that is no JWT for what it may be: whether it is kept, its claims say. */
export type Opaque = () => readonly Verified[];

/** Checks the opaque tokens that `legacy.keys` names. Throws an OptionError for what can't work. */
export function prepareOpaque(given: KeySource | readonly KeySource[] | undefined): Opaque {
  const sources = [given].flat().map((source, index) => {
    if (!isOpaque(source)) return undefined;
    return prepared(source, `legacy.keys[${index}]`);
  });
  const known = sources.filter((one) => one !== undefined);
  return () =>
    known.map(({ purpose, length }) => ({
      payload: length === undefined ? {} : { exp: seconds() + length },
      purpose,
      opaque: true,
    }));
}

/** Whether a source names opaque tokens. */
export function isOpaque(source: unknown): source is OpaqueOptions {
  return typeof source === 'object' && source !== null && 'opaque' in source && source.opaque === true;
}

function prepared(
  { claims, refresh, expiresIn }: OpaqueOptions,
  option: string,
): { readonly purpose: KeyPurpose; readonly length: number | undefined } {
  if (typeof claims !== 'function')
    throw new OptionError(
      `${option}.claims`,
      'is missing',
      'look the token up: async (payload, req, token) => the claims, or undefined',
    );
  const length = expiresIn === undefined ? undefined : expiresInSeconds(expiresIn);
  if (expiresIn !== undefined && length === undefined)
    throw new OptionError(
      `${option}.expiresIn`,
      `is ${JSON.stringify(expiresIn)}`,
      "give seconds, or text as '7d'",
    );
  return { purpose: { refresh: refresh === true, claims }, length };
}
