import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { isInside } from '../../inside.js';
import { positionOf, startOf } from '../../source.js';
import type { Sources } from '../../sources.js';
import type { Cleared, Found, Question } from './found.js';
import type { RefreshKeeper } from './keepers.js';
import type { Mention } from './mentions.js';
import { ofRows } from './rows.js';
import { ofSharedRows, type SharedRows } from './shared-rows.js';
import { ofSql } from './sql-rows.js';
import { ofEntry, ofValue } from './values.js';

/** What code does about the refresh tokens that an application keeps. */
export interface Books {
  /** Statements that only keep them, take them out, or get at them for that. */
  readonly gone: ReadonlySet<NodePath>;
  /** Of those, what gets at a token that is asked for: old ones are still refused by it. */
  readonly asking: ReadonlySet<NodePath>;
  readonly questions: readonly Question[];
  /** Places that take all tokens of a user out. */
  readonly cleared: readonly (Cleared & { readonly statement: NodePath })[];
  /** Columns that go out of what else is changed with them. */
  readonly columns: readonly NodePath<t.ObjectProperty>[];
  /** Places that read the token off a row. */
  readonly shown: readonly NodePath[];
  /** Rows that are made. */
  readonly rows: readonly NodePath[];
  /** A place that does something else with them. */
  readonly strange?: NodePath;
}

/**
 * Says of every mention of what keeps refresh tokens what it is there for.
 *
 * @param shared how a table of several kinds of tokens tells them apart
 */
export function booksOf(
  keepers: readonly RefreshKeeper[],
  mentions: readonly Mention[],
  shared: SharedRows | undefined,
): Books {
  const gone = new Set<NodePath>();
  const asking = new Set<NodePath>();
  const questions = new Map<t.Node, Question>();
  const cleared: (Cleared & { readonly statement: NodePath })[] = [];
  const rows: NodePath[] = [];
  const shown: NodePath[] = [];
  const columns: NodePath<t.ObjectProperty>[] = [];
  const tested: NodePath[] = [];
  const waiting: Mention[] = [...mentions];
  const seen = new Set<t.Node>();
  let strange: NodePath | undefined;
  for (let mention = waiting.shift(); mention; mention = waiting.shift()) {
    const { path, asks } = mention;
    if (seen.has(path.node)) continue;
    seen.add(path.node);
    for (const found of foundAt(mention, keepers, shared)) {
      if (!found) strange ??= path;
      else if (found.is === 'question') questions.set(found.question.path.node, found.question);
      else if (found.is === 'tested' && asks && !isAlternative(path))
        questions.set(path.node, { path, yields: 'yes', presence: true });
      else if (found.is === 'tested') tested.push(path);
      else if (found.is === 'shown') shown.push(found.path);
      else if (found.is === 'column') columns.push(found.column);
      else if (found.is === 'gone') {
        gone.add(found.statement);
        if (found.cleared) cleared.push({ ...found.cleared, statement: found.statement });
        if (found.row) rows.push(found.row);
        if (found.asks) asking.add(found.statement);
        const told = found.asks ? { asks: found.asks } : {};
        waiting.push(...(found.derived ?? []).map((one): Mention => ({ path: one, as: 'value', ...told })));
      }
    }
  }
  // `!user.token` beside the comparison with it.
  const compared = [...questions.values()].filter(({ path }) => !path.isMemberExpression());
  for (const path of tested)
    if (compared.some((question) => isAskedBeside(question, path)))
      questions.set(path.node, { path, yields: 'yes', presence: true });
  const all = [...questions.values()];
  const isAsked = (path: NodePath) => all.some((question) => isInside(question.path, path));
  strange ??= tested.find((path) => !isOfGone(path, gone) && !isAsked(path));
  return { gone, asking, questions: all, cleared, rows, columns, shown, ...(strange ? { strange } : {}) };
}

/** Whether a question of the same function asks about the same thing. */
function isAskedBeside({ path: asking }: Question, path: NodePath): boolean {
  const same = asking.getFunctionParent()?.node === path.getFunctionParent()?.node;
  return same && !isInside(asking, path) && String(asking).includes(String(path));
}

/** Whether it is asked beside other things: `!kept || …` */
function isAlternative({ parentPath }: NodePath): boolean {
  return parentPath?.parentPath?.isLogicalExpression() === true;
}

function foundAt(
  { path, as }: Mention,
  keepers: readonly RefreshKeeper[],
  shared: SharedRows | undefined,
): readonly (Found | undefined)[] {
  if (as === 'entry') return [ofEntry(path, keepers)];
  if (as === 'statement') return [ofSql(path, keepers)];
  if (as === 'value') return [ofValue(path, keepers)];
  return as === 'model' && shared ? ofSharedRows(path, shared) : [ofRows(path, as, keepers)];
}

/** Where a place is, in words. */
export function placeOf(sources: Sources, path: NodePath): string {
  const file = sources.fileOf(path);
  const { line } = positionOf(file.text, startOf(path.node));
  return `${file.path}:${line}`;
}

/** Whether a condition stands around nothing but statements that go. */
export function isOfGone(path: NodePath, gone: ReadonlySet<NodePath>): boolean {
  const statement = path.getStatementParent();
  if (!statement) return false;
  if (isGone(statement, gone)) return true;
  if (!statement.isIfStatement()) return false;
  const branches = [statement.get('consequent'), statement.get('alternate')] as NodePath[];
  return branches.every((one) => !one.node || isGone(one, gone));
}

/** Whether nothing is left of a statement when those that go are gone. */
export function isGone(statement: NodePath, gone: ReadonlySet<NodePath>): boolean {
  if ([...gone].some((one) => one.node === statement.node)) return true;
  if (statement.isBlockStatement()) return statement.get('body').every((one) => isGone(one, gone));
  return false;
}

/** Whether a place is in one of some statements. */
export function isWithin(path: NodePath, statements: ReadonlySet<NodePath>): boolean {
  return [...statements].some((one) => isInside(one, path));
}
