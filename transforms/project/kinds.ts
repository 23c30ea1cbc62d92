import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { argumentOf, type CallPath, callersOf } from './callers.js';
import { lastNameOf } from './definitions.js';
import { familyOfPurpose } from './families.js';
import { returnsOf } from './flow/returns.js';
import { purposesByWord, TOKEN_CALL, wordOf } from './purposes.js';
import { requestParameter } from './requests.js';
import { firstLineOf, textOf } from './source.js';
import type { Sources } from './sources.js';
import { unwrapped } from './unwrapped.js';

/** The calls of a function that signs or checks tokens of several kinds, refresh tokens among them. */
export interface Kinds {
  /** What the function does with them. */
  readonly does: 'sign' | 'check';
  readonly logins: readonly CallPath[];
  readonly refresh: readonly CallPath[];
  readonly others: readonly CallPath[];
  /** The parameter that says which kind it is. */
  readonly index: number;
  /** A call of two of them, as the code says it. */
  readonly evidence: string;
}

const SIGNS = /^sign/;
const CHECKS = /^(?:verify|jwtVerify|decode)/;

const known = new WeakMap<t.Node, Kinds | undefined>();

/**
 * The kinds of tokens that a function signs or checks, as every call says it by a word: `generateToken(id, 'refresh')`.
 * Only its calls for logins and their renewal move, and the function stays for the others.
 *
 * @returns undefined where it does so for one kind, where no refresh token is among them, or where what it signs is
 *   not what it returns
 */
export function kindsOf(sources: Sources, called: NodePath<t.Function>): Kinds | undefined {
  if (known.has(called.node)) return known.get(called.node);
  // Who is called is asked on the way: while that lasts, every call counts.
  known.set(called.node, undefined);
  const found = find(sources, called);
  known.set(called.node, found);
  return found;
}

/** The kinds of the function around a place. */
export function kindsAt(sources: Sources, path: NodePath): Kinds | undefined {
  const owner = path.getFunctionParent();
  return owner ? kindsOf(sources, owner) : undefined;
}

/** Whether a call of such a function is about a login, or about what renews it. */
export function isOfLogin({ logins, refresh }: Kinds, call: NodePath): boolean {
  return [...logins, ...refresh].some(({ node }) => node === call.node);
}

/** The calls by which values come into such a function: those for logins where it signs, and where it checks the others. */
export function ownCallsOf({ does, logins, refresh, others }: Kinds): readonly CallPath[] {
  if (does === 'check') return others;
  return logins.length ? logins : refresh;
}

function find(sources: Sources, called: NodePath<t.Function>): Kinds | undefined {
  if (!TOKEN_CALL.test(textOf(sources.fileOf(called), called.node))) return undefined;
  if (requestParameter(called) !== undefined) return undefined;
  const does = doneBy(called);
  if (!does) return undefined;
  const calls = callersOf(sources, called).filter((call) => !sources.fileOf(call).test);
  for (const index of called.node.params.keys()) {
    const purposes = purposesByWord(sources, called, calls, index);
    if (!purposes?.includes('refresh') || !purposes.includes('other')) continue;
    const having = (family: (typeof purposes)[number]) =>
      calls.filter((_call, at) => purposes[at] === family);
    const [logins, refresh, others] = [having('login'), having('refresh'), having('other')];
    const shown = [...refresh.slice(0, 1), ...others.slice(0, 1)].map((call) =>
      firstLineOf(sources.fileOf(call), call.node),
    );
    return { does, logins, refresh, others, index, evidence: shown.join(', ') };
  }
  return undefined;
}

/** Whether every call of the function around a place says by a word that it is about a token that is used once. */
export function isForOnce(sources: Sources, path: NodePath): boolean {
  const called = path.getFunctionParent();
  if (!called || requestParameter(called) !== undefined || !doneBy(called)) return false;
  const calls = callersOf(sources, called).filter((call) => !sources.fileOf(call).test);
  return (
    calls.length > 0 &&
    called.node.params.some((_parameter, index) =>
      calls.every((call) => {
        const word = wordOf(sources, argumentOf(call, called, index));
        return word !== undefined && familyOfPurpose(word) === 'one-time';
      }),
    )
  );
}

/** What a function itself does with tokens, by a call that waits for no callback. */
function doneBy(called: NodePath<t.Function>): Kinds['does'] | undefined {
  const calls: NodePath<t.CallExpression>[] = [];
  called.get('body').traverse({
    Function: (inner) => inner.skip(),
    CallExpression(call) {
      const plain = call.node.arguments.every((one) => !t.isFunction(one));
      if (plain) calls.push(call);
    },
  });
  if (called.isArrowFunctionExpression() && called.get('body').isCallExpression())
    calls.push(called.get('body') as NodePath<t.CallExpression>);
  const named = (name: RegExp) =>
    calls.find((call) => name.test(lastNameOf(call.get('callee') as NodePath) ?? ''));
  const signing = named(SIGNS);
  // A chain is told its claims before it signs.
  const whole = signing && signing.node.arguments.length > 1;
  if (signing) return whole && isReturned(called, signing) ? 'sign' : undefined;
  return named(CHECKS) ? 'check' : undefined;
}

/** Whether a function returns what a call in it yields, and nothing else. */
function isReturned(called: NodePath<t.Function>, call: NodePath): boolean {
  const returned = returnsOf(called).map(madeOf);
  return returned.length > 0 && returned.every(({ node }) => node === call.node);
}

/** An expression, or what the constant that it names was made of. */
export function madeOf(path: NodePath): NodePath {
  const bare = unwrapped(path);
  const value = bare.isAwaitExpression() ? unwrapped(bare.get('argument')) : bare;
  const binding = value.isIdentifier() ? value.scope.getBinding(value.node.name) : undefined;
  const init =
    binding?.constant && binding.path.isVariableDeclarator() ? binding.path.get('init') : undefined;
  return init?.node ? madeOf(init as NodePath) : value;
}
