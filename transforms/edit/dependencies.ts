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
export function insertion({ path, text }: Package, dependency: Dependency, because: string): Edit {
  const root = parseTree(text);
  const listed = (root && findNodeAtLocation(root, [dependency.list])?.children) ?? [];
  const [first, ...others] = listed;
  const edit = first ? between(text, [first, ...others], dependency) : made(text, dependency);
  return { file: path, ...edit, because };
}

/** Between the entries of a list, set as they are: only what is put in, so that several find room at one place. */
function between(
  text: string,
  listed: readonly [Node, ...Node[]],
  { name, range }: Dependency,
): Pick<Edit, 'start' | 'end' | 'text' | 'stays'> {
  const names = listed.map(nameOf);
  const next = listed.find((one) => nameOf(one).localeCompare(name) > 0);
  const sorted = names.every((one, index) => index === 0 || (names[index - 1] ?? '') <= one);
  const beside = sorted && next ? next : (listed.at(-1) ?? listed[0]);
  const white = /\s*$/.exec(text.slice(0, beside.offset))?.[0] ?? '';
  const colon =
    /:\s*/.exec(text.slice(endOf(beside.children?.[0]), beside.children?.[1]?.offset))?.[0] ?? ': ';
  const entry = JSON.stringify(name) + colon + JSON.stringify(range);
  return beside === next
    ? { start: beside.offset, end: beside.offset, text: `${entry},${white}`, stays: true }
    : { start: endOf(beside), end: endOf(beside), text: `,${white}${entry}`, stays: true };
}

/** A list that is made for it at the end of the manifest, or that was empty. */
function made(text: string, { name, range, list }: Dependency): Pick<Edit, 'start' | 'end' | 'text'> {
  const root = parseTree(text);
  const last = root?.children?.at(-1);
  const empty = root && findNodeAtLocation(root, [list]);
  if (!last) return difference(text, applyJson(text, modify(text, [list, name], range, {})));
  const { indent } = styleOf(text);
  const white = /\s*$/.exec(text.slice(0, last.offset))?.[0] ?? '';
  const [open, close] = white.includes('\n') ? [white + indent, white] : [' ', ' '];
  const entries = `{${open}${JSON.stringify(name)}: ${JSON.stringify(range)}${close}}`;
  return empty
    ? { start: empty.offset, end: endOf(empty), text: entries }
    : { start: endOf(last), end: endOf(last), text: `,${white}${JSON.stringify(list)}: ${entries}` };
}

/** What turns one text into another: what they have in common at both ends stays. */
export function difference(before: string, after: string): Pick<Edit, 'start' | 'end' | 'text'> {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < before.length - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return { start, end: before.length - end, text: after.slice(start, after.length - end) };
}

/** Takes packages that nothing uses any more out of the dependencies. */
export function withoutDependencies(home: Package, names: ReadonlySet<string>): Edit[] {
  const { path, text } = home;
  const root = parseTree(text);
  const put = dependencyEdits(home);
  return ['dependencies', 'devDependencies'].flatMap((field) => {
    const list = (root && findNodeAtLocation(root, [field])?.children) ?? [];
    return withoutProperties(list, names)
      .filter((range) => !put.some((edit) => isInTheWay(edit, range)))
      .map((range) => ({ file: path, ...range, text: '', because: 'it needs fewer packages' }));
  });
}

/** What is put in right before a removal, or at the end of the list, stays beside it. */
function isInTheWay(put: Edit, { start, end }: { start: number; end: number }): boolean {
  if (put.start === put.end && (put.start === start || (put.start === end && put.text.startsWith(','))))
    return false;
  return start <= put.end && put.start <= end;
}

function withoutProperties(list: readonly Node[], names: ReadonlySet<string>) {
  const ranges: { start: number; end: number }[] = [];
  const goes = (node: Node | undefined) => node !== undefined && names.has(nameOf(node));
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

function nameOf({ children }: Node): string {
  return String(children?.[0]?.value);
}

function endOf(node: Node | undefined): number {
  return node ? node.offset + node.length : 0;
}
