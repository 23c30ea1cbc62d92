import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { keyName, propertyName } from '../../definitions.js';
import { declared, type Found, held, outermost, statementOf } from './found.js';
import { type RefreshKeeper, ROW_CHANGES, ROW_SEARCHES } from './keepers.js';
import { type Mention, modelCallAround } from './mentions.js';

/** A model, or a column in what it is given. */
export function ofRows(
  path: NodePath,
  as: Mention['as'],
  keepers: readonly RefreshKeeper[],
): Found | undefined {
  const call = as === 'column' ? modelCallAround(path) : callOn(path);
  if (!call) return undefined;
  const [given, more] = call.get('arguments') as NodePath[];
  const method = call.isCallExpression() ? (propertyName(call.node.callee) ?? '') : 'create';
  const searches = ROW_SEARCHES.test(method) && !/^findOneAnd|^findByIdAnd/.test(method);
  const column = given && columnIn(given, keepers);
  if (searches) return column ? ofSearch(call, column, as) : undefined;
  if (!ROW_CHANGES.test(method)) return undefined;
  if (as === 'column' && !isOnly(path, more ?? given)) return undefined;
  const statement = statementOf(call);
  if (statement) return { is: 'gone', statement };
  const declarator = outermost(call).parentPath;
  return declarator?.isVariableDeclarator() ? declared(declarator) : undefined;
}

/** The call that a model is asked by: `Model.create(…)`, `new Model(…)`. */
function callOn(path: NodePath): NodePath | undefined {
  if (path.parentPath?.isNewExpression() && path.key === 'callee') return path.parentPath;
  const member = path.key === 'object' ? path.parentPath : undefined;
  const call = member?.key === 'callee' ? member.parentPath : undefined;
  return call?.isCallExpression() ? call : undefined;
}

/** The key of the column that has the token, in what a model is searched by. */
function columnIn(
  given: NodePath,
  keepers: readonly RefreshKeeper[],
): NodePath<t.ObjectProperty> | undefined {
  if (!given.isObjectExpression()) return undefined;
  const names = new Set(keepers.map((one) => (one.kind === 'table' ? one.column : one.name)));
  for (const property of given.get('properties')) {
    if (!property.isObjectProperty()) continue;
    const name = keyName(property.node)?.split('.')[0] ?? '';
    if (names.has(name)) return property;
    if (name === 'where') return columnIn(property.get('value') as NodePath, keepers);
  }
  return undefined;
}

function ofSearch(call: NodePath, column: NodePath<t.ObjectProperty>, as: Mention['as']): Found {
  return { is: 'question', question: { ...held(call), ...(as === 'column' ? { column } : {}) } };
}

/** Whether a key is all that a call changes. */
function isOnly(path: NodePath, change: NodePath | undefined): boolean {
  let object = change;
  for (;;) {
    const [only, ...others] = object?.isObjectExpression() ? object.get('properties') : [];
    if (!only?.isObjectProperty() || others.length) return false;
    if (only.node === path.node) return true;
    object = only.get('value') as NodePath;
  }
}
