import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { definitionOf } from '../definitions.js';
import { textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { renewalCalls } from './renewal-calls.js';
import { afterFailure, type Failure, saysNothing } from './renewal-failure.js';

/** Whether the function that renews does by itself what is to be done when it fails. */
export function handlesFailure(sources: Sources, call: NodePath): boolean {
  const called = calledBy(sources, call);
  const text = called ? textOf(sources.fileOf(called), called.node) : '';
  return /log_?out|sign_?out|location|navigate|redirect|router|history\.|clear\w*\(/i.test(text);
}

/**
 * Finds what the function that renews does when that fails, so that it can be done where the request was refused;
 * undefined where it needs something that is not to be had there.
 */
export function failureWithin(
  sources: Sources,
  around: NodePath,
  calls: readonly NodePath[],
  forgetting: ReadonlySet<t.Node>,
): Failure | undefined {
  const called = new Set(calls.flatMap((call) => calledBy(sources, call) ?? []));
  const [owner, ...others] = called;
  if (!owner || others.length || sources.fileOf(owner) !== sources.fileOf(around)) return undefined;
  const within = renewalCalls(sources, sources.fileOf(owner)).filter((call) => call.isDescendant(owner));
  const failure = within.length ? afterFailure(owner, within, forgetting) : undefined;
  if (!failure) return undefined;
  const said = failure.said.length ? failure.said : withoutHandingOn(failure.kept);
  const known = said.every((one) => isKnownAt(one, around));
  return known ? { kept: [], said, isRead: false } : undefined;
}

function calledBy(sources: Sources, call: NodePath): NodePath<t.Function> | undefined {
  if (!call.isCallExpression()) return undefined;
  const called = definitionOf(sources, call.get('callee') as NodePath);
  return called.kind === 'function' ? called.path : undefined;
}

/** `throw error` at the end, or what is answered in a token's place: whoever asked for one hears of the failure. */
function withoutHandingOn(statements: readonly NodePath<t.Statement>[]): readonly NodePath<t.Statement>[] {
  const last = statements.at(-1);
  const { argument } = last?.isReturnStatement() ? last.node : {};
  const hands =
    last?.isThrowStatement() || (last?.isReturnStatement() && (!argument || saysNothing(argument)));
  return hands ? statements.slice(0, -1) : statements;
}

/** Whether all names that some code speaks of mean the same elsewhere. */
function isKnownAt(code: NodePath, place: NodePath): boolean {
  let known = true;
  code.traverse({
    Identifier(path) {
      const binding = path.isReferencedIdentifier() ? path.scope.getBinding(path.node.name) : undefined;
      if (!binding || binding.path.isDescendant(code)) return;
      const { path: home } = binding.scope;
      if (!home.isProgram() && !place.isDescendant(home)) known = false;
    },
  });
  return known && !code.isReturnStatement();
}
