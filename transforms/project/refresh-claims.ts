import { propertyOf } from './acceptance/doors.js';
import { definitionOf, keyName } from './definitions.js';
import { usesOf } from './flow/follow.js';
import { nameRead } from './held-claims.js';
import { usesOfCallback } from './mints.js';

import type { CheckSite, MintSite } from './site.js';
import type { Sources } from './sources.js';

/** Claims that most tokens have, by whatever name the user is known. */
const COMMON_CLAIMS = new Set(['iat', 'exp']);

/** Where the claims that are read off a refresh token are in a session, which has those of the login token. */
export type ClaimsFound =
  | { readonly missing: string }
  /** `holder` is the claim that has them in it; absent where they are claims themselves. */
  | { readonly missing?: undefined; readonly holder?: string };

/** Says where a session has the claims that a check reads off a refresh token. */
export function claimsOfRefresh(
  sources: Sources,
  check: CheckSite,
  logins: readonly MintSite[],
): ClaimsFound {
  const names = namesRead(sources, check);
  const known = logins.map((login) => claimNames(sources, login));
  const missing = names.find(
    (name) => !COMMON_CLAIMS.has(name) && known.some((claims) => claims && !claims.has(name)),
  );
  if (missing === undefined) return {};
  const [first] = logins;
  const holders = first ? [...(claimNames(sources, first) ?? [])] : [];
  const holder = holders.find((name) =>
    names.every((inner) => logins.every((login) => holds(sources, login, name, inner))),
  );
  return holder === undefined ? { missing } : { holder };
}

/** The names of the claims that are read off a token. */
function namesRead(sources: Sources, { callback, path }: CheckSite): string[] {
  const uses = callback ? usesOfCallback(sources, callback) : usesOf(sources, path);
  const names = uses.flatMap((use) => (use.trail.length ? [] : (nameRead(use.path) ?? [])));
  return [...new Set(names)];
}

/** The names of a mint's claims; undefined where they can't be told. */
export function claimNames(sources: Sources, { claims }: MintSite): Set<string> | undefined {
  const definition = claims && definitionOf(sources, claims);
  if (definition?.kind !== 'object') return undefined;
  const names = definition.path.node.properties.map((property) => keyName(property));
  return names.every((name) => name !== undefined) ? new Set(names) : undefined;
}

/** Whether a claim of a login is an object with a property of a name. */
function holds(sources: Sources, { claims }: MintSite, name: string, inner: string): boolean {
  const value = claims && propertyOf(sources, claims, name);
  return value !== undefined && propertyOf(sources, value, inner) !== undefined;
}
