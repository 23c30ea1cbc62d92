import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { type CallPath, callersOf } from './callers.js';
import { keyName } from './definitions.js';
import { familyOfWord, surroundingNames } from './families.js';
import { requestParameter } from './requests.js';
import { textOf } from './source.js';
import type { Sources } from './sources.js';

/** A call by which a function that signs makes a refresh token beside the login token. */
export interface SecondToken {
  readonly call: CallPath;
  /** The claims that it hands over: those of the login token, and more. */
  readonly claims: NodePath<t.ObjectExpression>;
  /** The names of the claims that the login token has not. */
  readonly more: readonly string[];
}

const SIGNS = /\b(?:sign|encode)\s*\(/;

const known = new WeakMap<t.Node, readonly SecondToken[]>();

/** The calls of a function by which it signs a second token of the same login, one that renews it. */
export function secondTokensOf(sources: Sources, called: NodePath<t.Function>): readonly SecondToken[] {
  const found = known.get(called.node) ?? find(sources, called);
  known.set(called.node, found);
  return found;
}

function find(sources: Sources, called: NodePath<t.Function>): SecondToken[] {
  if (!SIGNS.test(textOf(sources.fileOf(called), called.node))) return [];
  if (requestParameter(called) !== undefined) return [];
  const calls = callersOf(sources, called)
    .filter((call) => !sources.fileOf(call).test)
    .flatMap((call) => {
      const claims = claimsGiven(call);
      const names = claims?.node.properties.map((property) => keyName(property));
      return claims && names?.every((name) => name !== undefined) ? [{ call, claims, names }] : [];
    });
  return calls.flatMap(({ call, claims, names }): SecondToken[] => {
    const [name = ''] = surroundingNames(call);
    if (familyOfWord(name) !== 'refresh') return [];
    const login = calls.find(
      (other) =>
        other.call.getFunctionParent()?.node === call.getFunctionParent()?.node &&
        other.names.length < names.length &&
        other.names.every((one) => names.includes(one)),
    );
    const more = names.filter((one) => !login?.names.includes(one));
    return login ? [{ call, claims, more }] : [];
  });
}

/** The claims that a call hands over: `sign({ user })`, `sign({ payload: { user } })`. */
function claimsGiven(call: CallPath): NodePath<t.ObjectExpression> | undefined {
  const [first] = call.get('arguments') as NodePath[];
  if (!first?.isObjectExpression()) return undefined;
  const [only, ...others] = first.get('properties');
  const inner = only?.isObjectProperty() && !others.length ? only.get('value') : undefined;
  return inner?.isObjectExpression() ? inner : first;
}
