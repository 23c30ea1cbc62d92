import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { argumentOf, type CallPath, callersOf } from '../../callers.js';
import { definitionOf, keyName } from '../../definitions.js';
import { purposeOfWord, wordOf } from '../../purposes.js';
import type { Sources } from '../../sources.js';

/** The column by which a table of several kinds of tokens tells them apart. */
export interface KindColumn {
  readonly name: string;
}

/** Of which kind the rows are that a place is about. */
export type RowKind =
  | { readonly is: 'refresh' }
  | { readonly is: 'other' }
  /** Each call of the function around says it: these are the ones about refresh tokens. */
  | { readonly is: 'called'; readonly ways: readonly SharedWay[] }
  | { readonly is: 'unknown' };

/** The way from a call that says which kind of token it is about to the place that is told so. */
export interface SharedWay {
  readonly call: CallPath;
  readonly function: NodePath<t.Function>;
  /** What the function does it by: a call of another such function, or the place itself. */
  readonly by: NodePath;
}

const DEEPEST = 3;

/** The column that says in every row that is made of which kind its token is, refresh tokens being one. */
export function kindColumnOf(sources: Sources, rows: readonly NodePath[]): KindColumn | undefined {
  const [first] = rows;
  const names = first ? columnsIn(first).map(({ node }) => keyName(node)) : [];
  for (const name of names) {
    if (name === undefined) continue;
    const words = rows.flatMap((row) => wordsIn(sources, row, name));
    const known = words.filter((word) => word !== undefined);
    if (known.length === words.length && known.some((word) => purposeOfWord(word) === 'refresh'))
      return { name };
  }
  return undefined;
}

/** The words that the rows which a place makes have in a column; undefined for each that is not seen. */
function wordsIn(sources: Sources, row: NodePath, name: string): (string | undefined)[] {
  const value = columnIn(row, name);
  if (!value) return [undefined];
  const said = saidAt(sources, value, 0);
  return said.map(({ word }) => word);
}

/** Which kind of rows a column picks at a place; undefined where the place does not ask for the kind. */
export function rowKindAt(sources: Sources, path: NodePath, { name }: KindColumn): RowKind | undefined {
  const value = columnIn(path, name);
  if (!value) return undefined;
  const said = saidAt(sources, value, 0);
  const [first] = said;
  if (!first || said.some(({ word }) => word === undefined)) return { is: 'unknown' };
  const refresh = said.filter(({ word }) => word !== undefined && purposeOfWord(word) === 'refresh');
  if (!refresh.length) return { is: 'other' };
  if (refresh.length === said.length) return { is: 'refresh' };
  const ways = refresh.map(({ way }) => way && { ...way, by: way.by ?? path });
  const known = ways.filter((way) => way !== undefined);
  return known.length === ways.length ? { is: 'called', ways: known } : { is: 'unknown' };
}

interface Said {
  readonly word: string | undefined;
  /** The call that says it, where a parameter stands for it. */
  readonly way?: Omit<SharedWay, 'by'> & { readonly by?: NodePath };
}

/** The words that an expression stands for: one, or where it is a parameter one for each call. */
function saidAt(sources: Sources, value: NodePath, depth: number): Said[] {
  const definition = definitionOf(sources, value);
  if (definition.kind !== 'parameter') return [{ word: wordOf(sources, value) }];
  const { function: owner, index, trail } = definition;
  if (trail.length || depth >= DEEPEST) return [{ word: undefined }];
  const calls = callersOf(sources, owner).filter((call) => !sources.fileOf(call).test);
  return calls.flatMap((call) => {
    const given = argumentOf(call, owner, index);
    const said = given ? saidAt(sources, given, depth + 1) : [{ word: undefined }];
    return said.map(({ word, way }) => ({
      word,
      way: way ? { ...way, by: way.by ?? call } : { call, function: owner },
    }));
  });
}

/** The value of a column in what a model is given at a place. */
function columnIn(path: NodePath, name: string): NodePath | undefined {
  const found = columnsIn(path).find(({ node }) => keyName(node) === name);
  return found?.get('value') as NodePath | undefined;
}

/** Every key that is written in what a call is given, with those around the columns. */
function columnsIn(path: NodePath): NodePath<t.ObjectProperty>[] {
  const found: NodePath<t.ObjectProperty>[] = [];
  path.traverse({
    Function: (inner) => inner.skip(),
    ObjectProperty(property) {
      found.push(property);
    },
  });
  return found;
}
