import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { definitionOf } from '../../project/definitions.js';
import type { SourceFile } from '../../project/source.js';
import type { Edit } from '../edits.js';
import { isPure } from '../purity.js';
import { withoutStatement } from '../statements.js';
import type { Edited } from './leftover.js';

/** `useAuth();` of a hook that does nothing but hand out a context, where nothing takes that any more. */
export function idleHooks(edited: Edited, file: SourceFile): Edit[][] {
  const found: Edit[][] = [];
  for (const path of file.paths.values()) {
    const name = hookCalled(path);
    if (name === undefined || !path.isExpressionStatement() || stoodAlone(edited, file, name)) continue;
    const callee = (path.get('expression') as NodePath<t.CallExpression>).get('callee');
    const called = definitionOf(edited.sources, callee);
    if (called.kind === 'function' && handsOutContext(called.path))
      found.push([withoutStatement(file, path.get('expression'))]);
  }
  return found;
}

/** The name of a hook whose call is a statement of its own. */
function hookCalled({ node }: NodePath): string | undefined {
  const call = t.isExpressionStatement(node) ? node.expression : undefined;
  if (!t.isCallExpression(call) || call.arguments.length || !t.isIdentifier(call.callee)) return undefined;
  return /^use[A-Z]/.test(call.callee.name) ? call.callee.name : undefined;
}

function stoodAlone({ before }: Edited, file: SourceFile, name: string): boolean {
  const old = before.at(file.path);
  return !old || [...old.paths.values()].some((path) => hookCalled(path) === name);
}

/** `() => useContext(AuthContext)`, which may complain that there is no provider. */
function handsOutContext(path: NodePath<t.Function>): boolean {
  const { body } = path.node;
  if (!t.isBlockStatement(body)) return isContext(body);
  return body.body.every((one) => {
    if (t.isVariableDeclaration(one)) return one.declarations.every(({ init }) => isContext(init));
    if (t.isReturnStatement(one)) return isContext(one.argument) || isPure(one.argument, []);
    return t.isIfStatement(one) && !one.alternate && throws(one.consequent);
  });
}

function throws(node: t.Statement): boolean {
  return t.isThrowStatement(t.isBlockStatement(node) ? node.body[0] : node);
}

function isContext(node: t.Node | null | undefined): boolean {
  const callee = t.isCallExpression(node) ? node.callee : undefined;
  if (t.isMemberExpression(callee))
    return (
      t.isIdentifier(callee.object, { name: 'React' }) &&
      t.isIdentifier(callee.property, { name: 'useContext' })
    );
  return t.isIdentifier(callee, { name: 'useContext' });
}
