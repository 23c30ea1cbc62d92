import type { SourceFile } from '../../project/source.js';
import type { Edit } from '../edits.js';
import { withoutDeclaration } from '../statements.js';
import type { Edited } from './leftover.js';

/** `type Waiting = { … }` that something in the file spoke of before, and nothing does any more. */
export function unreadTypes({ before }: Edited, file: SourceFile): Edit[][] {
  const old = before.at(file.path)?.text ?? '';
  const found: Edit[][] = [];
  for (const path of file.paths.values()) {
    if (!path.isTSTypeAliasDeclaration() && !path.isTSInterfaceDeclaration()) continue;
    if (!path.parentPath.isProgram()) continue;
    const { name } = path.node.id;
    if (mentions(file.text, name) === 1 && mentions(old, name) > 1)
      found.push([withoutDeclaration(file, path)]);
  }
  return found;
}

function mentions(text: string, name: string): number {
  return [...text.matchAll(/[\w$]+/g)].filter(([word]) => word === name).length;
}
