import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { keyName, propertyName } from '../../definitions.js';
import { isInside } from '../../inside.js';
import { sideOf } from '../../sides.js';
import { type SourceFile, textOf } from '../../source.js';
import type { Sources } from '../../sources.js';
import type { UserMember } from '../user-member.js';
import type { Everywhere } from './everywhere.js';
import { CREATES } from './keepers.js';
import { modelCallAround } from './mentions.js';
import { userChangedBy } from './rows.js';

/** What code does with a number in the user's record that is raised to take all of his refresh tokens back. */
export interface Raised {
  readonly places: readonly Everywhere[];
  /** A place that does something else with it. */
  readonly strange?: NodePath;
}

/**
 * The places that raise a field of the user's record.
 *
 * @param known tells the places that are understood already: tokens that say the number, and tests of it
 */
export function raisedOf(
  sources: Sources,
  field: string,
  user: UserMember,
  known: (path: NodePath) => boolean,
): Raised {
  const places = new Map<t.Node, Everywhere>();
  const files = sources.naming(field).filter((file) => !file.test && sideOf(sources, file) !== 'client');
  const mentions = files.flatMap((file) => mentionsIn(file, field)).filter((path) => !known(path));
  const raising: NodePath[] = [];
  const left: NodePath[] = [];
  for (const path of mentions) {
    const change = changeAt(path);
    if (change) raising.push(change);
    else if (!isHarmless(path)) left.push(path);
  }
  // `user.version = user.version + 1` names the field twice.
  let strange = left.find((path) => !raising.some((one) => isInside(one, path)));
  for (const change of raising) {
    const place = placeOf(sources, change, user);
    if (place) places.set(change.node, place);
    else strange ??= change;
  }
  return { places: [...places.values()], ...(strange ? { strange } : {}) };
}

/** Every place in a file that names a field of a record: as a member, as a key, as a text. */
function mentionsIn(file: SourceFile, field: string): NodePath[] {
  return [...file.paths.values()].filter((path) => {
    if (path.isMemberExpression() || path.isOptionalMemberExpression())
      return propertyName(path.node) === field;
    if (path.isObjectProperty()) return keyName(path.node) === field;
    return path.isStringLiteral({ value: field }) && path.listKey === 'arguments';
  });
}

/** The expression that changes the field at a mention of it. */
function changeAt(path: NodePath): NodePath | undefined {
  const { parentPath: above } = path;
  if (path.isMemberExpression()) {
    const assigned = above?.isAssignmentExpression() && path.key === 'left';
    return assigned || above?.isUpdateExpression() ? above : undefined;
  }
  if (path.isStringLiteral())
    return above?.isCallExpression() && propertyName(above.node.callee) === 'increment' ? above : undefined;
  const call = modelCallAround(path);
  const method = call?.isCallExpression() ? (propertyName(call.node.callee) ?? '') : '';
  return call && /^(?:update\w*|findOneAnd\w+|findByIdAnd\w+|save)$/.test(method) ? call : undefined;
}

/** A column that is declared, asked for, or given to somebody who is new. */
function isHarmless(path: NodePath): boolean {
  if (path.isStringLiteral()) return /^(?:select|addSelect)$/.test(calledBy(path));
  if (!path.isObjectProperty()) return false;
  const call = modelCallAround(path);
  const { value } = path.node;
  if (call) {
    const method = call.isCallExpression() ? (propertyName(call.node.callee) ?? '') : 'create';
    return CREATES.test(method) || t.isBooleanLiteral(value) || t.isNumericLiteral(value, { value: 1 });
  }
  return (
    t.isObjectExpression(value) ||
    t.isNumericLiteral(value) ||
    t.isBooleanLiteral(value) ||
    t.isCallExpression(value) ||
    (t.isIdentifier(value) && /^[A-Z]/.test(value.name))
  );
}

function calledBy({ parent }: NodePath): string {
  return t.isCallExpression(parent) ? (propertyName(parent.callee) ?? '') : '';
}

function placeOf(sources: Sources, change: NodePath, user: UserMember): Everywhere | undefined {
  const statement = change.getStatementParent();
  if (!statement?.listKey || statement.getFunctionParent()?.node.async !== true) return undefined;
  const text = (path: NodePath) => textOf(sources.fileOf(path), path.node);
  const record = recordOf(change);
  if (record) return { path: change, statement, user: `${text(record)}${user.text}` };
  const named = change.isCallExpression() ? userChangedBy(change) : undefined;
  const byId = /^\??\._?id\b/.test(user.text);
  return named && byId ? { path: change, statement, user: text(named) } : undefined;
}

/** The record whose field is changed: `user` of `user.version += 1` and of `user.increment('version')`. */
function recordOf(change: NodePath): NodePath | undefined {
  if (change.isAssignmentExpression() || change.isUpdateExpression()) {
    const target = change.isAssignmentExpression() ? change.get('left') : change.get('argument');
    return target.isMemberExpression() ? target.get('object') : undefined;
  }
  const callee = change.isCallExpression() ? change.get('callee') : undefined;
  const object = callee?.isMemberExpression() ? callee.get('object') : undefined;
  const [first] = change.isCallExpression() ? (change.get('arguments') as NodePath[]) : [];
  const own = first?.isStringLiteral() && object?.isIdentifier() && /^[a-z]/.test(object.node.name);
  return own && !hasFilter(change) ? object : undefined;
}

function hasFilter(change: NodePath): boolean {
  const given = change.isCallExpression() ? change.node.arguments : [];
  return given.some(
    (one) => t.isObjectExpression(one) && one.properties.some((key) => keyName(key) === 'where'),
  );
}
