import type { NodePath } from '@babel/traverse';
import { propertyOf } from './acceptance/doors.js';
import { usesOf } from './flow/follow.js';
import { nameRead } from './held-claims.js';
import { claimNames, usesOfCallback } from './mints.js';
import { type CheckSite, isMint, type MintSite, type Site } from './site.js';
import type { Sources } from './sources.js';
import { isOfVersion, tokenVersionOf } from './stored/refresh/versions.js';

/** Claims that most tokens have, by whatever name the user is known. */
const COMMON_CLAIMS = new Set(['iat', 'exp']);

/** Where the claims that are read off a refresh token are in a session, which has those of the login token. */
export type ClaimsFound =
  | { readonly missing: string }
  /** `holder` is the claim that has them in it; absent where they are claims themselves. */
  | { readonly missing?: undefined; readonly holder?: string };

/** Says where a session has the claims that a check reads off a refresh token. */
export function claimsOfRefresh(sources: Sources, sites: readonly Site[], check: CheckSite): ClaimsFound {
  const logins = sites.filter(isMint).filter(({ family }) => family === 'session');
  const version = tokenVersionOf(sources, sites);
  // What is not asked of a session any more need not be in it.
  const names = namesRead(sources, check, (path) => version !== undefined && isOfVersion(path, version));
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

/** The names of the claims that are read off a token, but for those places that go. */
function namesRead(
  sources: Sources,
  { callback, path }: CheckSite,
  goes: (path: NodePath) => boolean,
): string[] {
  const uses = callback ? usesOfCallback(sources, callback) : usesOf(sources, path);
  const names = uses.flatMap((use) => (use.trail.length || goes(use.path) ? [] : (nameRead(use.path) ?? [])));
  return [...new Set(names)];
}

/** Whether a claim of a login is an object with a property of a name. */
function holds(sources: Sources, { claims }: MintSite, name: string, inner: string): boolean {
  const value = claims && propertyOf(sources, claims, name);
  return value !== undefined && propertyOf(sources, value, inner) !== undefined;
}
