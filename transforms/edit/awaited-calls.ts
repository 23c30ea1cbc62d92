import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { callersOf } from '../project/callers.js';
import { startOf } from '../project/source.js';
import type { Sources } from '../project/sources.js';
import { waitingIn } from './async.js';
import type { Edit } from './edits.js';

/** Those wait that call a function which has come to wait, and went on when it was done: `await saveTokens(tokens)`. */
export function callsAwaited(sources: Sources, owner: NodePath<t.Function>): Edit[] {
  return callersOf(sources, owner).flatMap((call) => {
    const around = call.getFunctionParent();
    const file = sources.fileOf(call);
    if (!around || !call.parentPath?.isExpressionStatement()) return [];
    const waiting = waitingIn(file, around);
    if (waiting.how === 'never' || waiting.further) return [];
    const start = startOf(call.node);
    const edits = [...waiting.edits, { file: file.path, start, end: start, text: `${waiting.how} ` }];
    return edits.map((one) => ({ ...one, because: 'it waits for what it calls' }));
  });
}
