import type { NodePath } from '@babel/traverse';
import { bareMints, type Share, TEXT_CLAIM } from '../bare-claims.js';
import { definitionOf } from '../definitions.js';
import { stringOf } from '../flow/origins.js';
import { errorWordsOf } from '../other-checks.js';
import { type Portable, portableOf } from '../portable.js';
import { isCheck, isMint, type MintSite, type RequestPlace, type Site } from '../site.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import { strangeRowOf } from '../stored/refresh/unmoved-rows.js';
import { type Door, doorsOf, propertyOf } from './doors.js';
import { guardsOf, lookAlikes, type Refusal } from './guards.js';
import { keyOf, type NamesThere, namesThere, untyped } from './key.js';
import { type Lifetime, lifetimeOf } from './lifetimes.js';
import { isOfRefresh, placesOf, type TokenPlace } from './places.js';
import { purposeRefusals } from './purposes.js';
import { type RefreshKey, refreshKeysOf, rememberedPlaces } from './refresh-keys.js';
import { userOf } from './user.js';

/** A key that login tokens are checked with, and what else the check demands. */
export interface AcceptedKey {
  readonly key: Portable;
  readonly algorithms: readonly string[];
  readonly issuer?: Portable | undefined;
  readonly audience?: Portable | undefined;
  /** Its tokens are bare text, which becomes this claim. */
  readonly textAs?: string;
}

/** How the application signs a login token: what `present` needs. */
export interface Signer {
  /** The function that signs, where it takes claims and key; absent where the application's library does not. */
  readonly call?: Portable;
  /** It takes the algorithm as its third argument, and no options. */
  readonly plain?: true;
  readonly key: Portable;
  readonly algorithm?: string;
  /** The name of the key, by which a check may look for it. */
  readonly keyid?: string;
}

/** What an application accepts as a login, read off its code. */
export interface Acceptance {
  readonly keys: readonly AcceptedKey[];
  /** Keys of refresh tokens that may open a session, or prolong one. */
  readonly refresh: readonly RefreshKey[];
  readonly places: readonly TokenPlace[];
  readonly user: readonly string[] | undefined;
  /** Which login tokens are bare text, whose claim is another than that of the others. */
  readonly bare: Share;
  readonly refusals: readonly Refusal[];
  /** Each true for a token that the application has taken back, of `payload` and `token`. */
  readonly revoked: readonly Portable[];
  readonly lifetimes: readonly Lifetime[];
  readonly signer?: Signer;
  /** The library in whose words the checks say what is wrong, where it is not jsonwebtoken. */
  readonly errors?: string;
  /** Kept tokens that nothing tells from login tokens. */
  readonly alike: readonly MintSite[];
  /** Keys that can't be named outside the place that uses them. */
  readonly unclear: readonly NodePath[];
}

/**
 * Reads off the code of an application what it accepts as a login token.
 *
 * @param place where the shim is mounted: what is named there can be handed to the session module
 */
export function acceptanceOf(
  sources: Sources,
  sites: readonly Site[],
  files: ReadonlySet<SourceFile>,
  place: NodePath,
): Acceptance {
  const there = namesThere(place);
  const own = sites.filter(({ file }) => files.has(file));
  const doors = doorsOf(sources, own, files);
  const mints = own.filter(isMint);
  const logins = mints.filter((mint) => mint.family === 'session');
  const { keys: found, unclear } = keysOf(sources, doors, logins, there);
  const bare = bareMints(logins);
  const keys = found.flatMap((key) => [
    ...(bare === 'all' ? [] : [key]),
    ...(bare === 'none' ? [] : [{ ...key, textAs: TEXT_CLAIM }]),
  ]);
  const user = userOf(sources, logins, doors);
  const texts = new Set(keys.map(({ key }) => key.text));
  // What a function signs beside logins is told from them by what its calls say.
  const beside = new Set(logins.map(({ shared }) => shared?.call.node));
  const kept = mints.filter(
    (mint) =>
      mint.family === 'one-time' && !beside.has(mint.call.node) && sharesKey(sources, mint, texts, there),
  );
  const guards = guardsOf(sources, doors, logins);
  const guarded = new Set(guards.map(({ claim }) => claim));
  const { refusals, alike } = lookAlikes(sources, kept, logins, user);
  const shared = logins.map((mint) => ({ mint, refusals: purposeRefusals(sources, mint) }));
  const errors = errorWordsOf(own.filter(isCheck).filter(({ family }) => family === 'session'));
  const signer = signerOf(sources, logins, keys, there);
  // Without a way of its own a refresh token is asked for what a login token is, and refused.
  const renewing = refreshKeysOf(sources, own, logins, texts, there).filter(
    ({ renewal }) => renewal || !guards.length,
  );
  return {
    keys,
    refresh: renewing,
    unclear,
    user,
    bare,
    alike: guards.length
      ? []
      : [...alike, ...shared.flatMap(({ mint, refusals: told }) => (told ? [] : [mint]))],
    places: withRenewing(loginPlaces(sources, own, placesOf(sources, sites, doors, files)), [
      ...renewing.flatMap((key) => key.places),
      ...rememberedPlaces(sources, own),
    ]),
    refusals: withoutRepeats([
      ...guards,
      ...[...refusals, ...shared.flatMap(({ refusals: told }) => told ?? [])].filter(
        ({ claim }) => !claim || !guarded.has(claim),
      ),
    ]),
    revoked: own.flatMap((site) => revokedAt(site) ?? []),
    lifetimes: [
      ...logins.map((mint) => lifetimeOf(sources, mint)),
      ...renewing.flatMap(({ lifetimes }) => lifetimes),
    ],
    ...(signer ? { signer } : {}),
    ...(errors === undefined ? {} : { errors }),
  };
}

/** What a look-up of a token, or of the row that it names, refuses old tokens by. */
function revokedAt(site: Site): Portable | undefined {
  if (site.kind === 'token-lookup') return site.revocation?.revoked;
  const answer = site.kind === 'refresh-lookup' ? site.answered.answer : undefined;
  return answer?.how === 'by-owner' ? answer.renewal.row.revoked : undefined;
}

function withoutRepeats(refusals: readonly Refusal[]): Refusal[] {
  return [...new Map(refusals.map((one) => [one.text, one])).values()];
}

/** Where a token names a row that only the application can look up, it is left to the application. */
function loginPlaces(
  sources: Sources,
  sites: readonly Site[],
  places: readonly TokenPlace[],
): readonly TokenPlace[] {
  const others = places.filter((place) => !isOfRefresh(sites, place));
  return others.length && strangeRowOf(sources, sites) !== undefined ? others : places;
}

/** Refresh tokens are looked for where no login token was. */
function withRenewing(places: readonly TokenPlace[], more: readonly RequestPlace[]): TokenPlace[] {
  const known = [...places];
  for (const place of more)
    if (!known.some((one) => one.in === place.in && one.name === place.name)) known.push(place);
  return known;
}

function keysOf(
  sources: Sources,
  doors: readonly Door[],
  logins: readonly MintSite[],
  there: NamesThere,
): { keys: AcceptedKey[]; unclear: NodePath[] } {
  const keys = new Map<string, AcceptedKey>();
  const unclear: NodePath[] = [];
  const add = (key: AcceptedKey) => {
    const known = keys.get(key.key.text);
    keys.set(key.key.text, known ? eitherOf(known, key) : key);
  };
  const signed = [
    ...new Set(logins.map((mint) => algorithmOf(sources, mint)).filter((one) => one !== undefined)),
  ];
  for (const door of doors) {
    if (door.family !== 'session' || !door.key) continue;
    const key = keyOf(sources, door.key, there);
    if (!key) {
      unclear.push(door.key);
      continue;
    }
    const listed = door.algorithms && stringsOf(sources, door.algorithms);
    const algorithms = listed?.length ? listed : signed.length ? signed : ['HS256'];
    const demand = (name: string) => {
      const path = door.options && propertyOf(sources, door.options, name);
      return path && portableOf(sources, path);
    };
    const [issuer, audience] = [demand('issuer'), demand('audience')];
    add({ key: untyped(key), algorithms, ...(issuer ? { issuer } : {}), ...(audience ? { audience } : {}) });
  }
  if (keys.size && !unclear.length) return { keys: [...keys.values()], unclear };
  // Whatever finds the key for a check finds one that a login has signed with.
  const made = logins.flatMap((mint) => (mint.key ? [{ mint, at: mint.key }] : []));
  for (const { mint, at } of made) {
    const key = keyOf(sources, at, there);
    if (key) add({ key: untyped(key), algorithms: [algorithmOf(sources, mint) ?? 'HS256'] });
  }
  const unknown = made.filter(({ at }) => !keyOf(sources, at, there)).map(({ at }) => at);
  return { keys: [...keys.values()], unclear: made.length ? unknown : unclear };
}

/** What is accepted where either of two checks with one key lets a token in. */
function eitherOf(one: AcceptedKey, other: AcceptedKey): AcceptedKey {
  const { issuer, audience } = one;
  return {
    ...one,
    algorithms: [...new Set([...one.algorithms, ...other.algorithms])],
    ...(issuer && issuer.text !== other.issuer?.text ? { issuer: undefined } : {}),
    ...(audience && audience.text !== other.audience?.text ? { audience: undefined } : {}),
  };
}

function algorithmOf(sources: Sources, mint: MintSite): string | undefined {
  const [header] = (mint.chain?.get('setProtectedHeader')?.get('arguments') ?? []) as NodePath[];
  const path =
    mint.algorithm ??
    ((mint.chain?.get('setSigningAlgorithm')?.get('arguments') ?? []) as NodePath[])[0] ??
    (mint.options && propertyOf(sources, mint.options, 'algorithm')) ??
    (header && propertyOf(sources, header, 'alg'));
  return path && stringOf(sources, path);
}

function stringsOf(sources: Sources, path: NodePath): string[] {
  const definition = definitionOf(sources, path);
  const list = definition.kind === 'value' ? definition.path : path;
  if (!list.isArrayExpression()) return [stringOf(sources, list)].filter((one) => one !== undefined);
  return list
    .get('elements')
    .map((one) => (one.node ? stringOf(sources, one as NodePath) : undefined))
    .filter((one) => one !== undefined);
}

function sharesKey(sources: Sources, mint: MintSite, texts: ReadonlySet<string>, there: NamesThere): boolean {
  const key = mint.key && keyOf(sources, mint.key, there);
  return !key || texts.has(key.text);
}

function signerOf(
  sources: Sources,
  logins: readonly MintSite[],
  keys: readonly AcceptedKey[],
  there: NamesThere,
): Signer | undefined {
  const [mint] = logins;
  const own = mint?.key && keyOf(sources, mint.key, there);
  const key = own ?? keys[0]?.key;
  if (!key) return undefined;
  const plain = mint?.library === 'jwt-simple';
  const call =
    mint?.library === 'jsonwebtoken' || plain
      ? portableOf(sources, (mint.shared?.call ?? mint.call).get('callee') as NodePath)
      : undefined;
  const algorithm = (mint && algorithmOf(sources, mint)) ?? keys[0]?.algorithms[0];
  const named = mint?.options && propertyOf(sources, mint.options, 'keyid');
  const keyid = named && stringOf(sources, named);
  return {
    key,
    ...(keyid === undefined ? {} : { keyid }),
    ...(call ? { call, ...(plain ? { plain } : {}) } : {}),
    ...(algorithm ? { algorithm } : {}),
  };
}
