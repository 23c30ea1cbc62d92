import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { type SourceFile, startOf, textOf } from '../../project/source.js';
import type { Edit } from '../edits.js';
import type { Edited } from './leftover.js';

/** `let answer = await ask()` that something was put into again, and is no more. */
export function fixedLets({ before }: Edited, file: SourceFile): Edit[][] {
  const old = before.at(file.path);
  // Templates may put something into the variables of their component.
  if (!old || !/\.[cm]?[jt]sx?$/.test(file.path)) return [];
  const changing = new Set(
    [...old.paths.values()].flatMap((path) =>
      isLet(path) && !isFixed(path) ? [textOf(old, path.node)] : [],
    ),
  );
  return [...file.paths.values()].flatMap((path): Edit[][] => {
    if (!isLet(path) || !isFixed(path) || !changing.has(textOf(file, path.node))) return [];
    const start = startOf(path.node);
    return [[{ file: file.path, start, end: start + 'let'.length, text: 'const' }]];
  });
}

/** A declaration of one variable that starts with a value. */
function isLet(path: NodePath): path is NodePath<t.VariableDeclaration> {
  if (!path.isVariableDeclaration({ kind: 'let' })) return false;
  const [only, ...others] = path.node.declarations;
  return only?.id.type === 'Identifier' && Boolean(only.init) && !others.length;
}

function isFixed(path: NodePath<t.VariableDeclaration>): boolean {
  const [name = ''] = Object.keys(path.getBindingIdentifiers());
  return path.scope.getBinding(name)?.constant === true;
}
