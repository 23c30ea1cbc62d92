import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { keyName, propertyName } from './definitions.js';

/** Where a chain of members begins, and their names: `config` of `config.jwt.secret`; undefined where one is worked out. */
export function memberChain(
  path: NodePath,
): { readonly root: NodePath; readonly names: string[] } | undefined {
  const names: string[] = [];
  let root = path;
  while (root.isMemberExpression()) {
    const name = propertyName(root.node);
    if (name === undefined) return undefined;
    names.unshift(name);
    root = root.get('object');
  }
  return { root, names };
}

/** The values that a class gives its member `name`: by declaration, or by `this.name = …`. */
export function valuesOfMember(owner: NodePath<t.Class>, name: string): NodePath[] {
  const values: NodePath[] = [];
  for (const member of owner.get('body').get('body')) {
    if (member.isClassProperty() && keyName(member.node) === name) {
      const value = member.get('value');
      if (value.node) values.push(value as NodePath);
    }
  }
  owner.traverse({
    AssignmentExpression(path) {
      const left = path.get('left');
      if (!left.isMemberExpression() || !left.get('object').isThisExpression()) return;
      if (propertyName(left.node) === name) values.push(path.get('right'));
    },
  });
  return values;
}
