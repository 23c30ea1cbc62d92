import type { NodePath } from '@babel/traverse';
import { propertyName } from '../../definitions.js';
import type { Sources } from '../../sources.js';
import { type Found, held } from './found.js';
import { CREATES, type RefreshKeeper, ROW_SEARCHES } from './keepers.js';
import { type KindColumn, kindColumnOf, type RowKind, rowKindAt, type SharedWay } from './kinds.js';
import type { Mention } from './mentions.js';
import { callOn, columnIn, columnsOf, isById, ofRows, withStatement } from './rows.js';

/** A table that has tokens of other kinds beside refresh tokens, as far as its rows tell them apart. */
export interface SharedRows {
  readonly sources: Sources;
  readonly keepers: readonly RefreshKeeper[];
  readonly column: KindColumn;
  /** Whether a refresh token gets to a place. */
  readonly isReached: (path: NodePath) => boolean;
}

/** How a table tells kinds of tokens apart, by every row that is made; undefined where rows say nothing of it. */
export function sharedRowsOf(
  sources: Sources,
  keepers: readonly RefreshKeeper[],
  mentions: readonly Mention[],
  isReached: SharedRows['isReached'],
): SharedRows | undefined {
  const calls = mentions.flatMap(({ path, as }) => (as === 'model' ? (callOn(path) ?? []) : []));
  const column = kindColumnOf(
    sources,
    calls.filter((call) => CREATES.test(methodOf(call))),
  );
  return column && { sources, keepers, column, isReached };
}

/** What a mention of such a table is there for: at each call about refresh tokens, where a function is for all kinds. */
export function ofSharedRows(path: NodePath, shared: SharedRows): (Found | undefined)[] {
  const { sources, keepers, column } = shared;
  const call = callOn(path);
  if (!call) return [undefined];
  const kind = rowKindAt(sources, call, column) ?? kindWithout(call, shared);
  switch (kind.is) {
    case 'other':
      return [{ is: 'left' }];
    case 'refresh':
      return [ofRows(path, 'model', keepers, column.name)];
    case 'called':
      return kind.ways.map((way) => ofWay(call, way, keepers));
    default:
      return [undefined];
  }
}

/** Rows that are picked by their token or their own id are of the kind that this is of; else all kinds are meant. */
function kindWithout(call: NodePath, shared: SharedRows): RowKind {
  const [given] = call.get('arguments') as NodePath[];
  const method = methodOf(call);
  if (CREATES.test(method)) return { is: 'unknown' };
  if (given && columnIn(given, shared.keepers)) return { is: shared.isReached(call) ? 'refresh' : 'other' };
  return isById(given, method) ? kindOfRow(call, shared) : { is: 'refresh' };
}

/** The kind of a row that is named by its id: that of the question which found it. */
function kindOfRow(call: NodePath, shared: SharedRows): RowKind {
  const [given] = call.get('arguments') as NodePath[];
  const [only] = given ? columnsOf(given) : [];
  const id = (only ? only.get('value') : given) as NodePath | undefined;
  const row = id?.isMemberExpression() ? (id.get('object') as NodePath) : undefined;
  const binding = row?.isIdentifier() ? row.scope.getBinding(row.node.name) : undefined;
  const init = binding?.path.isVariableDeclarator() ? binding.path.get('init') : undefined;
  if (!init?.node) return { is: 'unknown' };
  const found = init as NodePath;
  const asked = found.isAwaitExpression() ? found.get('argument') : found;
  const kind = asked.isCallExpression() ? rowKindAt(shared.sources, asked, shared.column) : undefined;
  return kind ?? { is: shared.isReached(found) ? 'refresh' : 'other' };
}

function ofWay(
  place: NodePath,
  { call, function: called, by }: SharedWay,
  keepers: readonly RefreshKeeper[],
): Found | undefined {
  const method = methodOf(place);
  if (CREATES.test(method)) return withStatement(call, { row: place });
  if (ROW_SEARCHES.test(method) && !/^find(?:OneAnd|ByIdAnd)/.test(method))
    return { is: 'question', question: { ...held(call), through: { function: called, question: held(by) } } };
  const [given] = place.get('arguments') as NodePath[];
  return given && columnIn(given, keepers) ? withStatement(call, {}) : undefined;
}

function methodOf(call: NodePath): string {
  return call.isCallExpression() ? (propertyName(call.node.callee) ?? '') : 'create';
}
