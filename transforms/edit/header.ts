import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import type { AttachedHeader } from '../project/browser/headers.js';
import { isTokenHeader } from '../project/browser/names.js';
import { isTest } from '../project/browser/truth.js';
import { keyName, propertyName } from '../project/definitions.js';
import { endOf, pathsOf, type SourceFile, startOf, textOf } from '../project/source.js';
import type { Sources } from '../project/sources.js';
import { withoutAddressed } from './address.js';
import type { Edit } from './edits.js';
import { withoutItems } from './lists.js';
import { localName, SHIM_CLIENT } from './names.js';
import { isReadDeeper, isTakenApart } from './needed-objects.js';
import { replacement } from './replacement.js';
import { besideShown, shownHeaders, withoutShown } from './shown-headers.js';
import { statementOf, withoutDeclaration, withoutStatement } from './statements.js';

/** Objects that get something else, so that they stay where nothing is left in them. */
export type Receivers = ReadonlySet<t.Node>;

/**
 * Takes a header out of a request, and with it whatever is empty then; undefined where it stands by itself in no way.
 *
 * @param elsewhere whether the API is on another origin
 */
export function withoutHeader(
  sources: Sources,
  { file, path, form, giver }: AttachedHeader,
  receivers: Receivers,
  elsewhere: boolean,
): Edit[] | undefined {
  if (form === 'property')
    return path.isObjectProperty()
      ? withoutProperty({ sources, file, receivers, elsewhere }, path)
      : undefined;
  if (form === 'address') return withoutAddressed(file, path);
  if (form === 'getter') {
    const statement = giver?.parentPath?.isExportNamedDeclaration() ? giver.parentPath : giver;
    return [
      { file: file.path, start: startOf(path.node), end: endOf(path.node), text: 'tokenGetter: () => null' },
      ...getterAsked(sources),
      ...(statement ? [withoutDeclaration(file, statement)] : []),
    ];
  }
  if (form === 'call') {
    const alone = isChained(path) ? undefined : statementOf(path);
    // `() => api.auth(token)` yields a client of its own.
    const yields = t.isCallExpression(path.node) && propertyName(path.node.callee) === 'auth';
    return alone && (alone.isStatement() || !yields)
      ? [withoutStatement(file, path)]
      : withoutLink(file, path);
  }
  return statementOf(path) ? [withoutStatement(file, path)] : undefined;
}

/** `jwtHelper.tokenGetter()`: whoever asks the library for the token wants to know whether there is one. */
function getterAsked(sources: Sources): Edit[] {
  return sources.naming('JwtHelperService').flatMap((file) =>
    [...pathsOf(file, 'CallExpression')].flatMap((path): Edit[] => {
      const asks = path.isCallExpression() && propertyName(path.node.callee) === 'tokenGetter';
      if (!asks || path.node.arguments.length) return [];
      const has = localName(file, SHIM_CLIENT, 'hasSession');
      const text = isTest(path) ? `${has.local}()` : `(${has.local}() ? 'session' : null)`;
      const edit = replacement(file, path, text, [has]);
      return [{ ...edit, because: 'the library has no token to hand out' }];
    }),
  );
}

/** `request.get(url).set(…)`: what comes before it is the request itself. */
function isChained({ node }: NodePath): boolean {
  return (
    t.isCallExpression(node) && t.isMemberExpression(node.callee) && t.isCallExpression(node.callee.object)
  );
}

/** `.set('authorization', token)` in a chain. */
function withoutLink(file: SourceFile, path: NodePath): Edit[] | undefined {
  if (!path.isCallExpression() || !t.isMemberExpression(path.node.callee)) return undefined;
  // `headers.append(…)` yields nothing to go on with.
  if (t.isMemberExpression(path.node.callee) && /^(?:append|setRequestHeader)$/.test(keyOf(path.node.callee)))
    return undefined;
  const { parentPath: parent } = path;
  const holder = parent?.isObjectProperty() && path.key === 'value' ? parent.parentPath : undefined;
  const copied = holder && clonedBy(holder);
  // `req.clone({ headers: req.headers.set(…) })`: the copy has them anyway.
  if (
    copied &&
    holder?.isObjectExpression() &&
    textOf(file, path.node.callee.object) === `${copied.of}.headers`
  ) {
    const left = holder.node.properties.filter((one) => one !== parent?.node);
    return left.length
      ? withoutItems(file, holder.node.properties, new Set(parent ? [parent.node] : []))
      : withoutCopy(file, copied);
  }
  return [{ file: file.path, start: endOf(path.node.callee.object), end: endOf(path.node), text: '' }];
}

/** A copy of a request: `req.clone({ … })`. */
interface Copy {
  readonly path: NodePath<t.CallExpression>;
  /** The code of the request that is copied. */
  readonly of: string;
}

/** The copy that an object says the changes of. */
function clonedBy(object: NodePath): Copy | undefined {
  const { parentPath: call } = object;
  if (!call?.isCallExpression() || object.listKey !== 'arguments' || call.node.arguments.length !== 1)
    return undefined;
  const callee = call.get('callee');
  if (!callee.isMemberExpression() || propertyName(callee.node) !== 'clone') return undefined;
  return { path: call, of: String(callee.get('object')) };
}

/** The request itself in the place of a copy without a change. */
function withoutCopy(file: SourceFile, { path, of }: Copy): Edit[] {
  const { parentPath: parent } = path;
  const at = (one: NodePath): Edit[] => [
    { file: file.path, start: startOf(one.node), end: endOf(one.node), text: of },
  ];
  // `token ? req.clone({ … }) : req`
  if (parent?.isConditionalExpression() && path.key !== 'test') {
    const other = parent.get(path.key === 'consequent' ? 'alternate' : 'consequent');
    return String(other) === of ? at(parent) : at(path);
  }
  if (parent?.isAssignmentExpression() && statementOf(parent)) {
    const left = parent.get('left');
    const declared = left.isIdentifier() ? left.scope.getBinding(left.node.name)?.path : undefined;
    const same = declared?.isVariableDeclarator() && String(declared.get('init')) === of;
    if (same || String(left) === of) return [withoutStatement(file, parent)];
  }
  return at(path);
}

function keyOf(callee: t.MemberExpression): string {
  return t.isIdentifier(callee.property) ? callee.property.name : '';
}

/** Where something is taken out. */
interface Place {
  readonly sources: Sources;
  readonly file: SourceFile;
  readonly receivers: Receivers;
  /** The API is on another origin, where a cookie goes only if one says so. */
  readonly elsewhere: boolean;
}

function withoutProperty(place: Place, path: NodePath<t.ObjectProperty>): Edit[] | undefined {
  const { file } = place;
  const object = path.parentPath;
  if (!object?.isObjectExpression()) return undefined;
  const going = object.node.properties.filter((one) => one === path.node || isHeader(one));
  if (going.length < object.node.properties.length)
    return [
      ...withoutItems(file, object.node.properties, new Set(going)),
      ...besideShown(place, shownHeaders(place.sources, object)?.handed ?? []),
    ];
  return withoutObject(place, object) ?? [emptied(file, object.node)];
}

/** Another header of a token in the same object goes along, or nobody would know that the object is empty. */
function isHeader(node: t.Node): boolean {
  const name = keyName(node);
  return name !== undefined && isTokenHeader(name) && /^(?:authorization|x-)/i.test(name);
}

function emptied(file: SourceFile, node: t.Node): Edit {
  return { file: file.path, start: startOf(node), end: endOf(node), text: '{}' };
}

/** Takes out what yields an empty object, and what is empty without it; undefined where its place can't be without one. */
export function withoutEmptyObject(sources: Sources, path: NodePath): Edit[] | undefined {
  return withoutObject({ sources, file: sources.fileOf(path), receivers: new Set(), elsewhere: false }, path);
}

/** Takes out an object of which nothing is left; undefined where its place can't be without one. */
function withoutObject(place: Place, object: NodePath): Edit[] | undefined {
  const { file, receivers } = place;
  if (receivers.has(object.node)) return [contentsOf(file, object.node)];
  const { parentPath: parent } = object;
  if (!parent) return undefined;
  // `token ? { Authorization: … } : {}`, `token && { … }`
  if (parent.isConditionalExpression() && object.key !== 'test') {
    const other = object.key === 'consequent' ? parent.node.alternate : parent.node.consequent;
    return isEmpty(other) ? (withoutObject(place, parent) ?? [emptied(file, parent.node)]) : undefined;
  }
  if (parent.isLogicalExpression({ operator: '&&' }) && object.key === 'right')
    return withoutObject(place, parent);
  if (parent.isParenthesizedExpression()) return withoutObject(place, parent);
  if (parent.isSpreadElement() || (parent.isObjectProperty() && object.key === 'value')) {
    const holder = parent.parentPath;
    if (!holder?.isObjectExpression()) return undefined;
    const shown = shownHeaders(place.sources, object);
    if (shown) return withoutShown(place, shown, object);
    if (isReadDeeper(place.sources, holder, keyName(parent.node))) return [emptied(file, object.node)];
    // What stands there twice goes twice.
    const text = textOf(file, parent.node);
    const going = holder.node.properties.filter((one) => textOf(file, one) === text);
    if (going.length < holder.node.properties.length)
      return withoutItems(file, holder.node.properties, new Set(going));
    return withoutObject(place, holder) ?? [emptied(file, holder.node)];
  }
  const shown = shownHeaders(place.sources, object);
  if (shown) return withoutShown(place, shown, object);
  const copied = clonedBy(object);
  if (copied) return withoutCopy(file, copied);
  const called = object.listKey === 'arguments' ? withoutCallOf(place, object, parent) : undefined;
  if (called) return called;
  if (object.listKey === 'arguments' && (parent.isCallExpression() || parent.isNewExpression())) {
    const goes = isLast(parent.node, object.node) && !isTakenApart(place.sources, parent, Number(object.key));
    return goes ? withoutItems(file, parent.node.arguments, new Set([object.node])) : undefined;
  }
  if (parent.isVariableDeclarator() && t.isIdentifier(parent.node.id)) return withoutVariable(place, parent);
  if (parent.isAssignmentExpression({ operator: '=' }) && object.key === 'right')
    return withoutAssignment(file, parent);
  return undefined;
}

/** `config.headers = { Authorization: … }`, where nothing else is done with these headers. */
function withoutAssignment(
  file: SourceFile,
  assignment: NodePath<t.AssignmentExpression>,
): Edit[] | undefined {
  const left = textOf(file, assignment.node.left);
  const owner = assignment.getFunctionParent();
  if (!/^\w+\.headers$/.test(left) || !owner || !statementOf(assignment)) return undefined;
  return textOf(file, owner.node).split(left).length === 2 ? [withoutStatement(file, assignment)] : undefined;
}

/** What takes headers, or the options that hold them: of fetch, and of Angular. */
const HOLDERS = /^(?:(?:Http)?Headers|RequestOptions)$/;

/** Calls that do nothing but hand the headers on: `new Headers({ … })`, `.set({ … })`, `appendHeaders(operation, { … })`. */
function withoutCallOf(place: Place, object: NodePath, call: NodePath): Edit[] | undefined {
  const { file } = place;
  const made = call.isNewExpression() ? call.node.callee : undefined;
  if (t.isIdentifier(made) && HOLDERS.test(made.name))
    return (
      withoutObject(place, call) ?? [
        { file: file.path, start: startOf(object.node), end: endOf(object.node), text: '' },
      ]
    );
  if (!call.isCallExpression()) return undefined;
  const { callee, arguments: given } = call.node;
  if (propertyName(callee) === 'set' && given.length === 1 && isChained(call) && t.isMemberExpression(callee))
    return [{ file: file.path, start: endOf(callee.object), end: endOf(call.node), text: '' }];
  const [operation, headers] = given;
  const appends =
    propertyName(callee) === 'appendHeaders' || t.isIdentifier(callee, { name: 'appendHeaders' });
  if (!appends || !operation || headers !== object.node) return undefined;
  return [
    { file: file.path, start: startOf(call.node), end: endOf(call.node), text: textOf(file, operation) },
  ];
}

/** All that stands between the braces of an object. */
export function contentsOf(file: SourceFile, node: t.Node): Edit {
  return { file: file.path, start: startOf(node) + 1, end: endOf(node) - 1, text: '' };
}

function isLast(call: t.CallExpression | t.NewExpression, node: t.Node): boolean {
  return call.arguments.length > 1 && call.arguments.at(-1) === node;
}

function isEmpty(node: t.Node): boolean {
  return (
    (t.isObjectExpression(node) && !node.properties.length) ||
    t.isNullLiteral(node) ||
    t.isIdentifier(node, { name: 'undefined' })
  );
}

/** A variable whose object is empty goes where all it is for is to be the last argument, or to be spread. */
function withoutVariable(place: Place, declarator: NodePath<t.VariableDeclarator>): Edit[] | undefined {
  const { id } = declarator.node;
  const binding = t.isIdentifier(id) ? declarator.scope.getBinding(id.name) : undefined;
  if (!binding?.constant || declarator.parentPath.parentPath?.isExportNamedDeclaration()) return undefined;
  const edits: Edit[] = [];
  for (const reference of binding.referencePaths) {
    const edit = withoutObject(place, reference);
    if (!edit) return undefined;
    edits.push(...edit);
  }
  const { parentPath: declaration } = declarator;
  if (!binding.referencePaths.length || !declaration.isVariableDeclaration()) return undefined;
  const { declarations } = declaration.node;
  const own =
    declarations.length > 1
      ? withoutItems(place.file, declarations, new Set([declarator.node]))
      : [withoutDeclaration(place.file, declaration)];
  return [...edits, ...own];
}
