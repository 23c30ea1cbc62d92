import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { propertyName } from './definitions.js';
import { endOf, startOf } from './source.js';

const ANSWERS = /^(?:json|jsonp|send|render|status|end)$/;
/** Methods that make something else of a record: `toJSON`, `toObject`, `toAuthJSON`. */
const TURNED = /^(?:to[A-Z]|get$)/;

/**
 * Whether a token that is put on a record goes nowhere but into the answer: `user.token = token` of a user that
 * nobody saves after that.
 *
 * @param put the assignment
 */
export function isOnlyAnswered(put: NodePath<t.AssignmentExpression>): boolean {
  const { left } = put.node;
  if (!t.isMemberExpression(left) || !t.isIdentifier(left.object)) return false;
  const binding = put.scope.getBinding(left.object.name);
  const owner = put.getFunctionParent();
  if (!binding || !owner || binding.scope.getFunctionParent()?.path.node !== owner.node) return false;
  // Whoever calls a named function has the record, too.
  if (binding.kind === 'param' && owner.listKey !== 'arguments') return false;
  if (put.findParent((above) => above.isLoop() || above === owner)?.isLoop()) return false;
  const later = binding.referencePaths.filter((path) => startOf(path.node) >= endOf(put.node));
  return later.length > 0 && later.every(isHarmless);
}

function isHarmless(path: NodePath): boolean {
  const { parentPath: parent } = path;
  if (parent?.isMemberExpression() && path.key === 'object') {
    const called = parent.parentPath;
    const isCalled = called.isCallExpression() && parent.key === 'callee';
    return !isCalled || TURNED.test(propertyName(parent.node) ?? '');
  }
  return isInAnswer(path);
}

/** `res.json(user)`, `res.status(200).json({ user })`, `res.json({ ...user })` */
function isInAnswer(path: NodePath): boolean {
  const { parentPath: parent } = path;
  if (!parent) return false;
  if (parent.isObjectProperty() || parent.isObjectExpression() || parent.isSpreadElement())
    return isInAnswer(parent);
  if (!parent.isCallExpression() || path.listKey !== 'arguments') return false;
  return t.isMemberExpression(parent.node.callee) && ANSWERS.test(propertyName(parent.node.callee) ?? '');
}
