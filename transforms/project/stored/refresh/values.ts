import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { lastNameOf, propertyName } from '../../definitions.js';
import { comparisonAt } from './digests.js';
import { asksEntry, changesEntry } from './entries.js';
import {
  type Cleared,
  declared,
  type Found,
  held,
  isNoToken,
  outermost,
  type Question,
  statementOf,
} from './found.js';
import { isOfRequest, LIST_CHANGES, LIST_COPIES, LIST_QUESTIONS, type RefreshKeeper } from './keepers.js';

/** A call on an entry of a cache; what asks for one says by what it does with it what for. */
export function ofEntry(call: NodePath, keepers: readonly RefreshKeeper[]): Found | undefined {
  if (changesEntry(call)) {
    const statement = statementOf(call);
    return statement && { is: 'gone', statement };
  }
  const found = asksEntry(call) ? ofValue(outermost(call), keepers) : undefined;
  return found?.is === 'gone' ? { ...found, asks: true } : found;
}

/** A list, the field of a record, or what was made of one. */
export function ofValue(path: NodePath, keepers: readonly RefreshKeeper[]): Found | undefined {
  const method = path.key === 'object' ? (propertyName(path.parent) ?? '') : '';
  const shown = tokenOfRow(path, keepers);
  if (shown) return { is: 'shown', path: shown };
  const call = path.parentPath?.parentPath;
  if (call?.isCallExpression() && path.parentPath?.key === 'callee') {
    if (method === 'get') return intoKeeper(call, keepers);
    if (method === 'find') return { is: 'question', question: held(call) };
    if (LIST_QUESTIONS.test(method)) return { is: 'question', question: asked(call) };
    const statement = statementOf(call);
    if (LIST_CHANGES.test(method) && statement) return { is: 'gone', statement };
    if (LIST_COPIES.test(method)) return ofValue(call, keepers) ?? intoKeeper(call, keepers);
    return undefined;
  }
  const compared = path.parentPath;
  if (compared?.isBinaryExpression() && /^[!=]==?$/.test(compared.node.operator)) {
    const other = path.key === 'left' ? compared.node.right : compared.node.left;
    if (t.isNullLiteral(other) || t.isNumericLiteral(other)) return { is: 'tested' };
    // `users.find((one) => one.token === token)` asks for somebody, not whether a token is kept.
    if (isPicking(compared)) return undefined;
    const yields = compared.node.operator.startsWith('!') ? 'no' : 'yes';
    return { is: 'question', question: { path: withPresence(compared, path), yields } };
  }
  const digest = comparisonAt(path);
  if (digest) return { is: 'question', question: held(digest) };
  if (isPrinted(path)) return { is: 'gone', statement: path.getStatementParent() ?? path };
  return intoKeeper(path, keepers);
}

/** `row.token`, where it is only read. */
export function tokenOfRow(path: NodePath, keepers: readonly RefreshKeeper[]): NodePath | undefined {
  const member = path.key === 'object' ? path.parentPath : undefined;
  const name = member ? propertyName(member.node) : undefined;
  const read =
    member?.key !== 'callee' && member?.key !== 'object' && !t.isAssignmentExpression(member?.parent);
  const holds = keepers.some((one) => one.kind === 'table' && one.column === name);
  return member && read && holds ? member : undefined;
}

/** `!kept || kept !== token`, where the first alternative only says that there is none. */
function withPresence(compared: NodePath, path: NodePath): NodePath {
  const whole = compared.key === 'right' ? compared.parentPath : undefined;
  if (!whole?.isLogicalExpression({ operator: '||' })) return compared;
  return String(whole.get('left')) === `!${String(path)}` ? whole : compared;
}

/** Whether a comparison picks out of a list. */
function isPicking(path: NodePath): boolean {
  const callback = path.getFunctionParent();
  const call = callback?.listKey === 'arguments' ? callback.parent : undefined;
  const method = t.isCallExpression(call) ? (propertyName(call.callee) ?? '') : '';
  return LIST_COPIES.test(method) || LIST_QUESTIONS.test(method) || method === 'every';
}

/** What goes, whole or as a part of a list, into a keeper or a variable; what is assigned to a keeper goes. */
function intoKeeper(path: NodePath, keepers: readonly RefreshKeeper[]): Found | undefined {
  let at: NodePath = path;
  for (let above = at.parentPath; above; above = at.parentPath) {
    const carries =
      above.isSpreadElement() ||
      above.isArrayExpression() ||
      above.isAwaitExpression() ||
      above.isLogicalExpression() ||
      (above.isConditionalExpression() && at.key !== 'test');
    if (!carries) break;
    at = above;
  }
  const parent = at.parentPath;
  if (at.key === 'test' || parent?.isUnaryExpression({ operator: '!' })) return { is: 'tested' };
  if (parent?.isAssignmentExpression()) {
    const statement = statementOf(parent);
    if (!statement) return undefined;
    if (at.key === 'left') return { is: 'gone', statement, ...clearedBy(parent) };
    return isKeeper(parent.get('left'), keepers) ? { is: 'gone', statement } : undefined;
  }
  return parent?.isVariableDeclarator() && at.key === 'init' ? declared(parent) : undefined;
}

/** A question that a list answers, with the comparison that belongs to it. */
function asked(call: NodePath): Question {
  const { parentPath } = call;
  if (parentPath?.isBinaryExpression() && call.key === 'left') {
    const none = /^(?:===?|<|<=)$/.test(parentPath.node.operator);
    return { path: parentPath, yields: none ? 'no' : 'yes' };
  }
  return { path: call, yields: 'yes' };
}

/** `user.refreshToken = null` */
function clearedBy(assignment: NodePath<t.AssignmentExpression>): { cleared?: Cleared } {
  const left = assignment.get('left');
  if (!isNoToken(assignment.node.right) || !left.isMemberExpression()) return {};
  return { cleared: { path: assignment, user: left.get('object'), named: 'record' } };
}

function isKeeper(path: NodePath, keepers: readonly RefreshKeeper[]): boolean {
  if (path.isMemberExpression() && isOfRequest(path.get('object'))) return false;
  return keepers.some(({ kind, name }) => kind !== 'table' && lastNameOf(path) === name);
}

/** `console.log(result)` */
export function isPrinted(path: NodePath): boolean {
  const call = path.parentPath;
  return (
    call?.isCallExpression() === true &&
    call.parentPath.isExpressionStatement() &&
    /^(?:console|log|logger)$/.test(
      t.isMemberExpression(call.node.callee) && t.isIdentifier(call.node.callee.object)
        ? call.node.callee.object.name
        : '',
    )
  );
}
