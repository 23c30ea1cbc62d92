import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { keyName, propertyName } from '../../definitions.js';
import { isInside } from '../../inside.js';
import { type Cleared, declared, type Found, held, isNoToken, outermost, statementOf } from './found.js';
import { AROUND_COLUMNS, CREATES, type RefreshKeeper, ROW_CHANGES, ROW_SEARCHES } from './keepers.js';
import { type Mention, modelCallAround } from './mentions.js';

/**
 * A model, or a column in what it is given.
 *
 * @param beside the column that only says which kind of token a row has
 */
export function ofRows(
  path: NodePath,
  as: Mention['as'],
  keepers: readonly RefreshKeeper[],
  beside?: string,
): Found | undefined {
  const call = as === 'column' ? modelCallAround(path) : callOn(path);
  if (!call) return undefined;
  const [given, more] = call.get('arguments') as NodePath[];
  const method = call.isCallExpression() ? (propertyName(call.node.callee) ?? '') : 'create';
  const searches = ROW_SEARCHES.test(method) && !/^findOneAnd|^findByIdAnd/.test(method);
  const column = (given && columnIn(given, keepers)) ?? (more && columnIn(more, keepers));
  if (searches) return column ? ofSearch(call, column, as) : undefined;
  if (!ROW_CHANGES.test(method)) return undefined;
  const goes = withStatement(call, CREATES.test(method) ? { row: call } : {});
  const filter = as === 'column' ? filterOf(call) : undefined;
  if (filter && isInside(filter, path)) return changesOnlyToken(filter, keepers) ? goes : undefined;
  if (as === 'column' && !isOnlyChange(path, call)) return besideOthers(path, call, method);
  if (as === 'column') return isByToken(path, call, keepers) ? goes : ofChange(path, call, goes);
  if (column || isById(given, method)) return goes;
  if (CREATES.test(method)) return undefined;
  const [only, ...others] = given ? columnsOf(given).filter(({ node }) => keyName(node) !== beside) : [];
  const name = only ? (keyName(only.node) ?? '') : '';
  if (!only || others.length) return undefined;
  // Rows that are over are swept out from time to time.
  if (/expir|created/i.test(name)) return { is: 'left' };
  const cleared: Cleared = { path: call, user: only.get('value') as NodePath, named: 'column' };
  return goes?.is === 'gone' ? { ...goes, cleared } : undefined;
}

/** `findByIdAndUpdate(user.id, { refreshToken: null })`: who is named by his own id has no token from then on. */
function ofChange(path: NodePath, call: NodePath, goes: Found | undefined): Found | undefined {
  const value = path.isObjectProperty() ? path.node.value : undefined;
  const unset = path.parentPath?.parent;
  const empties = (value && isNoToken(value)) || (unset && keyName(unset) === '$unset');
  if (!empties || goes?.is !== 'gone') return goes;
  const user = userChangedBy(call);
  if (!user) return undefined;
  return { ...goes, cleared: { path: call, user, named: 'key' } };
}

/** What names a user by his own id in a call that changes his record: `findByIdAndUpdate(id, …)`, `{ where: { id } }`. */
export function userChangedBy(call: NodePath): NodePath | undefined {
  const [given, more] = call.get('arguments') as NodePath[];
  const [own, ...others] = [given, more].flatMap((one) => (one ? columnsOf(one) : [])).filter(isOwnId);
  // `increment('version', { where: { id } })`
  const filtered = given?.isObjectExpression() || given?.isStringLiteral();
  const user = filtered ? own?.get('value') : given;
  return !user || Array.isArray(user) || others.length ? undefined : user;
}

/** `findByIdAndUpdate(user.id, { refreshToken, lastLogin })`: only the token's column goes. */
function besideOthers(path: NodePath, call: NodePath, method: string): Found | undefined {
  if (!path.isObjectProperty() || CREATES.test(method) || isNoToken(path.node.value)) return undefined;
  const [first, second] = call.get('arguments') as NodePath[];
  const around = path.parentPath.parentPath;
  const changed = around?.isObjectProperty()
    ? /^(?:data|set|\$set)$/.test(keyName(around.node) ?? '')
    : false;
  const asked =
    second?.isObjectExpression() && second.node.properties.some((one) => keyName(one) === 'where');
  const whole = path.parentPath.node;
  const plain = whole === (asked ? first : second)?.node;
  return changed || plain ? { is: 'column', column: path } : undefined;
}

/** `updateOne({ refreshToken }, { refreshToken: null })`: whoever has this token has none from then on. */
function isByToken(path: NodePath, call: NodePath, keepers: readonly RefreshKeeper[]): boolean {
  const others = (call.get('arguments') as NodePath[]).filter((one) => !path.isDescendant(one));
  const filter = filterOf(call);
  const filters = filter ? [filter] : others;
  return filters.some((one) => columnIn(one, keepers) !== undefined);
}

/** What rows are picked by in `updateMany({ where: { refreshToken }, data: { refreshToken: null } })`. */
function filterOf(call: NodePath): NodePath | undefined {
  for (const given of call.get('arguments') as NodePath[]) {
    const properties = given.isObjectExpression() ? given.get('properties') : [];
    const where = properties.find((one) => one.isObjectProperty() && keyName(one.node) === 'where');
    if (where && properties.length > 1) return where.get('value') as NodePath;
  }
  return undefined;
}

/** Whether all that is changed beside a filter is the token's column. */
function changesOnlyToken(filter: NodePath, keepers: readonly RefreshKeeper[]): boolean {
  const others = filter.parentPath?.getAllPrevSiblings().concat(filter.parentPath.getAllNextSiblings()) ?? [];
  const [data, ...more] = others;
  const change = data?.isObjectProperty() ? (data.get('value') as NodePath) : undefined;
  if (!change?.isObjectExpression() || more.length) return false;
  return change.node.properties.length === 1 && columnIn(change, keepers) !== undefined;
}

function isOwnId({ node }: NodePath): boolean {
  return /^_?id$/.test(keyName(node) ?? '');
}

/** What a call does is its statement's, or that of what holds its value. */
export function withStatement(call: NodePath, row: { readonly row?: NodePath }): Found | undefined {
  const statement = statementOf(call);
  if (statement) return { is: 'gone', statement, ...row };
  const declarator = outermost(call).parentPath;
  const found = declarator?.isVariableDeclarator() ? declared(declarator) : undefined;
  return found?.is === 'gone' ? { ...found, ...row } : found;
}

/** Whether a row is named by its own id: `deleteOne({ _id: stored._id })`, `findByIdAndDelete(stored.id)`. */
export function isById(given: NodePath | undefined, method: string): boolean {
  if (/^findById/.test(method)) return true;
  const [only, ...others] = given ? columnsOf(given) : [];
  const value = only?.get('value');
  const named = value && !Array.isArray(value) && value.isMemberExpression() && isIdName(value);
  return !others.length && only !== undefined && /^_?id$/.test(keyName(only.node) ?? '') && named === true;
}

function isIdName(path: NodePath): boolean {
  return /^_?id$/.test(propertyName(path.node) ?? '');
}

/** The columns that a model is searched by. */
export function columnsOf(given: NodePath): NodePath<t.ObjectProperty>[] {
  if (!given.isObjectExpression()) return [];
  const properties = given
    .get('properties')
    .filter((one): one is NodePath<t.ObjectProperty> => one.isObjectProperty());
  const [only] = properties;
  return only && keyName(only.node) === 'where' ? columnsOf(only.get('value') as NodePath) : properties;
}

/** The call that a model is asked by: `Model.create(…)`, `new Model(…)`. */
export function callOn(path: NodePath): NodePath | undefined {
  if (path.parentPath?.isNewExpression() && path.key === 'callee') return path.parentPath;
  const member = path.key === 'object' ? path.parentPath : undefined;
  const call = member?.key === 'callee' ? member.parentPath : undefined;
  return call?.isCallExpression() ? call : undefined;
}

/** The key of the column that has the token, in what a model is searched by. */
export function columnIn(
  given: NodePath,
  keepers: readonly RefreshKeeper[],
): NodePath<t.ObjectProperty> | undefined {
  const names = new Set(keepers.map((one) => (one.kind === 'table' ? one.column : one.name)));
  const columns = given.isObjectExpression() ? given.get('properties') : [];
  for (const property of columns) {
    if (!property.isObjectProperty()) continue;
    const name = keyName(property.node)?.split('.')[0] ?? '';
    if (names.has(name)) return property;
    if (AROUND_COLUMNS.test(name)) return columnIn(property.get('value') as NodePath, keepers);
  }
  return undefined;
}

function ofSearch(call: NodePath, column: NodePath<t.ObjectProperty>, as: Mention['as']): Found {
  return {
    is: 'question',
    question: { ...held(call), ...(as === 'column' ? { column } : { asked: column }) },
  };
}

/** Whether a key is all that a call changes; what it searches by does not count. */
function isOnlyChange(path: NodePath, call: NodePath): boolean {
  return (call.get('arguments') as NodePath[]).some((one) => isOnly(path, one));
}

function isOnly(path: NodePath, change: NodePath): boolean {
  const properties = change.isObjectExpression() ? change.get('properties') : [];
  const [only, ...others] = properties.filter(({ node }) => keyName(node) !== 'where');
  if (!only?.isObjectProperty() || others.length) return false;
  return only.node === path.node || isOnly(path, only.get('value') as NodePath);
}
