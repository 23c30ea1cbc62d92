import type { PlainGuard } from '../project/guards.js';
import { endOf, type SourceFile, startOf } from '../project/source.js';
import { before } from './chains.js';
import type { Edit, NeededName } from './edits.js';
import { dedentEdits } from './style.js';
import { wholeLines } from './whole-lines.js';

/** Asks for the claims once, answers where there are none, and goes on; see `PlainGuard`. */
export function guardEdits(file: SourceFile, guard: PlainGuard, asked: string, needs: NeededName[]): Edit[] {
  const { absent, attempt, claims, statement } = guard;
  const test = absent.node.test;
  const at = { file: file.path };
  const edits: Edit[] = [
    { ...before(file, absent, `const ${claims} = ${asked}`), needs },
    { ...at, start: startOf(test), end: endOf(test), text: `!${claims}` },
  ];
  const [first] = guard.rest;
  const last = guard.rest.at(-1);
  const tail = last && file.text.slice(endOf(last.node), endOf(attempt.node.block) - 1);
  if (!guard.needsNoTry || !first || !last || tail?.trim()) {
    const lines = wholeLines(file, startOf(statement.node), endOf(statement.node));
    return [...edits, { ...at, ...lines, text: '' }];
  }
  const from = first.node.leadingComments?.[0]?.start ?? startOf(first.node);
  return [
    ...edits,
    { ...at, start: startOf(attempt.node), end: from, text: '' },
    ...dedentEdits(file, from, endOf(last.node), startOf(attempt.node)),
    { ...at, start: endOf(last.node), end: endOf(attempt.node), text: '' },
  ];
}
