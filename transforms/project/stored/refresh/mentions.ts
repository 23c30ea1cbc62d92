import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { definitionOf, keyName, lastNameOf, propertyName } from '../../definitions.js';
import { originsOf } from '../../flow/origins.js';
import { sideOf } from '../../sides.js';
import type { SourceFile } from '../../source.js';
import type { Sources } from '../../sources.js';
import { functionsOnModel, modelOfThis } from '../models.js';
import { entriesIn } from './entries.js';
import { isOfRequest, modelNames, type RefreshKeeper, ROW_CHANGES, ROW_SEARCHES } from './keepers.js';
import { sqlIn } from './sql.js';

/** A place that names what refresh tokens are kept in. */
export interface Mention {
  readonly path: NodePath;
  /** `value`: a list, or the field of a record · `column`: a key in what a model is given · `model`: the table · `statement`: SQL. */
  readonly as: 'value' | 'column' | 'model' | 'entry' | 'statement';
  /** It holds what is kept for a user: whether it is there is a question too. */
  readonly asks?: true;
}

/** Every place of the application that names a keeper, but for tests, the browser and where it is declared. */
export function mentionsOf(sources: Sources, keeper: RefreshKeeper): Mention[] {
  if (keeper.kind === 'list') {
    const { referencePaths, constantViolations } = keeper.binding;
    const written = constantViolations.map((path) =>
      path.isAssignmentExpression() ? (path.get('left') as NodePath) : path,
    );
    return [...referencePaths, ...written].map((path) => ({ path, as: 'value' }));
  }
  if (keeper.kind === 'entry')
    return filesOf(sources, [keeper.name]).flatMap((file) =>
      entriesIn(file.paths.values(), keeper).map((path): Mention => ({ path, as: 'entry' })),
    );
  if (keeper.kind === 'sql') {
    const named = new RegExp(`\\b${keeper.name}\\b`);
    return filesOf(sources, [keeper.name]).flatMap((file) =>
      [...file.paths.values()]
        .filter((path) => named.test(sqlIn(path) ?? ''))
        .map((path): Mention => ({ path, as: 'statement' })),
    );
  }
  const names = keeper.kind === 'table' ? modelNames(keeper.name) : [keeper.name];
  const own = keeper.kind === 'table' ? functionsOnModel(sources, keeper.name) : new Map<string, NodePath>();
  return filesOf(sources, names).flatMap((file) =>
    keeper.kind === 'field' ? ofField(sources, file, keeper) : ofTable(file, keeper, own),
  );
}

/** The files of the server that name something. */
function filesOf(sources: Sources, names: readonly string[]): SourceFile[] {
  return sources.naming(...names).filter((file) => !file.test && sideOf(sources, file) !== 'client');
}

function ofField(sources: Sources, file: SourceFile, { name }: RefreshKeeper): Mention[] {
  return [...file.paths.values()].flatMap((path): Mention[] => {
    if (path.isMemberExpression() || path.isOptionalMemberExpression()) {
      const holder = path.get('object') as NodePath;
      const isField = propertyName(path.node) === name && !isOfRequest(holder);
      return isField && isOfRecord(sources, path) ? [{ path, as: 'value' }] : [];
    }
    if (!path.isObjectProperty() || keyName(path.node)?.split('.')[0] !== name) return [];
    const call = modelCallAround(path);
    return call && !makesNoRecord(sources, call) ? [{ path, as: 'column' }] : [];
  });
}

/** `new ApiResponse(200, { refreshToken })` of a class that is nothing but itself: no model, and no entity. */
function makesNoRecord(sources: Sources, call: NodePath): boolean {
  if (!call.isNewExpression()) return false;
  const made = definitionOf(sources, call.get('callee'));
  return made.kind === 'class' && !made.path.node.superClass && !made.path.node.decorators?.length;
}

/** Whether a property hangs on something that the code has from elsewhere: no object that it has put together. */
function isOfRecord(sources: Sources, path: NodePath): boolean {
  if (path.key === 'left' && t.isAssignmentExpression(path.parent)) return true;
  return originsOf(sources, path).some(({ path: origin, trail }) => {
    if (trail.length) return !isOfRequest(origin);
    return origin.isMemberExpression() && !isOfRequest(origin.get('object'));
  });
}

/** The call of a model that a key is given to. */
export function modelCallAround(path: NodePath): NodePath | undefined {
  for (let at: NodePath | null = path; at; at = at.parentPath) {
    if (at.isFunction() || at.isStatement()) return undefined;
    if (at.listKey !== 'arguments') continue;
    const call = at.parentPath;
    if (call?.isNewExpression())
      return /Schema$/.test(lastNameOf(call.get('callee')) ?? '') ? undefined : call;
    if (!call?.isCallExpression()) return undefined;
    const method = propertyName(call.node.callee) ?? '';
    return ROW_SEARCHES.test(method) || ROW_CHANGES.test(method) ? call : undefined;
  }
  return undefined;
}

/** @param own functions that the application has given the model: what they do is looked at in them */
function ofTable(
  file: SourceFile,
  { name, of }: Extract<RefreshKeeper, { kind: 'table' }>,
  own: ReadonlyMap<string, NodePath>,
): Mention[] {
  const others = modelNames(name);
  // `prisma.token` is no other thing that is called `token`.
  const holder = /^[a-z]/.test(name) ? of : undefined;
  return [...file.paths.values()].flatMap((path): Mention[] => {
    if (path.isThisExpression() && modelOfThis(path) === name) return [{ path, as: 'model' }];
    const named = holder === undefined && path.isIdentifier({ name }) && path.isReferencedIdentifier();
    const property = path.isMemberExpression() ? (propertyName(path.node) ?? '') : '';
    const other = lastNameOf(path) ?? '';
    const held = holder === undefined || (path.isMemberExpression() && isHeldBy(path, holder));
    const member = (property === name && held) || (others.includes(other) && isAsked(path));
    const calls = path.key === 'object' && own.has(propertyName(path.parent) ?? '');
    return (named || member) && !calls && !isDeclared(path) ? [{ path, as: 'model' }] : [];
  });
}

function isHeldBy(path: NodePath<t.MemberExpression>, holder: string): boolean {
  return lastNameOf(path.get('object')) === holder;
}

/** `db.refreshToken.findOne(…)`: a row has no such method. */
function isAsked(path: NodePath): boolean {
  const method = path.key === 'object' ? (propertyName(path.parent) ?? '') : '';
  return /^(?:find|create|insert|count|exists)|(?:One|Many)$/.test(method);
}

const RELATES = /^(?:belongsTo|hasMany|hasOne|belongsToMany|sync|plugin|index|associate|addHook|ref)$/;

/** Where a model is exported, handed on under a name, or put in relation to another one. */
function isDeclared(path: NodePath): boolean {
  const { parent, parentPath } = path;
  if (t.isExportSpecifier(parent) || t.isExportDefaultDeclaration(parent)) return true;
  if (t.isAssignmentExpression(parent) || t.isReturnStatement(parent)) return true;
  // `RefreshToken.createToken = …`
  if (path.key === 'object' && parentPath?.key === 'left') return true;
  if (t.isObjectProperty(parent) && parentPath?.parentPath?.isObjectExpression())
    return !modelCallAround(path);
  if (t.isVariableDeclarator(parent)) return t.isIdentifier(parent.id) && parent.id.name === lastNameOf(path);
  if (path.listKey === 'arguments' && t.isCallExpression(parent))
    return RELATES.test(propertyName(parent.callee) ?? '');
  return path.key === 'object' && RELATES.test(propertyName(parent) ?? '');
}
