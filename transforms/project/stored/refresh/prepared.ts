import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { isInside } from '../../inside.js';

/**
 * What is only made for statements that go: `const expires = new Date(); expires.setDate(…);` for a row, and the
 * token in it.
 *
 * @param gone what goes; what is found is not among it yet
 */
export function preparedFor(gone: ReadonlySet<NodePath>): NodePath[] {
  const going = new Set(gone);
  const found: NodePath[] = [];
  for (let waiting = [...gone]; waiting.length; ) {
    const more = waiting
      .flatMap((statement) => namesIn(statement))
      .flatMap((name) => forNothing(name, going));
    waiting = more.filter((one) => ![...going].some(({ node }) => node === one.node));
    for (const one of waiting) {
      going.add(one);
      found.push(one);
    }
  }
  return found;
}

function namesIn(statement: NodePath): NodePath<t.Identifier>[] {
  const found: NodePath<t.Identifier>[] = [];
  statement.traverse({
    Identifier(name) {
      if (name.isReferencedIdentifier()) found.push(name);
    },
  });
  return found;
}

/** The declaration of a variable, and the statements that change it, where all else that is done with it goes. */
function forNothing(name: NodePath<t.Identifier>, gone: ReadonlySet<NodePath>): NodePath[] {
  const binding = name.scope.getBinding(name.node.name);
  const statement = binding?.path.isVariableDeclarator() ? binding.path.parentPath : undefined;
  if (!binding?.constant || !statement?.isVariableDeclaration()) return [];
  const [declarator, ...others] = statement.node.declarations;
  if (others.length || !t.isIdentifier(declarator?.id) || statement.scope.path.isProgram()) return [];
  const changes: NodePath[] = [];
  for (const reference of binding.referencePaths) {
    if ([...gone].some((one) => isInside(one, reference))) continue;
    const change = changeOf(reference);
    if (!change) return [];
    changes.push(change);
  }
  return [statement, ...new Set(changes)];
}

/** `expires.setDate(expires.getDate() + 7);` */
function changeOf(reference: NodePath): NodePath | undefined {
  const statement = reference.getStatementParent();
  const call = statement?.isExpressionStatement() ? statement.get('expression') : undefined;
  const callee = call?.isCallExpression() ? call.get('callee') : undefined;
  const own = t.isIdentifier(reference.node) ? reference.node.name : '';
  const changes =
    callee?.isMemberExpression() &&
    callee.get('object').isIdentifier({ name: own }) &&
    /^set/.test(String(callee.get('property')));
  return changes && statement ? statement : undefined;
}
