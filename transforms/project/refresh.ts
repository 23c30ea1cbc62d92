import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { propertyOf } from './acceptance/doors.js';
import { lifetimeOf } from './acceptance/lifetimes.js';
import { callersOf } from './callers.js';
import { definitionOf, keyName } from './definitions.js';
import { usesOf } from './flow/follow.js';
import { otherFramework } from './frameworks.js';
import { hazardOf } from './hazards.js';
import { nameRead } from './held-claims.js';
import { usesOfCallback } from './mints.js';
import { portableOf } from './portable.js';
import type { Project } from './project.js';
import { requestParameter } from './requests.js';
import { type CheckSite, isCheck, isMint, type MintSite, type ReadSite } from './site.js';
import { type SourceFile, textOf } from './source.js';

/**
 * The refresh tokens of an application, which move all together or stay all together: where they can move, a
 * session takes the place of both tokens and lives as long as the longer one did.
 */
export type RefreshUnit =
  | { readonly moves: false; readonly because: string }
  /** `expiresIn` is the code of the refresh token's lifetime; absent where it had no end. */
  | { readonly moves: true; readonly expiresIn?: string };

/** What of a project tells about its refresh tokens. */
type Tokens = Pick<Project, 'sources' | 'sites'>;

const units = new WeakMap<Project, RefreshUnit>();

/** Whether the server goes on renewing logins by refresh tokens, because these can't move. */
export function refreshStays(tokens: Tokens): boolean {
  const renews = tokens.sites.some((site) => site.family === 'refresh' && isCheck(site));
  return renews && obstacleOf(tokens) !== undefined;
}

/** Whether an application's refresh tokens move, and if not, why. */
export function refreshUnit(project: Project): RefreshUnit {
  const known = units.get(project);
  if (known) return known;
  const because = obstacleOf(project);
  const found: RefreshUnit = because === undefined ? withLifetime(project) : { moves: false, because };
  units.set(project, found);
  return found;
}

/**
 * How long the session of a mint is to last because a refresh token renews it: as long as that token, which is
 * made or checked in the same request.
 *
 * @returns undefined where no refresh token has to do with it; `expiresIn` is absent where it has no end
 */
export function renewedLifetime(project: Project, mint: MintSite): { expiresIn?: string } | undefined {
  const renewals = project.sites.filter((site) => site.family === 'refresh');
  if (!renewals.some(isMint)) return undefined;
  const unit = refreshUnit(project);
  if (unit.moves) return unit;
  const handlers = new Set(handlersOf(project, mint.path));
  const beside = renewals.some(
    (site) =>
      (isMint(site) || isCheck(site)) && handlersOf(project, site.path).some((one) => handlers.has(one)),
  );
  const lifetime = beside ? withLifetime(project, mint.file) : undefined;
  return lifetime?.moves ? lifetime : undefined;
}

function obstacleOf(project: Tokens): string | undefined {
  const { sources, sites } = project;
  const refresh = sites.filter((site) => site.family === 'refresh');
  const mints = refresh.filter(isMint);
  const logins = sites.filter(isMint).filter((mint) => mint.family === 'session');
  const [first] = refresh;
  const framework = first && otherFramework(sources, first.file);
  if (framework) return `the server runs on ${framework}`;
  if (!logins.length) return 'no login token is made beside it';
  const strange = refresh.find((site) => site.kind === 'library-call' || site.kind === 'gateway');
  if (strange) return `${strange.file.path} handles it in another way`;
  for (const mint of mints) {
    if (mint.callback) return 'it is made by a call with a callback';
    const hazard = hazardOf(sources, usesOf(sources, mint.path));
    if (hazard) return `it is ${hazard}`;
  }
  for (const read of refresh.filter((site): site is ReadSite => site.role === 'read')) {
    const hazard = hazardOf(sources, read.uses);
    if (hazard) return `it is ${hazard}`;
  }
  const alone = mints.find((mint) => !isMintedBeside(project, mint, logins));
  if (alone) return 'a login makes it without a login token beside it';
  return missingClaim(project, refresh.filter(isCheck), logins);
}

/** Whether every handler that makes a refresh token makes a login token too: that is what starts the session. */
function isMintedBeside(project: Tokens, mint: MintSite, logins: readonly MintSite[]): boolean {
  const starting = new Set(logins.flatMap((login) => handlersOf(project, login.path)));
  return handlersOf(project, mint.path).every((handler) => starting.has(handler));
}

/** The outermost functions that reach a place: request handlers, or functions that nobody is seen to call. */
function handlersOf({ sources }: Tokens, path: NodePath): t.Node[] {
  const found = new Set<t.Node>();
  const seen = new Set<t.Node>();
  const climb = (at: NodePath, depth: number) => {
    const owner = at.getFunctionParent();
    if (!owner || seen.has(owner.node) || depth > 6) return;
    seen.add(owner.node);
    const callers = requestParameter(owner) ? [] : callersOf(sources, owner);
    if (callers.length) for (const caller of callers) climb(caller, depth + 1);
    else if (requestParameter(owner) || !owner.getFunctionParent()) found.add(owner.node);
    else climb(owner, depth + 1);
  };
  climb(path, 0);
  return [...found];
}

/** Claims that most tokens have, by whatever name the user is known. */
const COMMON_CLAIMS = new Set(['iat', 'exp']);

/** A claim that is read off a refresh token and that the login token has not. */
function missingClaim(
  { sources }: Tokens,
  checks: readonly CheckSite[],
  logins: readonly MintSite[],
): string | undefined {
  const claims = logins.map((login) => claimNames(sources, login));
  for (const check of checks) {
    const uses = check.callback ? usesOfCallback(sources, check.callback) : usesOf(sources, check.path);
    for (const { path, trail } of uses) {
      const name = trail.length ? undefined : nameRead(path);
      if (name === undefined || COMMON_CLAIMS.has(name)) continue;
      if (claims.some((names) => names && !names.has(name)))
        return `its claim ${name} is read, and the login token has none of that name`;
    }
  }
  return undefined;
}

/** The names of a mint's claims; undefined where they can't be told. */
function claimNames(sources: Project['sources'], mint: MintSite): Set<string> | undefined {
  const definition = mint.claims && definitionOf(sources, mint.claims);
  if (definition?.kind !== 'object') return undefined;
  const names = definition.path.node.properties.map((property) => keyName(property));
  return names.every((name) => name !== undefined) ? new Set(names) : undefined;
}

/**
 * The lifetime of the refresh tokens as code that means the same wherever a login is.
 *
 * @param within the file that it is to be written in, where that is known
 */
function withLifetime({ sources, sites }: Project, within?: SourceFile): RefreshUnit {
  const mints = sites.filter(isMint).filter((site) => site.family === 'refresh');
  const [first] = mints;
  if (!first) return { moves: true };
  // njwt takes a point in time, which says nothing elsewhere.
  const given =
    first.library === 'njwt'
      ? undefined
      : (first.expires ?? (first.options && propertyOf(sources, first.options, 'expiresIn')));
  const lifetime = lifetimeOf(sources, first);
  if (lifetime.kind === 'unlimited') return { moves: true };
  const portable = given && portableOf(sources, given);
  const known = portable?.imports.every(({ from }) => from === within) && first.file === within;
  if (portable && (known || !portable.imports.length)) return { moves: true, expiresIn: portable.text };
  if (given?.isLiteral()) return { moves: true, expiresIn: textOf(first.file, given.node) };
  if (lifetime.kind === 'seconds') return { moves: true, expiresIn: String(lifetime.seconds) };
  return { moves: false, because: 'how long it lives can not be said where the login is' };
}
