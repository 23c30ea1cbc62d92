import type { Binding, NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { propertyName } from '../definitions.js';
import { endOf, type SourceFile, startOf, textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { callsThatRenew } from './renewal-calls.js';
import { afterFailure, type Failure } from './renewal-failure.js';
import { failureWithin, handlesFailure } from './renewal-failure-within.js';
import { guardBefore } from './renewal-guards.js';
import type { Asked } from './renewals-asked.js';
import { retries } from './repeated-requests.js';

/** A piece of a file's text. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A branch in which a request that was refused is sent again with a new token. */
export interface RetryBranch {
  readonly kind: 'branch';
  readonly file: SourceFile;
  /** The call that asks for the new token. */
  readonly call: NodePath;
  /** What says that the request was refused: a condition, a case, or the callback of a library for that. */
  readonly branch: NodePath<t.IfStatement> | NodePath<t.SwitchCase> | NodePath<t.Function>;
  /** What renews where that is not the condition's consequent: what comes after it, or stands in the case. */
  readonly rest?: readonly NodePath<t.Statement>[];
  /** What is left of its condition; none where a condition around it says enough. */
  readonly conditions: readonly t.Expression[];
  /** The statements that run when there is no new token. */
  readonly kept: readonly NodePath<t.Statement>[];
  /** In them the error goes by a name of its own, which is to be that of the function's error. */
  readonly caught?: Binding;
  readonly error?: string;
  /** The answer may also mean something else, such as a missing right: only the server knows. */
  readonly asks: boolean;
  /** What is done without a new token where that stands elsewhere, or is a single expression: it is copied. */
  readonly said: readonly NodePath[];
  /** The code that hands the error on, where nothing after the branch does. */
  readonly ends?: string;
  /** Statements elsewhere that wait for a renewal to be done. */
  readonly waits: readonly NodePath[];
}

/** Statements that renew a token before it expires. */
export interface Ahead {
  readonly kind: 'ahead';
  readonly file: SourceFile;
  readonly call: NodePath;
  readonly statements: readonly NodePath[];
  /** It is a function that nothing calls any more. */
  readonly uncalled?: boolean;
}

export type Renewal = RetryBranch | Ahead | Asked;

export const STATUS =
  /\b40[13]\b|unauth|UNAUTHENTICATED|forbidden|jwt.?expired|token.?expired|expired.?token|invalid.?token/i;
const MESSAGE = /expired|invalid|message|\.data\b|code/i;
const RETRIED = /retr(?:y|ied)|\.sent\b|isRefreshing|refresh/i;

/**
 * Finds where a file renews tokens in a way that can be taken out.
 *
 * @param forgetting the expressions that take tokens out of storage
 */
export function renewalsIn(sources: Sources, file: SourceFile, forgetting: ReadonlySet<t.Node>): Renewal[] {
  const found: Renewal[] = [];
  const calls = callsThatRenew(sources, file);
  for (const call of calls) {
    if (found.some((one) => isGone(one, call))) continue;
    const renewal = retryBranch(sources, file, call, calls, forgetting);
    if (renewal && !found.some((one) => one.kind === 'branch' && one.branch === renewal.branch))
      found.push(renewal);
  }
  return found;
}

/** The pieces of text that a renewal takes with it. */
export function goneWith(renewal: Renewal): readonly Range[] {
  if (renewal.kind !== 'branch') return renewal.statements.map(({ node }) => rangeOf(node));
  const { branch, kept, waits } = renewal;
  const ranges: Range[] = waits.map(({ node }) => rangeOf(node));
  if (branch.isIfStatement()) ranges.push(rangeOf(branch.node.test));
  const within = renewing(renewal);
  let { start } = within;
  for (const { node } of kept) {
    ranges.push({ start, end: startOf(node) });
    start = endOf(node);
  }
  return [...ranges, { start, end: within.end }];
}

/** All that is there to renew, and to do where that fails. */
export function renewing({ branch, rest }: RetryBranch): Range {
  const [first, last] = [rest?.[0], rest?.at(-1)];
  if (first && last) return { start: startOf(first.node), end: endOf(last.node) };
  return rangeOf(branch.isIfStatement() ? branch.node.consequent : branch.node);
}

/** Whether a renewal takes some code with it. */
export function isGone(renewal: Renewal, { node }: NodePath): boolean {
  return goneWith(renewal).some(({ start, end }) => start <= startOf(node) && endOf(node) <= end);
}

function rangeOf(node: t.Node): Range {
  return { start: startOf(node), end: endOf(node) };
}

function retryBranch(
  sources: Sources,
  file: SourceFile,
  call: NodePath,
  calls: readonly NodePath[],
  forgetting: ReadonlySet<t.Node>,
): RetryBranch | undefined {
  const branch = branchAround(file, call);
  if (!branch) return afterGuard(sources, file, call, calls, forgetting);
  if (!retries(branch.get('consequent'), call)) return undefined;
  const within = calls.filter((one) => one.isDescendant(branch));
  const failure = failureIn(sources, branch, within, forgetting);
  return failure && branchWith(file, call, branch, failure);
}

/** What is done where renewing fails; undefined where those who renew do it in a way that can't be done here. */
export function failureIn(
  sources: Sources,
  around: NodePath,
  calls: readonly NodePath[],
  forgetting: ReadonlySet<t.Node>,
): ReturnType<typeof afterFailure> {
  const failure = afterFailure(around, calls, forgetting);
  const left = failure && (failure.kept.length > 0 || failure.said.length > 0);
  if (!failure || left || !calls.some((one) => handlesFailure(sources, one))) return failure;
  return failureWithin(sources, around, calls, forgetting);
}

/** The same where a condition before it leaves when the request was not refused. */
function afterGuard(
  sources: Sources,
  file: SourceFile,
  call: NodePath,
  calls: readonly NodePath[],
  forgetting: ReadonlySet<t.Node>,
): RetryBranch | undefined {
  const guard = guardBefore(file, call);
  const around = guard?.condition.parentPath;
  const owner = guard?.condition.getFunctionParent();
  if (!guard || !around || !owner || !retries(around, call)) return undefined;
  const { condition, conditions, rest } = guard;
  const within = calls.filter((one) => rest.some((statement) => one.isDescendant(statement)));
  const failure = failureIn(sources, around, within, forgetting);
  const error = errorOf(owner);
  if (!failure) return undefined;
  const { said } = failure;
  const kept = said.length ? [] : failure.kept;
  const done = leaves(said.at(-1) ?? kept.at(-1));
  // What is no callback for failures says by itself what it answers, and knows no error.
  if (error === undefined && (!done || (failure.caught && failure.isRead))) return undefined;
  return {
    kind: 'branch',
    file,
    call,
    branch: condition,
    rest,
    conditions,
    kept,
    said,
    ...(failure.caught && failure.isRead ? { caught: failure.caught } : {}),
    ...(error === undefined ? {} : { error }),
    asks: false,
    ...(done || error === undefined ? {} : { ends: handingOn(owner, error) }),
    waits: waitsFor(condition, owner),
  };
}

/** A branch in which the token is renewed, with what is done when that fails. */
export function branchWith(
  file: SourceFile,
  call: NodePath,
  branch: NodePath<t.IfStatement>,
  failure: Failure,
  copied: readonly NodePath[] = failure.said,
): RetryBranch | undefined {
  const owner = branch.getFunctionParent();
  if (!owner) return undefined;
  const error = errorOf(owner);
  if (failure.caught && failure.isRead && error === undefined) return undefined;
  const left = conditionsLeft(file, branch);
  if (!left) return undefined;
  const { conditions, told } = left;
  const status = conditions.map((one) => textOf(file, one)).join(' ') || textAround(file, branch);
  const asks =
    (told && !/\bUNAUTHENTICATED\b/.test(status)) ||
    !/\b401\b|unauth/i.test(status) ||
    /\b403\b|forbidden/i.test(status);
  if (asks && !owner.node.async && (error === undefined || owner.isMethod())) return undefined;
  const kept = copied.length ? [] : failure.kept;
  const open = error !== undefined && endsFlow(owner, branch) && !leaves(copied.at(-1) ?? kept.at(-1));
  return {
    kind: 'branch',
    file,
    call,
    branch,
    conditions,
    kept,
    said: copied,
    ...(failure.caught && failure.isRead ? { caught: failure.caught } : {}),
    ...(error === undefined ? {} : { error }),
    asks,
    ...(open ? { ends: handingOn(owner, error) } : {}),
    waits: waitsFor(branch, owner),
  };
}

/** The outermost condition around the call that asks whether a request was refused. */
export function branchAround(file: SourceFile, call: NodePath): NodePath<t.IfStatement> | undefined {
  let found: NodePath<t.IfStatement> | undefined;
  for (let at: NodePath | null = call; at; at = at.parentPath) {
    const { parentPath: parent } = at;
    if (!parent?.isIfStatement() || at.key !== 'consequent') continue;
    const test = textOf(file, parent.node.test);
    const inner = found ? textOf(file, found.node.test) : '';
    if (STATUS.test(test) || (!STATUS.test(inner) && RETRIED.test(test) && MESSAGE.test(test)))
      found = parent;
  }
  return found;
}

/** `return throwError(() => error)` among operators, where promises are not looked at. */
export function handingOn(owner: NodePath<t.Function>, error: string): string {
  const { parent } = owner;
  const operator = t.isCallExpression(parent) && t.isIdentifier(parent.callee, { name: 'catchError' });
  return operator && owner.scope.hasBinding('throwError')
    ? `throwError(() => ${error})`
    : `Promise.reject(${error})`;
}

/** The parts of the condition that ask whether the request was refused, rather than whether it may be repeated. */
function conditionsLeft(
  file: SourceFile,
  branch: NodePath<t.IfStatement>,
): { conditions: readonly t.Expression[]; told: boolean } | undefined {
  const parts = conjuncts(branch.node.test).filter((one) => {
    const text = textOf(file, one);
    return STATUS.test(text) || !RETRIED.test(text);
  });
  const status = parts.filter((one) => /\b40[13]\b/.test(textOf(file, one)));
  // Beside a status its message counts no more: an ended session may have another than an expired token.
  if (status.length || /\b401\b/.test(textAround(file, branch))) {
    const conditions = parts.filter((one) => status.includes(one) || !isMessage(file, one));
    return { conditions, told: conditions.length < parts.length };
  }
  return parts.length ? { conditions: parts, told: true } : undefined;
}

function isMessage(file: SourceFile, node: t.Expression): boolean {
  return t.isBinaryExpression(node) && /message|\.data\b|\.code\b|\.error\b/i.test(textOf(file, node));
}

function conjuncts(test: t.Expression): t.Expression[] {
  if (!t.isLogicalExpression(test, { operator: '&&' })) return [test];
  return [...conjuncts(test.left), ...conjuncts(test.right)];
}

/** The conditions and cases around a branch, within its function. */
function textAround(file: SourceFile, branch: NodePath): string {
  const texts: string[] = [];
  for (let at = branch.parentPath; at && !at.isFunction(); at = at.parentPath) {
    if (at.isIfStatement()) texts.push(textOf(file, at.node.test));
    if (at.isSwitchCase() && at.node.test) texts.push(textOf(file, at.node.test));
  }
  return texts.join(' ');
}

/** The name by which a callback for failures knows the error. */
export function errorOf(owner: NodePath<t.Function>): string | undefined {
  const [first, ...others] = owner.node.params;
  if (!t.isIdentifier(first) || others.length) return undefined;
  const named = owner.listKey === 'arguments' || /^(?:e|err?|\w*[eE]rror)$/.test(first.name);
  return named ? first.name : undefined;
}

/** Whether nothing comes after a branch in its function. */
function endsFlow(owner: NodePath<t.Function>, branch: NodePath): boolean {
  for (let at: NodePath = branch; at.node !== owner.node.body; ) {
    const next = at.getNextSibling();
    if (at.listKey === 'body' && next.node) return false;
    const { parentPath: parent } = at;
    if (!parent) return false;
    at = parent;
  }
  return true;
}

export function leaves(path: NodePath | undefined): boolean {
  return Boolean(path && (path.isReturnStatement() || path.isThrowStatement()));
}

/** `await mutex.waitForUnlock()` before the request, of a lock that the branch takes. */
function waitsFor(branch: NodePath<t.IfStatement>, owner: NodePath<t.Function>): NodePath[] {
  const found: NodePath[] = [];
  owner.traverse({
    CallExpression(call) {
      if (propertyName(call.node.callee) !== 'waitForUnlock' || call.isDescendant(branch)) return;
      const statement = call.getStatementParent();
      if (statement?.isExpressionStatement()) found.push(statement);
    },
  });
  return found;
}
