import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { isSetOutside } from '../class-members.js';
import { definitionOf, keyName, propertyName } from '../definitions.js';
import type { Sources } from '../sources.js';

/**
 * Everything that the code of a class puts into a field that is assigned more than once: what it begins with, and
 * what comes later; none where an expression is no such field.
 */
export function fieldContents(sources: Sources, path: NodePath): NodePath[] {
  const name = propertyName(path.node);
  if (name === undefined || !(path.isMemberExpression() || path.isOptionalMemberExpression())) return [];
  const owner = definitionOf(sources, path.get('object') as NodePath);
  const made = owner.kind === 'instance' ? owner.of : owner.kind === 'class' ? owner.path : undefined;
  return made ? lineOf(sources, made).flatMap((one) => putInto(one, name)) : [];
}

/** A class and those that it extends. */
function lineOf(sources: Sources, made: NodePath<t.Class>): NodePath<t.Class>[] {
  const line = [made];
  for (const one of line) {
    const parent = one.get('superClass') as NodePath;
    const above = parent.node ? definitionOf(sources, parent) : undefined;
    if (above?.kind === 'class' && !line.some(({ node }) => node === above.path.node)) line.push(above.path);
  }
  return line;
}

function putInto(owner: NodePath<t.Class>, name: string): NodePath[] {
  const begins = owner
    .get('body')
    .get('body')
    .flatMap((member) => {
      if (!member.isClassProperty() && !member.isClassPrivateProperty()) return [];
      const value = member.get('value') as NodePath;
      if (isSetOutside(member.node)) return [];
      return keyName(member.node) === name && value.node ? [value] : [];
    });
  const later: NodePath[] = [];
  owner.traverse({
    AssignmentExpression(assignment) {
      const { left, operator } = assignment.node;
      const own = t.isMemberExpression(left) && t.isThisExpression(left.object);
      if (own && operator === '=' && propertyName(left) === name) later.push(assignment.get('right'));
    },
  });
  return [...begins, ...later];
}
