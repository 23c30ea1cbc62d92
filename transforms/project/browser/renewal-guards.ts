import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { type SourceFile, textOf } from '../source.js';
import { isRequest } from './repeated-requests.js';

/** A condition that leaves when a request was not refused: all that comes after it renews. */
export interface Guard {
  readonly condition: NodePath<t.IfStatement>;
  readonly rest: readonly NodePath<t.Statement>[];
  /** What is left of the condition, joined by `||`, when nothing is sent again any more. */
  readonly conditions: readonly t.Expression[];
}

const NOT_REFUSED = /\b401\b/;
const REPEATED = /retr(?:y|ied)|\.sent\b|isRefreshing|refresh/i;

/** `if (status !== 401 || request.retried) throw error;`, before what a call that renews is a part of. */
export function guardBefore(file: SourceFile, call: NodePath): Guard | undefined {
  for (let at: NodePath | null = call; at; at = at.parentPath) {
    const { parentPath: parent } = at;
    if (!parent?.isBlockStatement() || !parent.parentPath.isFunction()) continue;
    const statements = parent.get('body');
    const index = statements.findIndex(({ node }) => node === at?.node);
    for (const [place, condition] of statements.slice(0, index).entries()) {
      if (!condition.isIfStatement() || condition.node.alternate || !leaves(condition)) continue;
      const conditions = conditionsLeft(file, condition.get('test'));
      if (conditions) return { condition, conditions, rest: statements.slice(place + 1) };
    }
  }
  return undefined;
}

function leaves(condition: NodePath<t.IfStatement>): boolean {
  const { consequent } = condition.node;
  const last = t.isBlockStatement(consequent) ? consequent.body.at(-1) : consequent;
  return t.isReturnStatement(last) || t.isThrowStatement(last);
}

/** Undefined where the condition does not ask for a status of 401 alone. */
function conditionsLeft(file: SourceFile, test: NodePath<t.Expression>): t.Expression[] | undefined {
  const parts = disjuncts(test);
  const asksStatus = ({ node }: NodePath<t.Expression>): boolean =>
    t.isBinaryExpression(node) && /^!==?$/.test(node.operator) && NOT_REFUSED.test(textOf(file, node));
  if (!parts.some(asksStatus) || /\b403\b/.test(textOf(file, test.node))) return undefined;
  return parts
    .filter((one) => asksStatus(one) || !(REPEATED.test(textOf(file, one.node)) || asksForRequest(one)))
    .map(({ node }) => node);
}

/** `!request`: whether there is anything to send again. */
function asksForRequest(part: NodePath<t.Expression>): boolean {
  return part.isUnaryExpression({ operator: '!' }) && isRequest(part.get('argument') as NodePath);
}

function disjuncts(test: NodePath<t.Expression>): NodePath<t.Expression>[] {
  if (!test.isLogicalExpression({ operator: '||' })) return [test];
  return [...disjuncts(test.get('left')), ...disjuncts(test.get('right'))];
}
