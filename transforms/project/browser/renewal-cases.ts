import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { type SourceFile, textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { callsThatRenew } from './renewal-calls.js';
import { errorOf, failureIn, handingOn, leaves, type RetryBranch, STATUS } from './renewals.js';
import { retries } from './repeated-requests.js';

/**
 * Finds where a file renews tokens in the case of a switch that stands for a refused request:
 * `case 'UNAUTHENTICATED':`, `case 401:`.
 *
 * @param forgetting the expressions that take tokens out of storage
 */
export function renewalsInCases(
  sources: Sources,
  file: SourceFile,
  forgetting: ReadonlySet<t.Node>,
): RetryBranch[] {
  const found = new Map<t.Node, RetryBranch>();
  const calls = callsThatRenew(sources, file);
  for (const call of calls) {
    const branch = caseAround(file, call);
    if (!branch || found.has(branch.node)) continue;
    const renewal = renewalIn(sources, file, branch, call, calls, forgetting);
    if (renewal) found.set(branch.node, renewal);
  }
  return [...found.values()];
}

/** The case around a call that a request refused for want of a login leads to, and nothing else. */
function caseAround(file: SourceFile, call: NodePath): NodePath<t.SwitchCase> | undefined {
  const owner = call.findParent((above) => above.isSwitchCase());
  if (!owner?.isSwitchCase()) return undefined;
  const before = owner.getPrevSibling();
  const shared = before.isSwitchCase() && !before.node.consequent.length;
  const text = owner.node.test ? textOf(file, owner.node.test) : '';
  return !shared && STATUS.test(text) && !/\b403\b|forbidden/i.test(text) ? owner : undefined;
}

function renewalIn(
  sources: Sources,
  file: SourceFile,
  branch: NodePath<t.SwitchCase>,
  call: NodePath,
  calls: readonly NodePath[],
  forgetting: ReadonlySet<t.Node>,
): RetryBranch | undefined {
  const owner = branch.getFunctionParent();
  const within = calls.filter((one) => one.isDescendant(branch));
  if (!owner || call.isDescendant(branch.get('test') as NodePath) || !retries(branch, call)) return undefined;
  const failure = failureIn(sources, branch, within, forgetting);
  if (!failure) return undefined;
  const error = errorOf(owner);
  if (failure.caught && failure.isRead && error === undefined) return undefined;
  const statements = statementsOf(branch);
  const goesOn = statements.at(-1)?.isBreakStatement() === true;
  const { said } = failure;
  const kept = said.length ? [] : failure.kept;
  const done = goesOn || leaves(said.at(-1) ?? kept.at(-1));
  return {
    kind: 'branch',
    file,
    call,
    branch,
    rest: goesOn ? statements.slice(0, -1) : statements,
    conditions: [],
    kept,
    said,
    ...(failure.caught && failure.isRead ? { caught: failure.caught } : {}),
    ...(error === undefined ? {} : { error }),
    asks: false,
    // What was sent again was returned, and what comes after the switch was for others.
    ...(done ? {} : { ends: error === undefined ? '' : handingOn(owner, error) }),
    waits: [],
  };
}

/** The statements of a case, which may stand in a block. */
function statementsOf(branch: NodePath<t.SwitchCase>): NodePath<t.Statement>[] {
  const statements = branch.get('consequent');
  const [only, ...others] = statements;
  return only?.isBlockStatement() && !others.length ? only.get('body') : statements;
}
