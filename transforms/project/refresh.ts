import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { propertyOf } from './acceptance/doors.js';
import { keyOf, namesThere, untyped } from './acceptance/key.js';
import { type Lifetime, lifetimeOf } from './acceptance/lifetimes.js';
import { refreshKeysOf } from './acceptance/refresh-keys.js';
import { callersOf } from './callers.js';
import { usesOf } from './flow/follow.js';
import { otherFramework } from './frameworks.js';
import { fromNow } from './from-now.js';
import { hazardOf } from './hazards.js';
import { portableOf } from './portable.js';
import type { Project } from './project.js';
import { claimsOfRefresh } from './refresh-claims.js';
import { requestParameter } from './requests.js';
import { endBeside } from './shared-lifetime.js';
import { checkedByMore, yieldsClaims } from './shared-yield.js';
import { type CheckSite, isCheck, isMint, type MintSite, OPAQUE, type ReadSite, type Site } from './site.js';
import { usesOfRead } from './sites/requests.js';
import { type SourceFile, textOf } from './source.js';
import {
  isOfRefreshRecord,
  type RefreshRecord,
  refreshRecordOf,
  rowsYieldedBy,
} from './stored/refresh/record.js';
import { tokenVersionOf } from './stored/refresh/versions.js';

/**
 * The refresh tokens of an application, which move all together or stay all together: where they can move, a
 * session takes the place of both tokens and lives as long as the longer one did.
 */
export type RefreshUnit =
  | { readonly moves: false; readonly because: string }
  /** `expiresIn` is the code of the refresh token's lifetime, or `until` says when it ends; it had no end without both. */
  | { readonly moves: true; readonly expiresIn?: string; readonly until?: MintSite };

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
  const because = obstacleOf(project) ?? notInstalled(project);
  const found: RefreshUnit = because === undefined ? withLifetime(project) : { moves: false, because };
  units.set(project, found);
  return found;
}

/**
 * How long the session of a mint is to last because a refresh token renews it: as long as that token. Where refresh
 * tokens stay, they go on renewing and a login lasts as long as it did; only where the browser of this project
 * forgets its own, which nothing else takes for a session, is it as long as that of a token made or checked in the
 * same request.
 *
 * @returns undefined where no refresh token has to do with it; `expiresIn` is absent where it has no end
 */
export function renewedLifetime(
  project: Project,
  mint: MintSite,
): { readonly expiresIn?: string; readonly until?: MintSite } | undefined {
  const renewals = project.sites.filter((site) => site.family === 'refresh');
  if (!renewals.some(isMint)) return undefined;
  const unit = refreshUnit(project);
  if (unit.moves) return unit;
  if (!isForgotten(project)) return undefined;
  const handlers = new Set(handlersOf(project, mint.path));
  const beside = renewals.some(
    (site) =>
      (isMint(site) || isCheck(site) || isOpaqueRead(site, renewals)) &&
      handlersOf(project, site.path).some((one) => handlers.has(one)),
  );
  const lifetime = beside ? withLifetime(project, mint.file) : undefined;
  return lifetime?.moves ? lifetime : undefined;
}

/** Whether browsers forget a refresh token that the session module can't take for a login. */
function isForgotten({ sources, sites }: Tokens): boolean {
  if (!sites.some(({ kind, family }) => kind === 'web-storage' && family === 'refresh')) return false;
  const logins = sites.filter(isMint).filter(({ family }) => family === 'session');
  return !refreshKeysOf(sources, sites, logins, new Set(), new Map()).length;
}

/** Random text is checked by being looked for. */
function isOpaqueRead(site: Site, renewals: readonly Site[]): boolean {
  return site.kind === 'request' && isOpaque(renewals);
}

/** Whether an application's refresh tokens are random text, which only its table knows. */
export function isOpaque(sites: readonly Site[]): boolean {
  const mints = sites.filter(isMint).filter(({ family }) => family === 'refresh');
  return mints.length > 0 && mints.every(({ library }) => library === OPAQUE);
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
  const record = refreshRecordOf(sources, sites);
  const moves = record?.strange === undefined ? record : undefined;
  const ends = (path: NodePath) => moves !== undefined && isOfRefreshRecord(path, moves);
  for (const mint of mints) {
    if (mint.callback) return 'it is made by a call with a callback';
    const hazard = hazardOf(sources, usesOf(sources, mint.path, [], ends));
    if (hazard) return told(hazard, record);
  }
  for (const read of refresh.filter((site): site is ReadSite => site.role === 'read')) {
    const hazard = hazardOf(sources, usesOfRead(sources, read.path, ends));
    if (hazard) return told(hazard, record);
  }
  const unsaid = record && unacceptable(project, record, logins);
  if (unsaid) return unsaid;
  const alone = mints.find((mint) => !isMintedBeside(project, mint, logins));
  if (alone) return 'a login makes it without a login token beside it';
  const version = tokenVersionOf(sources, sites);
  if (version?.strange !== undefined) return version.strange;
  const rows = record ? rowsYieldedBy(record) : new Set<t.Node>();
  const checks = refresh.filter(isCheck).filter(({ call }) => !rows.has(call.node));
  const more = checks.find(({ shared }) => shared && !yieldsClaims(shared));
  if (more?.shared) return `it is ${checkedByMore(sources, more.shared)}`;
  return missingClaim(project, checks) ?? (record ? undefined : unaccepted(project, checks, logins));
}

/** Why those who come back with nothing but a refresh token would be logged out: the exchange can not take it. */
function unaccepted(
  { sources, sites }: Tokens,
  checks: readonly CheckSite[],
  logins: readonly MintSite[],
): string | undefined {
  const textOfKey = (path: NodePath | undefined) => {
    const key = path && keyOf(sources, path, new Map());
    return key && untyped(key).text;
  };
  const known = new Set([
    ...logins.map(({ key }) => textOfKey(key)),
    ...refreshKeysOf(sources, sites, logins, new Set(), new Map()).map(({ key }) => key?.text),
  ]);
  const lost = checks.find(({ kind, key }) => kind === 'verify' && key && !known.has(textOfKey(key)));
  return lost && 'nothing shows what login it stands for, so the exchange can not take it';
}

/** Old tokens that are stored open sessions by the session module alone: it has to be written now, or know them. */
function notInstalled({ sources, sites, steps }: Project): string | undefined {
  const record = refreshRecordOf(sources, sites);
  const version = tokenVersionOf(sources, sites);
  if (!version && (!record || record.keepers.some(({ kind }) => kind === 'list'))) return undefined;
  const applications = sites.filter((site) => site.kind === 'application');
  const mounted = applications.some(({ application }) =>
    application.registrations.some(({ kind }) => kind === 'shim'),
  );
  const known = sources.listed.some(
    ({ text }) => text.includes('cutover(') && text.includes('refresh: true'),
  );
  if (mounted ? known : applications.length && steps.includes('install')) return undefined;
  return version
    ? `it is taken back by its claim ${version.claim}, and no session module here asks for that`
    : 'it is stored, and no session module here takes it for a login';
}

/** Stored tokens from before have to open sessions, so the way from one to a login must be known elsewhere too. */
function unacceptable(
  { sources, sites }: Tokens,
  { keepers }: RefreshRecord,
  logins: readonly MintSite[],
): string | undefined {
  if (keepers.some(({ kind }) => kind === 'list')) return undefined;
  const application = sites.find((site) => site.kind === 'application');
  const there = application ? namesThere(application.path) : new Map<t.Node, string>();
  return refreshKeysOf(sources, sites, logins, new Set(), there).length
    ? undefined
    : 'it is stored, and how it leads to a login can not be said outside of the route that renews';
}

/** Where a token goes, and what else is done with what keeps it. */
function told(hazard: string, record: RefreshRecord | undefined): string {
  return record?.strange === undefined
    ? `it is ${hazard}`
    : `it is ${hazard}, and ${record.strange} does more with what is kept`;
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

/** A claim that is read off a refresh token and that the login token has not. */
function missingClaim({ sources, sites }: Tokens, checks: readonly CheckSite[]): string | undefined {
  for (const check of checks) {
    const { missing } = claimsOfRefresh(sources, sites, check);
    if (missing !== undefined)
      return `its claim ${missing} is read, and the login token has none of that name`;
  }
  return undefined;
}

/**
 * The lifetime of the refresh tokens as code that means the same wherever a login is.
 *
 * @param within the file that it is to be written in, where that is known
 */
function withLifetime({ sources, sites }: Project, within?: SourceFile): RefreshUnit {
  const mints = sites.filter(isMint).filter((site) => site.family === 'refresh');
  const first = longest(mints, (mint) => lifetimeOf(sources, mint));
  if (!first) return { moves: true };
  const given = lengthGiven(sources, first);
  const logins = sites.filter(isMint).filter((site) => site.family === 'session');
  const ends = mints.length === 1 && logins.every((login) => endBeside(sources, login, first));
  if (!given && ends) return { moves: true, until: first };
  const lifetime = lifetimeOf(sources, first);
  if (lifetime.kind === 'unlimited') return { moves: true };
  const portable = given && portableOf(sources, given);
  const place = within ?? (logins.every(({ file }) => file === first.file) ? first.file : undefined);
  const known = portable?.imports.every(({ from }) => from === place) && first.file === place;
  if (portable && (known || !portable.imports.length)) return { moves: true, expiresIn: portable.text };
  if (given?.isLiteral()) return { moves: true, expiresIn: textOf(first.file, given.node) };
  if (lifetime.kind === 'seconds') return { moves: true, expiresIn: String(lifetime.seconds) };
  return { moves: false, because: 'how long it lives can not be said where the login is' };
}

/** What says how long a token lives, in the form that `expiresIn` takes: njwt takes a point in time. */
function lengthGiven(sources: Tokens['sources'], mint: MintSite): NodePath | undefined {
  if (mint.library === 'njwt') return undefined;
  if (mint.library === OPAQUE) {
    const length = mint.expires && fromNow(mint.expires);
    return length?.kind === 'seconds' ? length.path : undefined;
  }
  return mint.expires ?? (mint.options && propertyOf(sources, mint.options, 'expiresIn'));
}

/** The mint whose tokens live longest; the first one where that is not known of all. */
function longest(mints: readonly MintSite[], lifetime: (mint: MintSite) => Lifetime): MintSite | undefined {
  const known = mints.map((mint) => ({ mint, life: lifetime(mint) }));
  const unlimited = known.find(({ life }) => life.kind === 'unlimited');
  if (unlimited) return unlimited.mint;
  const seconds = ({ life }: (typeof known)[number]) => (life.kind === 'seconds' ? life.seconds : Infinity);
  return known.toSorted((a, b) => (seconds(b) === seconds(a) ? 0 : seconds(b) - seconds(a)))[0]?.mint;
}
