import type { Binding, NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { keyName, lastNameOf, propertyName } from '../../definitions.js';
import type { Use } from '../../flow/follow.js';
import { textOf } from '../../source.js';
import type { Sources } from '../../sources.js';
import { modelOfThis } from '../models.js';
import { comparedWith } from './digests.js';
import { entryPut, entryTaken } from './entries.js';
import { type SqlStatement, sqlGiven } from './sql.js';

/** What an application keeps its refresh tokens in. */
export type RefreshKeeper =
  /** A list, set or map in memory, that one file has to itself. */
  | { readonly kind: 'list'; readonly name: string; readonly binding: Binding }
  /** A field of the user's record; `model` is what is searched by it, where something is. */
  | { readonly kind: 'field'; readonly name: string; readonly model?: string }
  /** Entries of a cache, one for each user, under keys that are made alike. */
  | { readonly kind: 'entry'; readonly name: string; readonly key: string }
  /** A table that statements of SQL are about, and the column that has the token. */
  | { readonly kind: 'sql'; readonly name: string; readonly column: string }
  /** A table, by the name of its model, and the column that has the token; `of` is what the model hangs on. */
  | { readonly kind: 'table'; readonly name: string; readonly column: string; readonly of?: string };

/** Methods that change what a list, a set, a map or a field with several tokens holds. */
export const LIST_CHANGES = /^(?:push|unshift|splice|pop|shift|add|delete|set|clear|pull|addToSet|concat)$/;
/** Methods that ask a list whether it holds a token. */
export const LIST_QUESTIONS = /^(?:includes|indexOf|findIndex|find|some|has|get)$/;
/** Methods that make another list of one. */
export const LIST_COPIES = /^(?:filter|slice|concat|map)$/;
/** Methods that look for rows. */
export const ROW_SEARCHES = /^(?:find\w*|exists|count\w*|where|get)$/;
/** Methods that put rows in, change them or take them out. */
export const ROW_CHANGES =
  /^(?:create\w*|insert\w*|save|upsert|add|update\w*|replace\w*|delete\w*|remove\w*|destroy|findOneAnd\w+|findByIdAnd\w+)$/;
/** What stands around the columns in what a model is given. */
export const AROUND_COLUMNS = /^(?:where|data|create|update|set|\$\w+)$/;
/** Methods that make rows; `new Model()` is one by name. */
export const CREATES = /^(?:create\w*|insert\w*|upsert|add)$/;
const ABOUT_TOKENS = /token|session/i;
const PARTS = /^(?:body|cookies|signedCookies|query|params|headers)$/;
const REQUEST = /^_?(?:req|request|res|response|ctx)$/;

/** What keeps the token at one of its uses; undefined where nothing of the kind does. */
export function keeperAt(sources: Sources, { path, trail }: Use): RefreshKeeper | undefined {
  const compared = path.parentPath?.isBinaryExpression() ? path.parentPath : undefined;
  if (compared) {
    const other = (path.key === 'left' ? compared.get('right') : compared.get('left')) as NodePath;
    const list = isItem(other) ? ofCallback(path) : undefined;
    // A list of users has records, each with a field.
    if (list && (list.kind === 'field' || ABOUT_TOKENS.test(list.name))) return list;
    return fieldOf(other) ?? entryTaken(other) ?? ofCallback(path);
  }
  const value = path.isArrayExpression()
    ? ((path.get('elements') as NodePath[])[Number(trail[0])] ?? path)
    : path;
  const statement = sqlGiven(value);
  if (statement) return ofStatement(statement, value);
  const digest = comparedWith(path);
  if (digest) return fieldOf(digest);
  const columns = [...trail];
  for (let at = path; at.parentPath; at = at.parentPath) {
    const above = at.parentPath;
    if (above.isObjectProperty() && at.key === 'value') columns.unshift(keyName(above.node) ?? '');
    else if (above.isCallExpression() && at.listKey === 'arguments')
      return (columns.length ? undefined : entryPut(above, Number(at.key))) ?? ofCall(above, columns);
    else if (above.isNewExpression() && at.listKey === 'arguments')
      return ofTable(textOf(sources.fileOf(above), above.node.callee), columns, { creates: true });
    else if (above.isAssignmentExpression() && at.key === 'right') return fieldOf(above.get('left'));
    else if (!above.isObjectExpression() && !above.isArrayExpression() && !above.isSpreadElement()) break;
  }
  return undefined;
}

/** A statement that puts a token in makes a row; another one is about a table of tokens by its name. */
function ofStatement(statement: SqlStatement, path: NodePath): RefreshKeeper | undefined {
  const { does, table, written, picked } = statement;
  const [column] =
    [...written, ...picked].find(([, value]) => value !== 'nothing' && value?.node === path.node) ?? [];
  if (column === undefined || (does !== 'insert' && !ABOUT_TOKENS.test(table))) return undefined;
  return { kind: 'sql', name: table, column };
}

/** `one.token` in `tokens.some((one) => one.token === token)`: a field of what the list has, not of a record. */
function isItem(path: NodePath): boolean {
  const holder = path.isMemberExpression() ? path.get('object') : undefined;
  const binding = holder?.isIdentifier() ? path.scope.getBinding(holder.node.name) : undefined;
  return binding?.kind === 'param' && binding.scope.path === path.getFunctionParent();
}

/** `tokens.filter((one) => one !== token)` */
function ofCallback(path: NodePath): RefreshKeeper | undefined {
  const callback = path.getFunctionParent();
  const call = callback?.listKey === 'arguments' ? callback.parentPath : undefined;
  const callee = call?.isCallExpression() ? call.get('callee') : undefined;
  const method = callee ? (propertyName(callee.node) ?? '') : '';
  if (!callee?.isMemberExpression() || !(LIST_COPIES.test(method) || LIST_QUESTIONS.test(method)))
    return undefined;
  return listNamed(callee.get('object')) ?? fieldOf(callee.get('object'));
}

function ofCall(call: NodePath<t.CallExpression>, columns: readonly string[]): RefreshKeeper | undefined {
  const callee = call.get('callee');
  if (!callee.isMemberExpression()) return undefined;
  const holder = callee.get('object');
  const method = propertyName(callee.node) ?? '';
  if (LIST_CHANGES.test(method) || LIST_QUESTIONS.test(method)) {
    const list = listNamed(holder) ?? (columns.length ? undefined : fieldOf(holder));
    if (list) return list;
  }
  if (!ROW_SEARCHES.test(method) && !ROW_CHANGES.test(method)) return undefined;
  const of = holder.isMemberExpression() ? lastNameOf(holder.get('object') as NodePath) : undefined;
  return ofTable(lastNameOf(holder) ?? modelOfThis(holder) ?? '', columns, {
    creates: CREATES.test(method),
    ...(of ? { of } : {}),
  });
}

/** A model that a token makes a row of is a table of tokens; another one is the users', of which a column has it. */
function ofTable(
  model: string,
  columns: readonly string[],
  { creates, of }: { readonly creates: boolean; readonly of?: string },
): RefreshKeeper | undefined {
  const column = columns.find((one) => !AROUND_COLUMNS.test(one))?.split('.')[0];
  if (!model || !column) return undefined;
  return creates || ABOUT_TOKENS.test(model)
    ? { kind: 'table', name: model, column, ...(of ? { of } : {}) }
    : { kind: 'field', name: column, model };
}

/** `user.refreshToken`, but for what hangs on the request or the answer. */
function fieldOf(path: NodePath): RefreshKeeper | undefined {
  if (!path.isMemberExpression() && !path.isOptionalMemberExpression()) return undefined;
  const name = propertyName(path.node);
  const holder = path.get('object') as NodePath;
  if (name === undefined) return undefined;
  return isOfRequest(holder) ? undefined : { kind: 'field', name };
}

/** Whether an expression is the request, the answer, or the part of the request that the client has filled. */
export function isOfRequest(path: NodePath): boolean {
  if (path.isIdentifier()) return REQUEST.test(path.node.name) || PARTS.test(path.node.name);
  return PARTS.test(propertyName(path.node) ?? '');
}

/** A name that stands for a list in memory. */
function listNamed(path: NodePath): RefreshKeeper | undefined {
  if (!path.isIdentifier()) return undefined;
  const binding = path.scope.getBinding(path.node.name);
  if (!binding?.path.isVariableDeclarator() || !binding.scope.path.isProgram()) return undefined;
  const init = binding.path.get('init') as NodePath;
  const inMemory =
    init.isArrayExpression() ||
    init.isObjectExpression() ||
    (init.isNewExpression() && /^(?:Set|Map|Array)$/.test(lastNameOf(init.get('callee') as NodePath) ?? ''));
  return inMemory ? { kind: 'list', name: path.node.name, binding } : undefined;
}

/** Whether two keepers are one. */
export function isSame(one: RefreshKeeper, other: RefreshKeeper): boolean {
  const [table, field] = one.kind === 'table' ? [one, other] : [other, one];
  if (table.kind === 'table' && field.kind === 'field') return field.model === table.name;
  if (one.kind === 'entry' && other.kind === 'entry' && one.key !== other.key) return false;
  return (
    one.kind === other.kind && (one.name === other.name || (one.kind === 'table' && isSameModel(one, other)))
  );
}

/** `RefreshToken` in one file is `db.refreshToken` in another. */
function isSameModel(one: RefreshKeeper, other: RefreshKeeper): boolean {
  return modelNames(one.name).includes(other.name);
}

/** The names that a model goes by. */
export function modelNames(name: string): readonly string[] {
  const [first = '', rest] = [name.charAt(0), name.slice(1)];
  return [first.toLowerCase() + rest, first.toUpperCase() + rest];
}
