import type * as t from '@babel/types';
import { endOf, type SourceFile, startOf } from '../project/source.js';
import type { Edit } from './edits.js';
import { wholeLines } from './whole-lines.js';

/** Takes neighbours out of a list together with one comma for each. */
export function withoutItems(file: SourceFile, list: readonly t.Node[], nodes: ReadonlySet<t.Node>): Edit[] {
  const edits: Edit[] = [];
  for (let first = 0; first < list.length; first++) {
    const start = list[first];
    if (!start || !nodes.has(start)) continue;
    let last = first;
    for (let next = list[last + 1]; next && nodes.has(next); next = list[last + 1]) last++;
    const [before, end, after] = [list[first - 1], list[last], list[last + 1]];
    if (!end) continue;
    edits.push(
      after
        ? { file: file.path, start: startOf(start), end: startOf(after), text: '' }
        : {
            file: file.path,
            start: before ? endOf(before) : startOf(start),
            end: lastOf(file, end, before),
            text: '',
          },
    );
    first = last;
  }
  return edits;
}

/** Takes an item out of a list with its lines, where it has them for itself. */
export function withoutItem(file: SourceFile, list: readonly t.Node[], node: t.Node): Edit[] {
  const comma = /^\s*,/.exec(file.text.slice(endOf(node)));
  const [start, end] = [startOf(node), endOf(node) + (comma?.[0].length ?? 0)];
  const lines = wholeLines(file, start, end);
  return comma && lines.start < start
    ? [{ file: file.path, ...lines, text: '' }]
    : withoutItems(file, list, new Set([node]));
}

/** Where nothing is left in the list, no comma may be left either. */
function lastOf(file: SourceFile, end: t.Node, before: t.Node | undefined): number {
  const comma = before ? null : /^\s*,/.exec(file.text.slice(endOf(end)));
  return endOf(end) + (comma?.[0].length ?? 0);
}
