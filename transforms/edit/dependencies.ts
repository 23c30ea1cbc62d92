import {
  applyEdits as applyJson,
  findNodeAtLocation,
  modify,
  type Node,
  parse,
  parseTree,
} from 'jsonc-parser';
import type { Package } from '../project/packages.js';
import type { Edit } from './edits.js';
import { SHIM } from './names.js';
import { styleOf } from './style.js';

/** The range of the shim that migrated code needs. */
export const SHIM_RANGE = '^0.1.0';

/** A package, the range of it, and the list of a package.json that it belongs into. */
export interface Dependency {
  readonly name: string;
  readonly range: string;
  readonly list: 'dependencies' | 'devDependencies';
}

/** Adds the shim to the dependencies of a package that asks it for sessions. */
export function dependencyEdits(home: Package): Edit[] {
  if (home.dependencies.has(SHIM)) return [];
  const shim: Dependency = { name: SHIM, range: SHIM_RANGE, list: 'dependencies' };
  return [insertion(home, shim, 'its code needs the shim')];
}

/** Whether a list of a package.json is there, with something in it. */
export function isFilled({ text }: Package, list: Dependency['list']): boolean {
  const manifest: unknown = parse(text);
  const found: unknown = manifest instanceof Object ? Reflect.get(manifest, list) : undefined;
  return found instanceof Object && Object.keys(found).length > 0;
}

/**
 * Adds one dependency where the alphabet has it, or at the end of a list without order. Whoever adds the same one
 * makes the same edit, so that it is added once.
 */
export function insertion({ path, text }: Package, { name, range, list }: Dependency, because: string): Edit {
  const { newline, indent } = styleOf(text);
  const edits = modify(text, [list, name], range, {
    formattingOptions: {
      insertSpaces: indent !== '\t',
      tabSize: indent === '\t' ? 1 : indent.length,
      eol: newline,
    },
    getInsertionIndex: (names) => {
      const next = names.findIndex((other) => other.localeCompare(name) > 0);
      const sorted = names.every((other, index) => index === 0 || (names[index - 1] ?? '') <= other);
      return sorted && next >= 0 ? next : names.length;
    },
  });
  // Only what is put in, so that several dependencies find room between the same two.
  return { file: path, ...difference(text, applyJson(text, edits)), because };
}

/** What turns one text into another: what they have in common at both ends stays. */
export function difference(before: string, after: string): Pick<Edit, 'start' | 'end' | 'text'> {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < before.length - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return { start, end: before.length - end, text: after.slice(start, after.length - end) };
}

/** Takes packages that nothing uses any more out of the dependencies, but for one that the shim is put next to. */
export function withoutDependencies(home: Package, names: ReadonlySet<string>): Edit[] {
  const { path, text } = home;
  const root = parseTree(text);
  const put = dependencyEdits(home);
  return ['dependencies', 'devDependencies'].flatMap((field) => {
    const list = root && findNodeAtLocation(root, [field])?.children;
    if (!list || !text.slice(list[0]?.offset, endOf(list.at(-1))).includes('\n')) return [];
    return withoutProperties(list, names)
      .filter(({ start, end }) => !put.some((edit) => start <= edit.end && edit.start <= end))
      .map((range) => ({ file: path, ...range, text: '', because: 'it needs fewer packages' }));
  });
}

function withoutProperties(list: readonly Node[], names: ReadonlySet<string>) {
  const ranges: { start: number; end: number }[] = [];
  const goes = (node: Node | undefined) => names.has(String(node?.children?.[0]?.value));
  for (let first = 0; first < list.length; first++) {
    if (!goes(list[first])) continue;
    let last = first;
    while (goes(list[last + 1])) last++;
    const [before, after] = [list[first - 1], list[last + 1]];
    if (after) ranges.push({ start: list[first]?.offset ?? 0, end: after.offset });
    else if (before) ranges.push({ start: endOf(before), end: endOf(list[last]) });
    first = last;
  }
  return ranges;
}

function endOf(node: Node | undefined): number {
  return node ? node.offset + node.length : 0;
}
