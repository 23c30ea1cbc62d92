import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { onlyRefuses } from '../../acceptance/carried-code.js';
import { propertyOf } from '../../acceptance/doors.js';
import { propertyName } from '../../definitions.js';
import { usesOf } from '../../flow/follow.js';
import { isInside } from '../../inside.js';
import { claimNames, usesOfCallback } from '../../mints.js';
import { type CheckSite, isCheck, isMint, type MintSite, type Site } from '../../site.js';
import { shimCalls } from '../../sites/present.js';
import type { Sources } from '../../sources.js';
import { userMemberOf } from '../user-member.js';
import { placeOf } from './books.js';
import type { Everywhere } from './everywhere.js';
import { raisedOf } from './raised.js';
import { type Refusal, refusalOf } from './refusals.js';

/**
 * A number that the record of a user and his refresh tokens have: it is raised in the record to take all of his
 * tokens back, and whoever comes with another one is turned away.
 */
export interface TokenVersion {
  /** The claim that has it; login tokens have none of that name. */
  readonly claim: string;
  /** What turns away whose number is another one. */
  readonly refusals: readonly Refusal[];
  /** Where it is raised. */
  readonly raised: readonly Everywhere[];
  /** Why sessions can't take its place, in words. */
  readonly strange?: string;
}

const versions = new WeakMap<Sources, TokenVersion | 'none'>();

/** The number by which an application takes refresh tokens back; undefined where it has none. */
export function tokenVersionOf(sources: Sources, sites: readonly Site[]): TokenVersion | undefined {
  const known = versions.get(sources);
  if (known) return known === 'none' ? undefined : known;
  const found = find(sources, sites);
  versions.set(sources, found ?? 'none');
  return found;
}

/** Whether a place is in what compares the number, and goes where it is understood. */
export function isOfVersion(path: NodePath, { refusals, strange }: TokenVersion): boolean {
  return strange === undefined && refusals.some(({ asks }) => isInside(asks, path));
}

function find(sources: Sources, sites: readonly Site[]): TokenVersion | undefined {
  const mints = sites.filter(isMint);
  const renewing = mints.filter(({ family }) => family === 'refresh');
  const logins = mints.filter(({ family }) => family === 'session');
  const checks = sites.filter(isCheck).filter(({ family }) => family === 'refresh');
  const [first] = renewing;
  const ofLogins = logins.map((login) => claimNames(sources, login));
  const own = [...((first && claimNames(sources, first)) ?? [])].filter(
    (name) => ofLogins.length > 0 && ofLogins.every((names) => names && !names.has(name)),
  );
  const user = userMemberOf(sources, sites);
  for (const claim of own) {
    const field = fieldOf(sources, renewing, claim);
    // Whose token it is says no number.
    if (field !== undefined && new RegExp(`^\\??\\.${field}\\b`).test(user?.text ?? '')) continue;
    const reads = field === undefined ? [] : checks.flatMap((check) => readsOf(sources, check, claim));
    const refusals = reads.flatMap((read) => refusalAt(read, field) ?? []);
    if (field === undefined || !refusals.length) continue;
    // The session module goes on asking for the number in old tokens.
    const known = [
      ...renewing.flatMap(({ claims }) => claims ?? []),
      ...refusals.map(({ asks }) => asks),
      ...shimCalls(sources),
    ];
    const isKnown = (path: NodePath) => known.some((one) => isInside(one, path));
    const { places: raised, strange } = user ? raisedOf(sources, field, user, isKnown) : { places: [] };
    const odd =
      strange ??
      reads.find((read) => !refusals.some(({ asks }) => isInside(asks, read))) ??
      raised.find(({ path }) => checks.some((check) => isBeside(check, path)))?.path;
    const because = odd
      ? `tokens are taken back by its claim ${claim}, and ${placeOf(sources, odd)} does more with that`
      : raised.length
        ? undefined
        : `tokens are taken back by its claim ${claim}, and nothing here is seen to raise it, where sessions would have to end`;
    return { claim, refusals, raised, ...(because === undefined ? {} : { strange: because }) };
  }
  return undefined;
}

/** The field of a record that every refresh token has as a claim. */
function fieldOf(sources: Sources, renewing: readonly MintSite[], claim: string): string | undefined {
  const fields = renewing.map(({ claims }) => {
    const value = claims && propertyOf(sources, claims, claim);
    return value?.isMemberExpression() ? propertyName(value.node) : undefined;
  });
  const [field] = fields;
  return fields.every((one) => one === field) ? field : undefined;
}

/** The places that read a claim off a token. */
function readsOf(sources: Sources, { path, callback }: CheckSite, claim: string): NodePath[] {
  const uses = callback ? usesOfCallback(sources, callback, [claim]) : usesOf(sources, path, [claim]);
  return uses.filter(({ trail }) => !trail.length).map((use) => use.path);
}

/** `if (user.version !== payload.version) return …` */
function refusalAt(read: NodePath, field: string | undefined): Refusal | undefined {
  const compared = read.parentPath;
  if (!compared?.isBinaryExpression() || !/^[!=]==?$/.test(compared.node.operator)) return undefined;
  const other: t.Node = read.key === 'left' ? compared.node.right : compared.node.left;
  if (propertyName(other) !== field) return undefined;
  const refusal = refusalOf(compared, compared.node.operator.startsWith('!') ? 'no' : 'yes');
  return refusal && onlyRefuses(refusal.branch) && !refusal.statement.node.alternate ? refusal : undefined;
}

/** Whether a place is in the function that checks a refresh token: a renewal that takes all others back. */
function isBeside({ path: check }: CheckSite, path: NodePath): boolean {
  const owner = check.getFunctionParent();
  return owner !== null && path.isDescendant(owner);
}
