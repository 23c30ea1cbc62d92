import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';

/** The expressions that a function returns. */
export function returnsOf(path: NodePath<t.Function>): NodePath[] {
  const body = path.get('body');
  if (Array.isArray(body)) return [];
  if (!body.isBlockStatement()) return [body];
  const returned: NodePath[] = [];
  body.traverse({
    Function: (inner) => inner.skip(),
    ReturnStatement(statement) {
      const argument = statement.get('argument');
      if (argument.node) returned.push(argument as NodePath);
    },
  });
  return returned;
}
