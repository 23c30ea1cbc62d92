import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { endOf, type SourceFile, startOf, textOf } from '../../project/source.js';
import type { Edit } from '../edits.js';
import { isPure } from '../purity.js';
import { withoutDeclaration, withoutStatement } from '../statements.js';
import { type Edited, isMade } from './leftover.js';

/** What says the same as something else there: `options.headers = { ...options.headers }`, `const copy = request`. */
export function idleCopies(edited: Edited, file: SourceFile): Edit[][] {
  const found: Edit[][] = [];
  for (const path of file.paths.values()) {
    const edits =
      ofItself(edited, file, path) ?? ofAnother(edited, file, path) ?? twiceAnswered(edited, file, path);
    if (edits) found.push(edits);
  }
  return found;
}

/** `options.headers = { ...options.headers }` */
function ofItself(edited: Edited, file: SourceFile, path: NodePath): Edit[] | undefined {
  if (!path.isAssignmentExpression({ operator: '=' }) || !path.parentPath.isExpressionStatement())
    return undefined;
  const { left, right } = path.node;
  const [only, ...others] = t.isObjectExpression(right) ? right.properties : [];
  if (!t.isSpreadElement(only) || others.length || !isMade(edited, file, path)) return undefined;
  return textOf(file, only.argument) === textOf(file, left) ? [withoutStatement(file, path)] : undefined;
}

/** `const copy = request;` of a name that never stands for anything else. */
function ofAnother(edited: Edited, file: SourceFile, path: NodePath): Edit[] | undefined {
  const declaration = path.parentPath;
  if (!path.isVariableDeclarator() || !declaration?.isVariableDeclaration({ kind: 'const' }))
    return undefined;
  const { id, init } = path.node;
  if (
    !t.isIdentifier(id) ||
    id.typeAnnotation ||
    !t.isIdentifier(init) ||
    declaration.node.declarations.length > 1
  )
    return undefined;
  const copy = path.scope.getBinding(id.name);
  const of = path.scope.getBinding(init.name);
  if (!copy?.constant || !of?.constant || of.scope.path.isProgram() || !isMade(edited, file, declaration))
    return undefined;
  const inPlace = copy.referencePaths.every(
    (one) =>
      one.scope.getBinding(init.name) === of &&
      !(one.parentPath?.isObjectProperty() && one.parentPath.node.shorthand),
  );
  if (!inPlace || declaration.parentPath?.isExportNamedDeclaration()) return undefined;
  return [
    withoutDeclaration(file, declaration),
    ...copy.referencePaths.map(({ node }) => ({
      file: file.path,
      start: startOf(node),
      end: endOf(node),
      text: init.name,
    })),
  ];
}

/** `if (!token) return request; return request;` */
function twiceAnswered(edited: Edited, file: SourceFile, path: NodePath): Edit[] | undefined {
  if (!path.isIfStatement() || path.node.alternate || path.listKey !== 'body' || !isPure(path.node.test, []))
    return undefined;
  const { consequent } = path.node;
  const [only, ...others] = t.isBlockStatement(consequent) ? consequent.body : [consequent];
  const next = path.getNextSibling();
  if (!t.isReturnStatement(only) || others.length || !next.isReturnStatement()) return undefined;
  const owner = path.getFunctionParent();
  const same = textOf(file, only) === textOf(file, next.node) && owner && isMade(edited, file, owner);
  return same && only.argument && t.isIdentifier(only.argument)
    ? [withoutDeclaration(file, path)]
    : undefined;
}
