import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { type CallPath, callersOf } from '../project/callers.js';
import { definitionOf, propertyName } from '../project/definitions.js';
import type { Sources } from '../project/sources.js';

/** Whether code goes on from a property of an object, which must be there for that: `config.headers.Accept = type`. */
export function isReadDeeper(sources: Sources, object: NodePath, name: string | undefined): boolean {
  return name !== undefined && namesFor(sources, object).some((one) => isGoneOnFrom(one, name));
}

/** Whether a function that is called needs an object in some place, since it takes it apart. */
export function isTakenApart(sources: Sources, call: CallPath, index: number): boolean {
  const called = definitionOf(sources, call.get('callee') as NodePath);
  const parameter = called.kind === 'function' ? called.path.get('params')[index] : undefined;
  if (called.kind !== 'function' || !parameter) return false;
  if (parameter.isObjectPattern()) return true;
  const references = parameter.isIdentifier()
    ? (called.path.scope.getBinding(parameter.node.name)?.referencePaths ?? [])
    : [];
  return references.some(({ parentPath: parent, key }) => {
    if (parent?.isVariableDeclarator()) return t.isObjectPattern(parent.node.id);
    return parent?.isMemberExpression() === true && key === 'object';
  });
}

/** Where an object is read by a variable of its own, or by one that holds what a function returns. */
function namesFor(sources: Sources, object: NodePath): NodePath[] {
  const { parentPath: parent } = object;
  if (parent?.isVariableDeclarator()) return referencesOf(parent);
  const owner = object.getFunctionParent();
  const returned =
    parent?.isReturnStatement() || (parent?.isArrowFunctionExpression() && object.key === 'body');
  if (!returned || !owner) return [];
  return callersOf(sources, owner).flatMap((call) => {
    const at = call.parentPath?.isAwaitExpression() ? call.parentPath : (call as NodePath);
    return at.parentPath?.isVariableDeclarator() ? [at, ...referencesOf(at.parentPath)] : [at];
  });
}

function referencesOf(declarator: NodePath<t.VariableDeclarator>): NodePath[] {
  const { id } = declarator.node;
  return t.isIdentifier(id) ? (declarator.scope.getBinding(id.name)?.referencePaths ?? []) : [];
}

function isGoneOnFrom({ parentPath: member, key }: NodePath, name: string): boolean {
  return (
    key === 'object' &&
    member?.isMemberExpression() === true &&
    propertyName(member.node) === name &&
    member.key === 'object' &&
    member.parentPath?.isMemberExpression() === true
  );
}
