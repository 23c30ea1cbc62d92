import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { callersOf } from '../../project/callers.js';
import { endOf, type SourceFile, startOf } from '../../project/source.js';
import type { Edit } from '../edits.js';
import { withoutItems } from '../lists.js';
import { declaredBy } from './hollow-functions.js';
import { type Edited, isMade } from './leftover.js';
import { unreadIn } from './unread-names.js';

/**
 * Names that a function which a framework calls took out of what it is handed, and of which nothing is read any more:
 * `@Ctx() { res }: Context` of a resolver.
 */
export function unreadContext(edited: Edited, file: SourceFile): Edit[][] {
  const found: Edit[][] = [];
  for (const path of file.paths.values()) {
    if (!path.isFunction() || !isMade(edited, file, declaredBy(path)) || !isCalledByFramework(edited, path))
      continue;
    const { params } = path.node;
    for (const [index, pattern] of path.get('params').entries()) {
      const unread = pattern.isObjectPattern() ? unreadIn(edited, file, path, pattern) : [];
      if (!pattern.isObjectPattern() || !unread.length) continue;
      if (unread.length < pattern.node.properties.length)
        found.push(withoutItems(file, pattern.node.properties, new Set(unread)));
      else if (index === params.length - 1) found.push([withoutLast(file, params)]);
    }
  }
  return found;
}

/** A method with a decorator, or a function in a table that nobody here calls. */
function isCalledByFramework({ sources }: Edited, path: NodePath<t.Function>): boolean {
  const decorated = path.isClassMethod() && Boolean(path.node.decorators?.length);
  const listed = path.isObjectMethod() || path.parentPath?.isObjectProperty() === true;
  return (decorated || listed) && !callersOf(sources, path).length;
}

/** The last parameter goes with its decorators and the comma before it. */
function withoutLast(file: SourceFile, params: readonly t.Node[]): Edit {
  const [last, before] = params.toReversed();
  const [first] = (t.isObjectPattern(last) && last.decorators) || [];
  const start = before ? endOf(before) : last ? startOf(first ?? last) : 0;
  const end = last ? endOf(last) : 0;
  return { file: file.path, start, end, text: '' };
}
