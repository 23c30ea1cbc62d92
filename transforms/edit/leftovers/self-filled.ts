import type { Binding, NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import type { SourceFile } from '../../project/source.js';
import type { Edit } from '../edits.js';
import { isPure } from '../purity.js';
import { withoutDeclaration } from '../statements.js';
import { type Edited, isMade } from './leftover.js';

/** `let tokens = hasSession(); … if (!tokens) { tokens = hasSession(); }`, which nothing reads for anything else. */
export function selfFilled(edited: Edited, file: SourceFile): Edit[][] {
  if (!/\.[cm]?[jt]sx?$/.test(file.path)) return [];
  return [...file.paths.values()].flatMap((path): Edit[][] => {
    const declaration = path.isVariableDeclaration({ kind: 'let' }) ? path : undefined;
    const [only, ...others] = declaration?.get('declarations') ?? [];
    if (!declaration || !only || others.length || declaration.parentPath.isExportNamedDeclaration())
      return [];
    const { id, init } = only.node;
    const binding = t.isIdentifier(id) ? only.scope.getBinding(id.name) : undefined;
    if (!binding?.referencePaths.length || (init && !isPure(init, []))) return [];
    const fills = binding.constantViolations.map(fillOf);
    const conditions = binding.referencePaths.map((one) => conditionFor(one, binding));
    if (!fills.every((one) => one !== undefined) || !conditions.every((one) => one !== undefined)) return [];
    const gone = [...new Set(conditions)];
    if (!gone.some((one) => isMade(edited, file, one))) return [];
    const alone = fills.filter((one) => !gone.some((condition) => one.isDescendant(condition)));
    return [[declaration, ...gone, ...alone].map((one) => withoutDeclaration(file, one))];
  });
}

/** The statement that puts something into a variable, and has no other effect. */
function fillOf(path: NodePath): NodePath | undefined {
  const quiet = path.isAssignmentExpression({ operator: '=' }) && isPure(path.node.right, []);
  return quiet && path.parentPath.isExpressionStatement() ? path.parentPath : undefined;
}

/** The condition that asks for a variable, and only fills it. */
function conditionFor(reference: NodePath, { constantViolations }: Binding): NodePath | undefined {
  const condition = reference.findParent((above) => above.isIfStatement());
  if (!condition?.isIfStatement() || condition.node.alternate || condition.listKey !== 'body')
    return undefined;
  const test = condition.get('test');
  if (!(reference === test || reference.isDescendant(test)) || !isPure(test.node, [])) return undefined;
  const { consequent } = condition.node;
  const statements = t.isBlockStatement(consequent) ? consequent.body : [consequent];
  const fills = statements.every(
    (one) => t.isExpressionStatement(one) && constantViolations.some(({ node }) => node === one.expression),
  );
  return fills && statements.length ? condition : undefined;
}
