import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { type SourceFile, startOf, textOf } from '../../project/source.js';
import type { Edit } from '../edits.js';
import { type Edited, isMade } from './leftover.js';

/** `subscribe(async (value) => …)` that has nothing to wait for, and did not wait before. */
export function idleAsync({ sources, before }: Edited, file: SourceFile): Edit[][] {
  const old = before.at(file.path);
  const found: Edit[][] = [];
  for (const path of file.paths.values()) {
    if (!path.isFunction() || !path.node.async || path.listKey !== 'arguments') continue;
    const call = path.parentPath;
    if (!call?.isCallExpression() || !old || !isMade({ sources, before }, file, path) || waits(path))
      continue;
    const start = startOf(path.node);
    const word = /^async\s+/.exec(file.text.slice(start))?.[0];
    const opening = `${textOf(file, call.node.callee)}(async`;
    if (word && !old.text.includes(opening))
      found.push([{ file: file.path, start, end: start + word.length, text: '' }]);
  }
  return found;
}

function waits(path: NodePath<t.Function>): boolean {
  let found = false;
  path.get('body').traverse({
    Function: (inner) => inner.skip(),
    AwaitExpression: () => {
      found = true;
    },
    ForOfStatement: ({ node }) => {
      if (node.await) found = true;
    },
  });
  const body = path.get('body');
  return found || (!Array.isArray(body) && body.isAwaitExpression());
}
