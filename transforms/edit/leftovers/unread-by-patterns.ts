import type { SourceFile } from '../../project/source.js';
import type { Edit } from '../edits.js';
import { withoutItems } from '../lists.js';
import { declaredBy } from './hollow-functions.js';
import { type Edited, isMade } from './leftover.js';
import { unreadIn } from './unread-names.js';

/** `({ graphQLErrors, operation, forward }) => …`, of which a callback reads some names no more. */
export function unreadByPatterns(edited: Edited, file: SourceFile): Edit[][] {
  const found: Edit[][] = [];
  for (const path of file.paths.values()) {
    if (!path.isFunction() || path.listKey !== 'arguments' || !isMade(edited, file, declaredBy(path)))
      continue;
    for (const pattern of path.get('params')) {
      const unread = pattern.isObjectPattern() ? unreadIn(edited, file, path, pattern) : [];
      if (pattern.isObjectPattern() && unread.length && unread.length < pattern.node.properties.length)
        found.push(withoutItems(file, pattern.node.properties, new Set(unread)));
    }
  }
  return found;
}
