import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { pathsOf, type SourceFile } from '../../project/source.js';
import type { Edit } from '../edits.js';
import { withoutItem } from '../lists.js';
import { isPure } from '../purity.js';
import { type Edited, isMade } from './leftover.js';

/** `const {} = req.cookies, token = …` of which every name was taken out. */
export function emptyPatterns(edited: Edited, file: SourceFile): Edit[][] {
  return [...pathsOf(file, 'VariableDeclarator')].flatMap((path: NodePath): Edit[][] => {
    const { node, parent } = path;
    if (!t.isVariableDeclarator(node) || !t.isVariableDeclaration(parent)) return [];
    if (!t.isObjectPattern(node.id) || node.id.properties.length || parent.declarations.length < 2) return [];
    return isPure(node.init, []) && isMade(edited, file, path)
      ? [withoutItem(file, parent.declarations, node)]
      : [];
  });
}
