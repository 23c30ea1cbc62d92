import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { argumentOf, type CallPath } from '../callers.js';
import { definitionOf, keyName } from '../definitions.js';
import { PURPOSE_CLAIMS } from '../families.js';
import { stringOf } from '../flow/origins.js';
import { kindsOf } from '../kinds.js';
import { type Purposes, purposesOf } from '../purposes.js';
import type { MintSite } from '../site.js';
import { textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { member, type Refusal } from './guards.js';
import { secondsOf } from './lifetimes.js';

/**
 * How the session tells login tokens from others that the same function signs with the same key: by a claim that
 * the calls fill differently, else by the lifetime.
 *
 * @returns nothing where another key tells them apart; undefined where nothing does
 */
export function purposeRefusals(sources: Sources, mint: MintSite): Refusal[] | undefined {
  const owner = mint.shared?.function ?? mint.path.getFunctionParent();
  const purposes = owner ? (purposesOf(sources, owner) ?? purposesOfKinds(sources, owner)) : undefined;
  if (!owner || !purposes || differs(sources, owner, purposes, mint.key)) return [];
  return (
    byClaim(sources, owner, purposes, mint) ??
    byGivenClaims(sources, owner, purposes, mint) ??
    byLifetime(sources, owner, purposes, mint)
  );
}

function purposesOfKinds(sources: Sources, owner: NodePath<t.Function>): Purposes | undefined {
  const kinds = kindsOf(sources, owner);
  return kinds && { ...kinds, others: [...kinds.refresh, ...kinds.others] };
}

/** A claim that is a parameter: `{ ...data, type }`. */
function byClaim(
  sources: Sources,
  owner: NodePath<t.Function>,
  purposes: Purposes,
  { claims }: MintSite,
): Refusal[] | undefined {
  const written = claims && definitionOf(sources, claims);
  if (written?.kind !== 'object') return undefined;
  for (const property of written.path.get('properties')) {
    const name = keyName(property.node);
    if (name === undefined || !property.isObjectProperty()) continue;
    const index = parameterOf(sources, owner, property.get('value') as NodePath);
    const of = (calls: readonly CallPath[]) =>
      calls.map((call) => wordAt(sources, owner, call, index)).filter((word) => word !== undefined);
    const [own, others] = [new Set(of(purposes.logins)), of(purposes.others)];
    if (!own.size || others.length < purposes.others.length || others.some((word) => own.has(word))) continue;
    const tests = [...own].map((word) => `${member(name)} !== ${quoted(word)}`);
    return [refusal(tests.join(' && '), name)];
  }
  return undefined;
}

/** A claim in what the other calls give: `issue({ id, action: 'reset' })`. */
function byGivenClaims(
  sources: Sources,
  owner: NodePath<t.Function>,
  purposes: Purposes,
  { claims }: MintSite,
): Refusal[] | undefined {
  const index = claims && parameterOf(sources, owner, claims);
  if (index === undefined) return undefined;
  const refusals = purposes.others.flatMap((call) => {
    const given = (call.get('arguments') as NodePath[])[index];
    const written = given && definitionOf(sources, given);
    if (written?.kind !== 'object') return [];
    return written.path.get('properties').flatMap((property) => {
      const name = keyName(property.node) ?? '';
      if (!property.isObjectProperty() || !PURPOSE_CLAIMS.has(name)) return [];
      const word = stringOf(sources, property.get('value') as NodePath);
      return word === undefined ? [] : refusal(`${member(name)} === ${quoted(word)}`, name);
    });
  });
  const known = new Map(refusals.map((one) => [one.text, one]));
  return refusals.length === purposes.others.length ? [...known.values()] : undefined;
}

/** The lifetime, where that of every login is longer. */
function byLifetime(
  sources: Sources,
  owner: NodePath<t.Function>,
  purposes: Purposes,
  { options }: MintSite,
): Refusal[] | undefined {
  const written = options && definitionOf(sources, options);
  const given =
    written?.kind === 'object'
      ? written.path.get('properties').find((property) => keyName(property.node) === 'expiresIn')
      : options;
  const value = given?.isObjectProperty() ? (given.get('value') as NodePath) : given;
  const index = value && parameterOf(sources, owner, value);
  if (index === undefined) return undefined;
  const of = (calls: readonly CallPath[]) =>
    calls.map((call) => {
      const path = argumentOf(call, owner, index);
      return path && secondsOf(sources, path);
    });
  const [logins, others] = [of(purposes.logins), of(purposes.others)];
  const known = (all: readonly (number | undefined)[]) => all.filter((one) => one !== undefined);
  if (known(logins).length < logins.length || known(others).length < others.length) return undefined;
  const longest = Math.max(...known(others));
  if (longest >= Math.min(...known(logins))) return undefined;
  return [refusal(`payload.exp - payload.iat <= ${longest}`)];
}

/** Whether the key is a parameter, which no call fills for a login and for something else alike. */
function differs(
  sources: Sources,
  owner: NodePath<t.Function>,
  purposes: Purposes,
  key: NodePath | undefined,
): boolean {
  const index = key && parameterOf(sources, owner, key);
  if (index === undefined) return false;
  const textAt = (call: CallPath) => {
    const given = argumentOf(call, owner, index);
    return given && textOf(sources.fileOf(given), given.node);
  };
  const own = new Set(purposes.logins.map(textAt));
  return purposes.others.every((call) => !own.has(textAt(call)));
}

/** Which parameter of a function an expression is. */
function parameterOf(sources: Sources, owner: NodePath<t.Function>, path: NodePath): number | undefined {
  if (!path.isIdentifier()) return undefined;
  const definition = definitionOf(sources, path);
  const own =
    definition.kind === 'parameter' && definition.function.node === owner.node && !definition.trail.length;
  return own ? definition.index : undefined;
}

function wordAt(
  sources: Sources,
  owner: NodePath<t.Function>,
  call: CallPath,
  index: number | undefined,
): string | undefined {
  const given = index === undefined ? undefined : argumentOf(call, owner, index);
  return given && stringOf(sources, given);
}

function refusal(text: string, claim?: string): Refusal {
  return { text, imports: [], literals: [], ...(claim === undefined ? {} : { claim }) };
}

function quoted(word: string): string {
  return `'${word.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
