import { createPublicKey, createSecretKey, KeyObject } from 'node:crypto';
import type { Algorithm, JwtHeader, VerifyOptions } from 'jsonwebtoken';
import { OptionError } from '../settings/option-error.js';
import type { JwksOptions, KeyOptions, KeyPurpose, KeySource, OpaqueOptions } from '../settings/options.js';
import { publishedKeys } from './jwks.js';
import { isOpaque } from './opaque.js';

const ALGORITHMS: readonly string[] = [
  'HS256',
  'HS384',
  'HS512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
];

/** A key made ready once: `verify` with a string makes it again for every token, at forty times the cost. */
export interface PreparedKey {
  readonly key: KeyObject;
  readonly kid: string | undefined;
  readonly algorithms: readonly string[];
  readonly options: VerifyOptions;
  readonly purpose: KeyPurpose;
}

/** The keys that may have signed a token with this header; only the ones whose algorithm and `kid` fit. */
export type Keys = (header: JwtHeader) => readonly PreparedKey[] | Promise<readonly PreparedKey[]>;

/** Where keys are from; opaque tokens have none. */
type Signed = Exclude<KeySource, OpaqueOptions>;

/** Checks and prepares the keys of `legacy.keys`. Throws an OptionError for one that can't work. */
export function prepareKeys(
  given: KeySource | readonly KeySource[] | undefined,
  clockTolerance: number | undefined,
): Keys {
  const sources: readonly KeySource[] = given === undefined ? [] : isList(given) ? given : [given];
  if (!sources.some((source) => !isOpaque(source)))
    throw new OptionError(
      'legacy.keys',
      'is missing',
      "{ key: process.env.JWT_SECRET, algorithms: ['HS256'] }",
    );
  const found = sources.map((source, index) =>
    isOpaque(source) ? [] : keysOf(source, `legacy.keys[${index}]`, clockTolerance),
  );
  const fixed = found.every((keys) => Array.isArray(keys));
  if (fixed) {
    const all = found.flatMap((keys) => (Array.isArray(keys) ? keys : []));
    return (header) => all.filter((key) => fits(key, header));
  }
  return async (header) => {
    const all = await Promise.all(found.map((keys) => (typeof keys === 'function' ? keys(header) : keys)));
    return all.flat().filter((key) => fits(key, header));
  };
}

/** Fixed keys, or a way to look them up for a token. */
function keysOf(
  source: Signed,
  option: string,
  clockTolerance: number | undefined,
): readonly PreparedKey[] | Keys {
  if (typeof source === 'function') {
    const known = new Map<string, PreparedKey>();
    return async (header) => {
      const options = await source(header);
      if (!options) return [];
      const name =
        typeof options.key === 'string' ? `${options.algorithms}\n${options.kid}\n${options.key}` : '';
      const prepared = known.get(name) ?? prepareKey(options, option, clockTolerance);
      if (name !== '' && known.size < 100) known.set(name, prepared);
      return [prepared];
    };
  }
  if (isPublished(source)) {
    const { jwksUri, algorithms, refresh, claims, textAs, ...options } = source;
    const allowed = allowedAlgorithms(algorithms, option);
    if (allowed.some((name) => name.startsWith('HS')))
      throw new OptionError(
        `${option}.algorithms`,
        'lists HS algorithms',
        'published keys are public: use RS, PS, ES',
      );
    const purpose = purposeOf({ refresh, claims, textAs }, option);
    return publishedKeys(jwksUri, {
      algorithms: allowed,
      options: verifyOptions(options, clockTolerance),
      purpose,
    });
  }
  return [prepareKey(source, option, clockTolerance)];
}

function prepareKey(source: KeyOptions, option: string, clockTolerance: number | undefined): PreparedKey {
  const { key: material, algorithms, kid, refresh, claims, textAs, ...options } = source;
  if (material === undefined || material === null || material === '')
    throw new OptionError(
      `${option}.key`,
      `is ${material === '' ? 'empty' : String(material)}`,
      'is the environment variable that the application signs with set when cutover() is called?',
    );
  const allowed = allowedAlgorithms(algorithms, option);
  const key = keyObject(material, option);
  const symmetric = key.type === 'secret';
  if (allowed.some((name) => name.startsWith('HS') !== symmetric))
    throw new OptionError(
      `${option}.algorithms`,
      `[${allowed.join(', ')}] do not fit a ${symmetric ? 'secret' : 'public key'}`,
      symmetric ? "use 'HS256' and its like" : 'use RS, PS, ES or EdDSA, never HS with a public key',
    );
  return {
    key,
    kid,
    algorithms: allowed,
    options: verifyOptions(options, clockTolerance),
    purpose: purposeOf({ refresh, claims, textAs }, option),
  };
}

function purposeOf(
  { refresh, claims, textAs }: { refresh: unknown; claims: KeyPurpose['claims']; textAs: unknown },
  option: string,
): KeyPurpose {
  if (refresh !== undefined && typeof refresh !== 'boolean')
    throw new OptionError(
      `${option}.refresh`,
      `is ${JSON.stringify(refresh)}`,
      'true for the key of refresh tokens',
    );
  if (claims !== undefined && typeof claims !== 'function')
    throw new OptionError(
      `${option}.claims`,
      'is no function',
      '(payload) => the claims to keep, or undefined',
    );
  if (textAs !== undefined && (typeof textAs !== 'string' || textAs === ''))
    throw new OptionError(`${option}.textAs`, `is ${JSON.stringify(textAs)}`, "the name of a claim: 'sub'");
  return {
    refresh: refresh === true,
    ...(claims ? { claims } : {}),
    ...(textAs === undefined ? {} : { textAs }),
  };
}

/** As jsonwebtoken reads a key: public if it can be, else the bytes of a secret. */
function keyObject(material: string | Buffer | KeyObject, option: string): KeyObject {
  if (material instanceof KeyObject)
    return material.type === 'private' ? createPublicKey(material) : material;
  try {
    return createPublicKey(material);
  } catch {
    // Not a PEM: a secret.
  }
  try {
    return createSecretKey(typeof material === 'string' ? Buffer.from(material) : material);
  } catch {
    throw new OptionError(`${option}.key`, 'is no key', 'give what the second argument of jwt.verify was');
  }
}

function allowedAlgorithms(algorithms: readonly string[] | undefined, option: string): readonly string[] {
  if (!Array.isArray(algorithms) || algorithms.length === 0)
    throw new OptionError(
      `${option}.algorithms`,
      'is missing',
      "list what the application accepts: ['HS256']",
    );
  const unknown = algorithms.find((name) => !ALGORITHMS.includes(name));
  if (unknown !== undefined)
    throw new OptionError(`${option}.algorithms`, `has "${unknown}"`, `choose of ${ALGORITHMS.join(', ')}`);
  return algorithms;
}

/** An algorithm that jsonwebtoken checks itself; EdDSA it does not know. */
export function isKnownToLibrary(algorithm: string): algorithm is Algorithm {
  return algorithm !== 'EdDSA' && ALGORITHMS.includes(algorithm);
}

function verifyOptions(options: VerifyOptions, clockTolerance: number | undefined): VerifyOptions {
  return clockTolerance === undefined ? options : { clockTolerance, ...options };
}

function fits(key: PreparedKey, header: JwtHeader): boolean {
  const named = key.kid === undefined || header.kid === undefined || key.kid === header.kid;
  return named && key.algorithms.includes(header.alg);
}

function isList(given: KeySource | readonly KeySource[]): given is readonly KeySource[] {
  return Array.isArray(given);
}

function isPublished(source: KeyOptions | JwksOptions): source is JwksOptions {
  return 'jwksUri' in source;
}
