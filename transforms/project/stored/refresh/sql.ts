import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { lastNameOf, propertyName } from '../../definitions.js';

/** A statement of SQL that code hands to a database, with the values that stand in it. */
export interface SqlStatement {
  /** The call that runs it. */
  readonly call: NodePath<t.CallExpression>;
  readonly does: 'insert' | 'delete' | 'update' | 'select';
  readonly table: string;
  /** The columns that are written, with what is written; undefined for what SQL says itself. */
  readonly written: ReadonlyMap<string, NodePath | 'nothing' | undefined>;
  /** The columns that rows are picked by, likewise; all have to fit. */
  readonly picked: ReadonlyMap<string, NodePath | 'nothing' | undefined>;
}

const RUNS = /^(?:exec|run|get|all|raw)$|quer|execut/i;
const NAME = '["\'`]?(\\w+)["\'`]?';
const INSERT = new RegExp(
  `^insert (?:or \\w+ |ignore )?into ${NAME} ?\\(([^()]*)\\) ?values ?\\((.*?)\\)(?: returning .*)?;?$`,
  'i',
);
const DELETE = new RegExp(`^delete from ${NAME} where (.*?)(?: returning .*)?;?$`, 'i');
const UPDATE = new RegExp(`^update ${NAME} set (.*?) where (.*?)(?: returning .*)?;?$`, 'i');
const SELECT = new RegExp(`^select (?:[\\w*., "\`]+) from ${NAME} where (.*?)(?: limit 1)?;?$`, 'i');
/** What makes tables. */
const SCHEMA = /^\s*(?:create|alter|drop)\s+(?:unique\s+)?(?:table|index)\b/i;
const LOOKS_LIKE_SQL = /^\s*(?:select|insert|update|delete|create|alter|drop|with|truncate)\b/i;

/** The SQL that a text is; undefined where it is none. */
export function sqlIn({ node }: NodePath): string | undefined {
  const text = t.isStringLiteral(node)
    ? node.value
    : t.isTemplateLiteral(node)
      ? node.quasis.map(({ value }) => value.cooked ?? '').join('?!')
      : undefined;
  return text !== undefined && LOOKS_LIKE_SQL.test(text) ? text.replace(/\s+/g, ' ').trim() : undefined;
}

/** Whether SQL only says what a table is like. */
export function isSchema(sql: string): boolean {
  return SCHEMA.test(sql);
}

/** The statement that a text of SQL is, and the call that runs it; undefined where either is not plain. */
export function sqlStatement(path: NodePath): SqlStatement | undefined {
  const sql = sqlIn(path);
  const run = path.key === 0 && path.listKey === 'arguments' ? runOf(path) : undefined;
  if (sql === undefined || !run || /\?!|--|\/\*| or | union | join |\(select /i.test(sql)) return undefined;
  let asked = 0;
  const value = (text: string): NodePath | 'nothing' | undefined => {
    const numbered = /^\$(\d+)$/.exec(text.trim());
    if (numbered) return run.values[Number(numbered[1]) - 1];
    if (text.trim() === '?') return run.values[asked++];
    return /^(?:null|'')$/i.test(text.trim()) ? 'nothing' : undefined;
  };
  const pairs = (text: string, between: RegExp) => {
    const found = text
      .split(between)
      .map((one) => /^(?:\w+\.)?["'`]?(\w+)["'`]? ?(=|<=?|>=?|is) ?(.*)$/i.exec(one.trim()));
    if (found.some((one) => one === null)) return undefined;
    return new Map(found.flatMap((one) => (one?.[1] ? [[one[1], value(one[3] ?? '')] as const] : [])));
  };
  const none = new Map<string, NodePath>();
  const { call } = run;
  const [, into, columns = '', values = ''] = INSERT.exec(sql) ?? [];
  if (into) {
    const names = columns.split(',').map((one) => one.replace(/\W/g, ''));
    const given = values.split(/,(?![^()]*\))/);
    if (names.length !== given.length) return undefined;
    const written = new Map(names.map((name, index) => [name, value(given[index] ?? '')] as const));
    return { call, does: 'insert', table: into, written, picked: none };
  }
  const [, updated, sets = '', where = ''] = UPDATE.exec(sql) ?? [];
  if (updated) {
    const written = pairs(sets, /,/);
    const picked = pairs(where, / and /i);
    return written && picked && { call, does: 'update', table: updated, written, picked };
  }
  const [, emptied, left = ''] = DELETE.exec(sql) ?? [];
  const [, searched, by = ''] = SELECT.exec(sql) ?? [];
  const table = emptied ?? searched;
  const picked = table && pairs(emptied ? left : by, / and /i);
  return table && picked
    ? { call, does: emptied ? 'delete' : 'select', table, written: none, picked }
    : undefined;
}

/** `pool.query(sql, [a, b])`, `db.prepare(sql).run(a, b)` */
function runOf(
  path: NodePath,
): { readonly call: NodePath<t.CallExpression>; readonly values: readonly NodePath[] } | undefined {
  const first = path.parentPath;
  if (!first?.isCallExpression()) return undefined;
  const method = lastNameOf(first.get('callee') as NodePath) ?? '';
  const member = method === 'prepare' && first.key === 'object' ? first.parentPath : undefined;
  const prepared =
    member?.key === 'callee' && RUNS.test(propertyName(member.node) ?? '') ? member.parentPath : undefined;
  const call = prepared?.isCallExpression() ? prepared : RUNS.test(method) ? first : undefined;
  if (!call) return undefined;
  const given = (call.get('arguments') as NodePath[]).slice(call === first ? 1 : 0);
  const [list, ...more] = given;
  const values = list?.isArrayExpression() ? (list.get('elements') as NodePath[]) : given;
  const plain = values.every((one) => !one.isFunction() && !one.isSpreadElement());
  return plain && (!list?.isArrayExpression() || !more.length) ? { call, values } : undefined;
}

/** The statement that a value is handed to a database for. */
export function sqlGiven(path: NodePath): SqlStatement | undefined {
  const list = path.listKey === 'elements' ? path.parentPath : path;
  const call = list?.listKey === 'arguments' ? list.parentPath : undefined;
  return call ? sqlOf(call) : undefined;
}

/** The statement that a call runs. */
export function sqlOf(call: NodePath): SqlStatement | undefined {
  if (!call.isCallExpression()) return undefined;
  const callee = call.get('callee');
  const prepared = callee.isMemberExpression() ? callee.get('object') : undefined;
  const text = prepared?.isCallExpression() ? prepared.get('arguments')[0] : call.get('arguments')[0];
  return text && sqlStatement(text as NodePath);
}
