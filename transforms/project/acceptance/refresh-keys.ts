import type { NodePath } from '@babel/traverse';
import { definitionOf } from '../definitions.js';
import { usesOf } from '../flow/follow.js';
import { originsOf, stringOf } from '../flow/origins.js';
import { hazardOf } from '../hazards.js';
import { isInside } from '../inside.js';
import { claimNames } from '../mints.js';
import type { Portable } from '../portable.js';
import {
  type CheckSite,
  isCheck,
  isMint,
  type MintSite,
  type ReadSite,
  type RequestPlace,
  type Site,
} from '../site.js';
import { textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { type RefreshRecord, refreshRecordOf } from '../stored/refresh/record.js';
import { tokenVersionOf } from '../stored/refresh/versions.js';
import { checksWhereUsed } from './check-callers.js';
import { propertyOf } from './doors.js';
import { keyOf, type NamesThere, untyped } from './key.js';
import { type Lifetime, lifetimeOf } from './lifetimes.js';
import { opaqueKeysOf } from './opaque-keys.js';
import { renewalOf } from './renewal.js';

/** A key that refresh tokens are checked with, by which a session lasts as long as they do. */
export interface RefreshKey {
  /** Absent for random text, which no key signs: the way looks it up. */
  readonly key?: Portable;
  /** How long such text is good: as `expiresIn` takes it, or in milliseconds. */
  readonly expiresIn?: Portable | number;
  readonly algorithms: readonly string[];
  /** The way from the token to the claims of a login; absent where the token has them all. */
  readonly renewal?: Portable;
  readonly places: readonly RequestPlace[];
  readonly lifetimes: readonly Lifetime[];
}

/**
 * The keys of refresh tokens that may open a session, because what the application asks of such a token is known:
 * it has the claims of a login and is stored nowhere, or the route that renews only looks something up. A key that
 * signs login tokens too is one only where refresh tokens are searched for in what keeps them: nothing else would tell
 * the two apart.
 */
export function refreshKeysOf(
  sources: Sources,
  sites: readonly Site[],
  logins: readonly MintSite[],
  taken: ReadonlySet<string>,
  there: NamesThere,
): RefreshKey[] {
  const renewing = sites.filter(isMint).filter(({ family }) => family === 'refresh');
  const record = refreshRecordOf(sources, sites);
  // What a process keeps in its memory is unknown to the next one: the application takes those tokens no longer.
  if (record?.keepers.some(({ kind }) => kind === 'list')) return [];
  const version = tokenVersionOf(sources, sites);
  const books = record?.strange === undefined ? booksOfRecord(record) : new Set<NodePath>();
  const keys = new Map<string, RefreshKey>();
  for (const check of sites.filter(isCheck).flatMap((one) => checksWhereUsed(sources, one))) {
    if (check.family !== 'refresh' || check.kind !== 'verify' || !check.key || !check.token) continue;
    if ([...books].some((one) => isInside(one, check.path))) continue;
    const key = keyOf(sources, check.key, there);
    const places = placesOfToken(sources, sites, check.token);
    if (!key || !places) continue;
    const renewal = renewalOf(sources, sites, check, books);
    if (renewal && isOfEntry(sites, renewal)) continue;
    if (taken.has(key.text) && !(renewal && record && isLookedUp(record, check))) continue;
    if (!renewal && (looksUp(check) || !isWhole(sources, renewing, logins))) continue;
    // Which number is good has to be asked here too.
    if (version && !renewal?.text.includes(`payload.${version.claim}`)) continue;
    const same = keys.get(key.text);
    keys.set(key.text, {
      key: untyped(key),
      algorithms: algorithmsOf(sources, check),
      ...(renewal ? { renewal } : {}),
      places: [...(same?.places ?? []), ...places],
      lifetimes: renewing.map((mint) => lifetimeOf(sources, mint)),
    });
  }
  return [...keys.values(), ...opaqueKeysOf(sources, sites, record, books)];
}

/**
 * Where refresh tokens come that the application keeps in memory: none of them is good after a restart, and whoever
 * sends one is still told so. Cookies are left to the application, which goes on reading them until it moves.
 */
export function rememberedPlaces(sources: Sources, sites: readonly Site[]): RequestPlace[] {
  const record = refreshRecordOf(sources, sites);
  if (!record || record.strange !== undefined || !record.keepers.some(({ kind }) => kind === 'list'))
    return [];
  return sites
    .filter((site): site is ReadSite => site.kind === 'request' && site.family === 'refresh')
    .map(({ place }) => place)
    .filter((place) => place.in === 'body' || place.in === 'query');
}

/** Whether code needs what the file has that makes the application: it loads the session module, and exports nothing yet. */
function isOfEntry(sites: readonly Site[], { imports }: Portable): boolean {
  const entries = sites.flatMap((site) => (site.kind === 'application' ? [site.file] : []));
  return imports.some(({ file }) => file?.system === 'commonjs' && entries.includes(file));
}

/** Whether a token is searched for among the refresh tokens that are kept, which tells it from all others. */
function isLookedUp({ answers }: RefreshRecord, check: CheckSite): boolean {
  const owner = check.call.getFunctionParent()?.node;
  return answers.some(
    ({ question, answer }) =>
      answer.how !== 'by-user' && question.path.getFunctionParent()?.node === owner && owner !== undefined,
  );
}

/** Statements that keep refresh tokens or take them out, but not those by which a token is found. */
function booksOfRecord(record: RefreshRecord | undefined): Set<NodePath> {
  const gone = [...(record?.gone ?? [])].filter((one) => !record?.asking.has(one));
  // What is written beside a token says nothing about it.
  const beside = (record?.columns ?? [])
    .map((column) => column.getStatementParent())
    .filter((one) => one?.isExpressionStatement());
  return new Set([...gone, ...beside].filter((one) => one !== null));
}

function algorithmsOf(sources: Sources, { options }: CheckSite): string[] {
  const listed = options && propertyOf(sources, options, 'algorithms');
  const definition = listed && definitionOf(sources, listed);
  const list = definition?.kind === 'value' ? definition.path : listed;
  const names = list?.isArrayExpression()
    ? list.get('elements').map((one) => (one.node ? stringOf(sources, one as NodePath) : undefined))
    : [];
  const known = names.filter((name) => name !== undefined);
  return known.length ? known : ['HS256'];
}

/** Where in the request a refresh token comes; undefined where that is not seen. */
export function placesOfToken(
  sources: Sources,
  sites: readonly Site[],
  token: NodePath,
): RequestPlace[] | undefined {
  const places: RequestPlace[] = [];
  for (const { path, trail } of originsOf(sources, token)) {
    if (path.isNullLiteral() || path.isStringLiteral()) continue;
    const text = [textOf(sources.fileOf(path), path.node), ...trail].join('.').replaceAll('?.', '.');
    const [, holder, name] =
      /\b(?:req|request|ctx)\.(cookies|signedCookies|body|query)\.(\w+)$/.exec(text) ?? [];
    const read = holder && name ? undefined : sites.find((site) => site.path.node === path.node);
    if (read?.kind === 'request' && !trail.length) {
      places.push(read.place);
      continue;
    }
    if (!holder || !name) return undefined;
    places.push({ in: holder === 'body' || holder === 'query' ? holder : 'cookie', name });
  }
  return places.length ? places : undefined;
}

/** Whether the function that checks a token also looks something up: that may be a list of those taken back. */
function looksUp({ path, file }: CheckSite): boolean {
  const owner = path.getFunctionParent();
  const text = owner ? textOf(file, owner.node) : '';
  return /\b(?:find\w*|query|select|exists|includes|has|get|some|indexOf|is\w+)\s*\(/i.test(text);
}

/** Whether refresh tokens have every claim of a login token, and nothing but their signature is asked of them. */
function isWhole(sources: Sources, renewing: readonly MintSite[], logins: readonly MintSite[]): boolean {
  const wanted = logins.map((mint) => claimNames(sources, mint));
  return (
    renewing.length > 0 &&
    renewing.every((mint) => {
      const has = claimNames(sources, mint);
      const whole = wanted.every((names) => names && [...names].every((name) => has?.has(name)));
      return whole && !hazardOf(sources, usesOf(sources, mint.path));
    })
  );
}
