import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { definitionOf, keyName, propertyName } from '../definitions.js';
import { familyOfWord } from '../families.js';
import { usesOf } from '../flow/follow.js';
import { stringOf } from '../flow/origins.js';
import { type Portable, portableOf } from '../portable.js';
import type { MintSite } from '../site.js';
import type { Sources } from '../sources.js';
import { type Door, propertyOf } from './doors.js';
import { lifetimeOf } from './lifetimes.js';

/** A condition on the claims, in the name `payload`, under which a token is refused. */
export interface Refusal extends Portable {
  /** The claim that it asks, when it is one. */
  readonly claim?: string;
}

/** Claims that say what a token is for. A role or a permission lets a user in to less, it refuses no token. */
const PURPOSE = new Set([
  'type',
  'typ',
  'purpose',
  'use',
  'token_use',
  'tokenType',
  'token_type',
  'kind',
  'action',
  'for',
  'aud',
  'iss',
]);

/**
 * The tests that stand between the check of a token and letting it in, as far as they ask nothing but its claims.
 * Tests that look something up stay with the code that makes them.
 */
export function guardsOf(sources: Sources, doors: readonly Door[], mints: readonly MintSite[]): Refusal[] {
  const login = fixedClaims(sources, mints);
  const refusals = new Map<string, Refusal>();
  for (const door of doors) {
    if (door.family !== 'session') continue;
    for (const mention of mentionsOf(sources, door)) {
      const refusal = refusalAt(sources, mention);
      if (!refusal?.claim || refusal.text.includes('refresh')) continue;
      const value = login.get(refusal.claim);
      if (value !== undefined && familyOfWord(value) !== undefined) continue;
      refusals.set(refusal.text, refusal);
    }
  }
  return [...refusals.values()];
}

/** Every mention of a door's claims. */
function mentionsOf(sources: Sources, { call, claims }: Door): NodePath[] {
  const starts = claims?.isIdentifier()
    ? (claims.scope.getBinding(claims.node.name)?.referencePaths ?? [])
    : [call];
  const uses = starts.flatMap((start) => usesOf(sources, start)).map(({ path }) => path);
  return [...new Map([...starts, ...uses].map((path) => [path.node, path])).values()];
}

/** The refusal that the condition around a mention of the claims makes. */
function refusalAt(sources: Sources, mention: NodePath): Refusal | undefined {
  const access = mention.parentPath;
  if (mention.key !== 'object' || !access) return undefined;
  const claim = propertyName(access.node);
  if (claim === undefined || !PURPOSE.has(claim)) return undefined;
  const comparison = access.parentPath;
  if (!comparison?.isBinaryExpression()) return undefined;
  const equal = /^===?$/.test(comparison.node.operator);
  if (!equal && !/^!==?$/.test(comparison.node.operator)) return undefined;
  const consequence = consequenceOf(comparison);
  if (!consequence) return undefined;
  const portable = portableOf(sources, comparison, new Map([[mention.node, 'payload']]));
  if (!portable) return undefined;
  const text = consequence === 'refused' ? portable.text : negated(portable.text, comparison.node.operator);
  return { ...portable, text, claim };
}

/** What follows when a comparison holds: the token is refused, or only then let in. */
function consequenceOf(comparison: NodePath): 'refused' | 'accepted' | undefined {
  let top: NodePath = comparison;
  // `a || b` refuses when either holds; of `a && b` one alone says nothing.
  while (top.parentPath?.isLogicalExpression({ operator: '||' })) top = top.parentPath;
  const branch = top.parentPath;
  if (!branch?.isIfStatement() || top.key !== 'test') return undefined;
  if (rejects(branch.get('consequent'))) return 'refused';
  const otherwise = branch.get('alternate');
  return top === comparison && otherwise.node && rejects(otherwise as NodePath) ? 'accepted' : undefined;
}

function negated(text: string, operator: string): string {
  const opposite: Record<string, string> = { '===': '!==', '!==': '===', '==': '!=', '!=': '==' };
  return text.replace(operator, opposite[operator] ?? operator);
}

/** Whether a branch turns the request away: throws, answers with a status, hands on an error, yields nothing. */
function rejects(branch: NodePath): boolean {
  const text = branch.toString();
  if (/\bthrow\b/.test(text)) return true;
  if (/\b(?:status|sendStatus|writeHead)\(\s*(?:4|5|[\w.]*(?:UNAUTHORIZED|FORBIDDEN))/i.test(text))
    return true;
  if (/\b(?:next|done|cb|callback|reject)\(\s*[^)\s]/.test(text)) return true;
  return /\breturn\s*(?:false|null|undefined)?\s*;/.test(text) || /\breturn (?:res|response)\b/.test(text);
}

/** Claims with one fixed value in every token of the mints. */
function fixedClaims(sources: Sources, mints: readonly MintSite[]): Map<string, string> {
  const fixed = new Map<string, string>();
  for (const mint of mints) for (const [name, value] of fixedOf(sources, mint)) fixed.set(name, value.text);
  return fixed;
}

function fixedOf(sources: Sources, mint: MintSite): Map<string, { text: string; path: NodePath }> {
  const fixed = new Map<string, { text: string; path: NodePath }>();
  const claims = mint.claims && definitionOf(sources, mint.claims);
  if (claims?.kind !== 'object') return fixed;
  for (const property of claims.path.get('properties')) {
    const name = keyName(property.node);
    if (name === undefined || !property.isObjectProperty()) continue;
    const path = property.get('value') as NodePath;
    const text = path.isBooleanLiteral() ? String(path.node.value) : stringOf(sources, path);
    if (text !== undefined) fixed.set(name, { text, path });
  }
  return fixed;
}

/**
 * Conditions that tell tokens which are kept (a password reset, a confirmed address) from login tokens that the
 * same key signs: a claim with a fixed value, a claim that login tokens have, else the lifetime.
 */
export function lookAlikes(
  sources: Sources,
  kept: readonly MintSite[],
  logins: readonly MintSite[],
  user: readonly string[] | undefined,
): { refusals: Refusal[]; alike: MintSite[] } {
  const login = fixedClaims(sources, logins);
  const refusals = new Map<string, Refusal>();
  const alike: MintSite[] = [];
  for (const mint of kept) {
    const refusal = refusalOf(sources, mint, login, logins, user);
    if (refusal) refusals.set(refusal.text, refusal);
    else alike.push(mint);
  }
  return { refusals: [...refusals.values()], alike };
}

function refusalOf(
  sources: Sources,
  mint: MintSite,
  login: ReadonlyMap<string, string>,
  logins: readonly MintSite[],
  user: readonly string[] | undefined,
): Refusal | undefined {
  for (const [name, { text, path }] of fixedOf(sources, mint)) {
    if (login.get(name) === text) continue;
    const value = portableOf(sources, path);
    if (value) return { ...value, claim: name, text: `${member(name)} === ${value.text}` };
  }
  const [first] = user ?? [];
  const claims = mint.claims && definitionOf(sources, mint.claims);
  if (first && claims?.kind === 'object') {
    const names = claims.path.get('properties').map((property) => keyName(property.node));
    const subject = mint.options && propertyOf(sources, mint.options, 'subject');
    const known = names.every((name) => name !== undefined);
    if (known && !names.includes(first) && !(first === 'sub' && subject))
      return { text: `${member(first)} === undefined`, imports: [], literals: [], claim: first };
  }
  const lifetime = lifetimeOf(sources, mint);
  if (lifetime.kind !== 'seconds') return undefined;
  const shorter = logins.every((one) => {
    const other = lifetimeOf(sources, one);
    return other.kind === 'unlimited' || (other.kind === 'seconds' && other.seconds > lifetime.seconds);
  });
  if (!shorter) return undefined;
  return { text: `payload.exp - payload.iat <= ${lifetime.seconds}`, imports: [], literals: [] };
}

/** A claim by its name, as code. */
export function member(name: string): string {
  return t.isValidIdentifier(name) ? `payload.${name}` : `payload['${name}']`;
}
