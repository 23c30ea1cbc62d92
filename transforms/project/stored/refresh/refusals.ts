import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { alternatives } from '../../acceptance/carried-code.js';
import { callersOf } from '../../callers.js';
import { propertyName } from '../../definitions.js';
import { isInside } from '../../inside.js';
import type { CheckSite } from '../../site.js';
import { startOf, textOf } from '../../source.js';
import type { Sources } from '../../sources.js';
import { isGone } from './books.js';
import type { Question } from './found.js';

/** The condition that turns a request away because its token is not kept. */
export interface Refusal {
  readonly statement: NodePath<t.IfStatement>;
  /** What is done then. */
  readonly branch: NodePath;
  /** The alternative of the condition that asks; it is the whole condition where that asks nothing else. */
  readonly asks: NodePath;
}

/** What follows when a question finds nothing, where that is one branch of a condition. */
export function refusalOf(asks: NodePath, yields: 'yes' | 'no'): Refusal | undefined {
  let at = asks;
  let unknown = yields === 'no';
  for (let above = at.parentPath; above; above = at.parentPath) {
    if (above.isUnaryExpression({ operator: '!' })) unknown = !unknown;
    else if (isCompared(above, at)) {
      if (above.isBinaryExpression() && /^[=<]/.test(above.node.operator)) unknown = !unknown;
    } else if (!above.isParenthesizedExpression()) break;
    at = above;
  }
  let whole = at;
  while (whole.parentPath?.isLogicalExpression({ operator: '||' })) whole = whole.parentPath;
  const statement = whole.parentPath;
  if (!statement?.isIfStatement() || whole.key !== 'test' || !unknown) return undefined;
  return { statement, branch: statement.get('consequent'), asks: at };
}

/** `user == null`, `rows.length === 0` */
function isCompared(above: NodePath, at: NodePath): boolean {
  if (!above.isBinaryExpression() || at.key !== 'left') return false;
  const { operator, right } = above.node;
  if (/^(?:length|rowCount)$/.test(propertyName(at.node) ?? ''))
    return (
      t.isNumericLiteral(right, { value: operator === '<' ? 1 : 0 }) && /^(?:[!=]==?|[<>])$/.test(operator)
    );
  return (
    /^[!=]==?$/.test(operator) && (t.isNullLiteral(right) || t.isIdentifier(right, { name: 'undefined' }))
  );
}

/** Whether a variable is only asked for being there. */
export function isPresence(reference: NodePath): boolean {
  const { parentPath: above } = reference;
  if (!above) return false;
  if (reference.key === 'test') return true;
  if (above.isUnaryExpression({ operator: '!' })) return true;
  if (above.isLogicalExpression()) return isTest(above);
  return isCompared(above, reference);
}

function isTest(path: NodePath): boolean {
  const above = path.parentPath;
  return path.key === 'test' || (above?.isLogicalExpression() === true && isTest(above));
}

/** The statements of a branch: those that answer, and those before. */
export function statementsOf(branch: NodePath): NodePath[] {
  return branch.isBlockStatement() ? branch.get('body') : [branch];
}

/** The statements of a branch that are left when those that go are gone. */
export function remainingOf(branch: NodePath, gone: ReadonlySet<NodePath>): NodePath[] {
  return statementsOf(branch).filter((one) => !isGone(one, gone));
}

/** A statement of a branch that does not answer, but takes tokens out of what is kept or gets ready for it. */
export function isBookkeeping(
  statement: NodePath,
  gone: ReadonlySet<NodePath>,
  checks: readonly CheckSite[],
): boolean {
  if (isGone(statement, gone)) return true;
  if (statement.isReturnStatement() || statement.isThrowStatement()) return false;
  const holds = (path: NodePath) => path.isDescendant(statement);
  return [...gone].some(holds) || checks.some(({ call }) => holds(call));
}

/** The statement in a question's function in which the token has been checked before the question is asked. */
export function checkedBefore(
  sources: Sources,
  { path }: Question,
  checks: readonly CheckSite[],
): { readonly check: CheckSite; readonly statement: NodePath } | undefined {
  for (const check of checks) {
    const own = check.path.getFunctionParent();
    const calls = [check.call as NodePath, ...(own ? callersOf(sources, own) : [])];
    for (const call of calls) {
      const statement = call.getStatementParent();
      if (!statement || sources.fileOf(call) !== sources.fileOf(path)) continue;
      const within = isInside(check.callback, path);
      const same = call.getFunctionParent()?.node === path.getFunctionParent()?.node;
      if (within || (same && startOf(call.node) < startOf(path.node))) return { check, statement };
    }
  }
  return undefined;
}

/**
 * Whether whoever comes with a token that is not kept is answered as one whose token does not hold.
 *
 * @param at where the token is checked, as seen from the refusal: a call of the function that does it
 */
export function isAlike(
  sources: Sources,
  { branch, statement }: Pick<Refusal, 'branch'> & { readonly statement: NodePath },
  check: CheckSite,
  at: NodePath = check.call,
): boolean {
  const last = statementsOf(branch).at(-1);
  if (!last) return false;
  const text = (path: NodePath) => textOf(sources.fileOf(path), path.node).replace(/^return\s+|[;\s]+/g, '');
  const failing: NodePath[] = [];
  if (check.callback?.isFunction()) {
    const [error] = check.callback.node.params;
    check.callback.traverse({
      IfStatement(test) {
        const asksError = alternatives(test.get('test')).some(
          (one) => one.isIdentifier() && t.isIdentifier(error) && one.node.name === error.name,
        );
        if (asksError) failing.push(...statementsOf(test.get('consequent')).slice(-1));
      },
    });
  }
  const around = at.findParent((above) => above.isTryStatement());
  const handler = around?.isTryStatement() ? (around.get('handler') as NodePath) : undefined;
  if (handler?.isCatchClause()) {
    const { param } = handler.node;
    const told = t.isIdentifier(param) && handler.scope.bindings[param.name]?.referenced === true;
    if (last.isThrowStatement() && !told && around && statement.isDescendant(around)) return true;
    failing.push(...handler.get('body').get('body').slice(-1));
  }
  return failing.some((one) => text(one) === text(last));
}
