import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { type CallPath, escapes } from './callers.js';
import { definitionOf, keyName, propertyName } from './definitions.js';
import { heldRequestAt } from './held-requests.js';
import { loginCallersOf, purposesOf } from './purposes.js';
import { socketRequestAt } from './socket-openings.js';
import type { Sources } from './sources.js';

/** How code at some place gets at the request it serves. */
export type RequestAccess =
  /** A variable in scope holds it. */
  | { readonly how: 'name'; readonly name: string }
  /** It can be handed down: each function gets it as a new first parameter, each call passes it on. */
  | { readonly how: 'thread'; readonly functions: readonly ThreadedFunction[] }
  /** Nothing in scope holds it: it is asked for by `currentRequest()`. */
  | { readonly how: 'current' };

/** A function that is to receive the request, and the calls that are to pass it. */
export interface ThreadedFunction {
  readonly path: NodePath<t.Function>;
  readonly calls: readonly HandingCall[];
  /**
   * The function serves other purposes too: only the calls that are about a login hand the request on, as the last
   * argument, and without it the function does what it did.
   */
  readonly optional?: true;
}

/** A call that is to pass the request. */
export interface HandingCall {
  readonly path: NodePath<t.CallExpression>;
  /** The name that holds it there; absent where it is asked for by `currentRequest()`. */
  readonly request?: string;
}

const REQUEST_NAME = /^_?(?:req|request)$/;
const RESPONSE_NAME = /^_?(?:res|resp|response|reply)$/;
const RESPONSE_MEMBERS = new Set([
  'json',
  'send',
  'status',
  'sendStatus',
  'redirect',
  'cookie',
  'clearCookie',
  'end',
  'render',
  'setHeader',
  'header',
]);
const REQUEST_MEMBERS = new Set([
  'body',
  'params',
  'query',
  'headers',
  'cookies',
  'signedCookies',
  'originalUrl',
]);
const DEEPEST_THREAD = 3;
/** The name that a threaded request goes by. */
const THREADED = 'req';

/** How the code at `path` gets at its request. */
export function requestAt(sources: Sources, path: NodePath): RequestAccess {
  const name = servedRequestAt(sources, path) ?? socketRequestAt(sources, path);
  if (name) return { how: 'name', name };
  const held = heldRequestAt(path);
  if (held) return { how: 'name', name: held };
  const functions = threadFrom(sources, path, 0);
  return functions ? { how: 'thread', functions } : { how: 'current' };
}

/** The name in scope at `path` that holds the request, if there is one. */
export function requestNameAt(path: NodePath): string | undefined {
  const holder = requestHolderAt(path);
  return holder && requestParameter(holder);
}

/** The function around `path` whose parameter is the request there. */
function requestHolderAt(path: NodePath): NodePath<t.Function> | undefined {
  for (let above: NodePath | null = path; above; above = above.parentPath) {
    if (!above.isFunction()) continue;
    const name = requestParameter(above);
    if (name && path.scope.getBinding(name)?.scope === above.scope) return above;
  }
  return undefined;
}

/** The same, unless what it is handed to asks it as a request of the Fetch API. */
function servedRequestAt(sources: Sources, path: NodePath): string | undefined {
  const holder = requestHolderAt(path);
  const name = holder && requestParameter(holder);
  return name && !isHandedToFetch(sources, holder, name, 0) ? name : undefined;
}

function isHandedToFetch(
  sources: Sources,
  owner: NodePath<t.Function>,
  name: string,
  depth: number,
): boolean {
  if (depth >= DEEPEST_THREAD) return false;
  const references = owner.scope.bindings[name]?.referencePaths ?? [];
  return references.some((reference) => {
    const call = reference.listKey === 'arguments' ? (reference.parentPath as CallPath | null) : null;
    const called = call?.isCallExpression() ? definitionOf(sources, call.get('callee')) : undefined;
    if (called?.kind !== 'function') return false;
    const parameter = called.path.node.params[Number(reference.key)];
    return (
      t.isIdentifier(parameter) &&
      (isOfFetch(called.path, parameter.name) ||
        isHandedToFetch(sources, called.path, parameter.name, depth + 1))
    );
  });
}

/** The name of a function's request parameter, judged by type, by name, and by what is done with its neighbour. */
export function requestParameter(path: NodePath<t.Function>): string | undefined {
  const { params } = path.node;
  for (const [index, parameter] of params.entries()) {
    if (t.isObjectPattern(parameter)) {
      const name = requestInPattern(parameter);
      if (name && !isOfFetch(path, name)) return name;
    }
    if (!t.isIdentifier(parameter)) continue;
    const type = typeName(parameter);
    if (isRequestOf(type, parameter.name))
      return isOfFetch(path, parameter.name) ? undefined : parameter.name;
    const neighbour = params[index + 1];
    const stands = index === 0 || (index === 1 && params.length === 4);
    if (!stands || type || !t.isIdentifier(neighbour) || !isResponse(path, neighbour)) continue;
    if (isUsedAsRequest(path, parameter)) return parameter.name;
  }
  return undefined;
}

/** `RequestWithUser` is a request too; of a type that says nothing the name decides. */
function isRequestOf(type: string | undefined, name: string): boolean {
  if (type && /Request$|^\w*Request(?:With|And)\w+$/.test(type)) return true;
  const open = !type || !/Config$|Init$|Body$|Dto$|DTO$|Data$|Input$|Options$|String/.test(type);
  return open && REQUEST_NAME.test(name);
}

/** Whether a request is one of the Fetch API, as graphql-yoga hands it on: its headers are asked by a method. */
function isOfFetch(path: NodePath<t.Function>, name: string): boolean {
  const references = path.scope.bindings[name]?.referencePaths ?? [];
  return references.some((reference) => {
    const headers = reference.key === 'object' ? reference.parentPath : undefined;
    const method = headers?.key === 'object' ? headers.parentPath : undefined;
    return (
      headers &&
      propertyName(headers.node) === 'headers' &&
      method &&
      /^(?:get|has|entries|forEach)$/.test(propertyName(method.node) ?? '')
    );
  });
}

function requestInPattern(pattern: t.ObjectPattern): string | undefined {
  for (const property of pattern.properties) {
    if (!t.isObjectProperty(property) || !REQUEST_NAME.test(keyName(property) ?? '')) continue;
    if (t.isIdentifier(property.value)) return property.value.name;
  }
  return undefined;
}

/** `(user, res)` is not a handler: a request is asked for what requests have, or is not looked at. */
function isUsedAsRequest(path: NodePath<t.Function>, parameter: t.Identifier): boolean {
  const references = path.scope.bindings[parameter.name]?.referencePaths ?? [];
  return (
    references.length === 0 ||
    references.some((reference) => {
      const name = reference.key === 'object' ? propertyName(reference.parent) : undefined;
      const call = reference.parentPath?.parentPath;
      const header = call?.isCallExpression() && /^(?:get|header)$/.test(name ?? '');
      return REQUEST_MEMBERS.has(name ?? '') || (header && t.isStringLiteral(call.node.arguments[0]));
    })
  );
}

function isResponse(path: NodePath<t.Function>, parameter: t.Identifier): boolean {
  const type = typeName(parameter);
  if (type) return /Response$/.test(type);
  if (RESPONSE_NAME.test(parameter.name)) return true;
  const references = path.scope.bindings[parameter.name]?.referencePaths ?? [];
  return references.some(
    (reference) => reference.key === 'object' && RESPONSE_MEMBERS.has(propertyName(reference.parent) ?? ''),
  );
}

function typeName(parameter: t.Identifier): string | undefined {
  const annotation = parameter.typeAnnotation;
  if (!t.isTSTypeAnnotation(annotation)) return undefined;
  const type = annotation.typeAnnotation;
  if (!t.isTSTypeReference(type)) return type.type;
  return t.isIdentifier(type.typeName)
    ? type.typeName.name
    : t.isTSQualifiedName(type.typeName)
      ? type.typeName.right.name
      : type.type;
}

/** The functions to thread a request through so that `path` has it; undefined where some caller has none. */
function threadFrom(sources: Sources, path: NodePath, depth: number): ThreadedFunction[] | undefined {
  const owner = namedFunctionAround(path);
  if (!owner || depth >= DEEPEST_THREAD) return undefined;
  if (owner.scope.hasBinding(THREADED) || escapes(sources, owner)) return undefined;
  const optional = purposesOf(sources, owner) !== undefined;
  if (optional && owner.node.params.some((parameter) => t.isRestElement(parameter))) return undefined;
  const callers = loginCallersOf(sources, owner);
  if (!callers.length) return undefined;
  const calls: HandingCall[] = [];
  const above: ThreadedFunction[] = [];
  for (const caller of callers) {
    // A test calls the function as it was written: changing its arguments would break it.
    if (!caller.isCallExpression() || (sources.fileOf(caller).test && !optional)) return undefined;
    const request = servedRequestAt(sources, caller) ?? socketRequestAt(sources, caller);
    const threaded = request ? [] : threadFrom(sources, caller, depth + 1);
    if (!threaded && !optional) return undefined;
    above.push(...(threaded ?? []));
    calls.push({ path: caller, ...(threaded ? { request: request ?? THREADED } : {}) });
  }
  return [{ path: owner, calls, ...(optional ? { optional } : {}) }, ...above];
}

/** The nearest function that can take a parameter; callbacks in it, such as a promise's, see what it sees. */
function namedFunctionAround(path: NodePath): NodePath<t.Function> | undefined {
  for (let owner = path.getFunctionParent(); owner; owner = owner.getFunctionParent()) {
    if (canChangeParameters(owner)) return owner;
    const { parentPath } = owner;
    const callback =
      owner.listKey === 'arguments' && (parentPath?.isCallExpression() || parentPath?.isNewExpression());
    if (!callback) return undefined;
  }
  return undefined;
}

/** Only functions whose every caller can be known: an overridden method, or one of an interface, has others. */
export function canChangeParameters(path: NodePath<t.Function>): boolean {
  if (path.node.params.some((parameter) => t.isIdentifier(parameter, { name: 'this' }))) return false;
  if (path.isClassMethod()) return path.node.kind === 'method' && standsAlone(path);
  if (path.isObjectMethod()) return path.node.kind === 'method';
  return (
    path.isFunctionDeclaration() ||
    path.parentPath?.isVariableDeclarator() === true ||
    path.parentPath?.isAssignmentExpression() === true ||
    path.parentPath?.isObjectProperty() === true ||
    path.parentPath?.isExportDefaultDeclaration() === true
  );
}

function standsAlone(method: NodePath<t.ClassMethod>): boolean {
  // What is private is of no interface, and no class overrides it.
  if (method.node.accessibility === 'private') return true;
  const owner = method.findParent((above) => above.isClass());
  return Boolean(owner?.isClass() && !owner.node.superClass && !owner.node.implements?.length);
}
