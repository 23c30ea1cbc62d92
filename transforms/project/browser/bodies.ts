import type { Binding, NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { definitionOf, keyName, propertyName } from '../definitions.js';
import { returnsOf } from '../flow/returns.js';
import type { Sources } from '../sources.js';
import { membersAbove } from './answers.js';
import { isLoginTokenName } from './names.js';
import { operatorOf } from './operators.js';
import { type OutgoingRequest, outgoingRequests } from './requests.js';

/** The variable that receives the body of an answer, or something around it. */
export interface Holder {
  readonly function: NodePath<t.Function>;
  readonly binding: Binding;
  readonly names: readonly string[];
  readonly declaration?: NodePath<t.VariableDeclaration>;
  /** It is the token itself, taken out of the body by name. */
  readonly token?: true;
}

/** A promise, and the property names from what it yields to the body of the answer. */
export interface Body {
  readonly path: NodePath;
  readonly names: readonly string[];
  /** Names and addresses of the call around the request that logs a user in, where it is one of several. */
  readonly called?: readonly string[];
}

/** The requests that a value was answered by: it is the call, its body, or an expression around the call. */
export function requestsAnsweredBy(sources: Sources, origin: NodePath): OutgoingRequest[] {
  return outgoingRequests(sources, sources.fileOf(origin)).filter(
    (one) =>
      one.path.node === origin.node ||
      bodyOf(sources, one)?.path.node === origin.node ||
      one.path.findParent((above) => above.node === origin.node) !== null,
  );
}

/** The body of what a request is answered. */
export function bodyOf(sources: Sources, { path, body, client, bodyAt }: OutgoingRequest): Body | undefined {
  if (bodyAt) return { path: bodyAt, names: [] };
  if (client === 'fetch') return parsedBody(path) ?? handledBody(sources, path);
  return { path: client === 'superagent' ? asSent(path) : path, names: body };
}

/** `post(url).use(plugin).send(form)`: superagent is told more about a request before it sends it. */
function asSent(path: NodePath): NodePath {
  const { parentPath: access } = path;
  const call = access?.parentPath;
  if (!access?.isMemberExpression() || path.key !== 'object' || !call?.isCallExpression()) return path;
  return TELLING.test(propertyName(access.node) ?? '') ? asSent(call) : path;
}

const TELLING =
  /^(?:use|set|send|query|type|accept|auth|withCredentials|field|attach|timeout|retry|ok|redirects|responseType|end)$/;

/** `fetch(url).then(handleResponse)`, of a function that hands on what it has parsed. */
function handledBody(sources: Sources, path: NodePath): Body | undefined {
  const { parentPath: access } = path;
  const call = access?.parentPath;
  if (!access?.isMemberExpression() || path.key !== 'object' || !call?.isCallExpression()) return undefined;
  const [handler] = propertyName(access.node) === 'then' ? (call.get('arguments') as NodePath[]) : [];
  if (!handler?.isIdentifier()) return undefined;
  const definition = definitionOf(sources, handler);
  const parses = definition.kind === 'function' && returnsOf(definition.path).some(handsOnParsed);
  return parses ? { path: call, names: [] } : undefined;
}

/** `response.json()`, `response.text().then((text) => { const data = JSON.parse(text); return data; })` */
function handsOnParsed(path: NodePath): boolean {
  if (!path.isCallExpression()) return false;
  const callee = path.get('callee');
  if (!callee.isMemberExpression()) return false;
  if (propertyName(callee.node) === 'json') return true;
  const [callback] = propertyName(callee.node) === 'then' ? (path.get('arguments') as NodePath[]) : [];
  return Boolean(
    callback?.isFunction() &&
      returnsOf(callback).some((returned) => {
        const bound = returned.isIdentifier()
          ? returned.scope.getBinding(returned.node.name)?.path
          : undefined;
        return (
          /\bJSON\.parse\(|\.json\(/.test(String(bound ?? returned)) || bound === callback.get('params')[0]
        );
      }),
  );
}

/** The variable that a body is received in, where it is awaited or handed to a callback. */
export function holderOf({ path, names }: Body): Holder | undefined {
  const { parentPath: parent } = path;
  const promised = promisedBy(path);
  if (promised) return holderOf({ path: promised, names });
  if (parent?.isAwaitExpression() || parent?.isYieldExpression()) {
    const at = unwrappedUp(parent);
    const declarator = at.parentPath;
    const owner = at.getFunctionParent();
    if (!declarator?.isVariableDeclarator() || !owner) return undefined;
    return withNames(owner, declarator.get('id') as NodePath, names, declarator);
  }
  const callback = thenCallback(path);
  const parameter = callback?.get('params')[0];
  return callback && parameter ? withNames(callback, parameter as NodePath, names) : undefined;
}

/** `firstValueFrom(request)`, `request.toPromise()`: the observable of a request as a promise. */
function promisedBy(path: NodePath): NodePath | undefined {
  const { parentPath: parent } = path;
  const call = parent?.isMemberExpression() && path.key === 'object' ? parent.parentPath : parent;
  if (!parent || !call?.isCallExpression()) return undefined;
  if (call !== parent) return propertyName(parent.node) === 'toPromise' ? call : undefined;
  const callee = call.get('callee');
  const asks = callee.isIdentifier() && /^(?:first|last)ValueFrom$/.test(callee.node.name);
  return asks && path.key === 0 && path.listKey === 'arguments' ? call : undefined;
}

/** The variable in a pattern that receives a body, or the token out of it. */
export function withNames(
  owner: NodePath<t.Function>,
  pattern: NodePath,
  body: readonly string[],
  declarator?: NodePath<t.VariableDeclarator>,
): Holder | undefined {
  const declaration = declarator?.parentPath;
  const common = {
    function: owner,
    ...(declaration?.isVariableDeclaration() ? { declaration } : {}),
  };
  if (pattern.isIdentifier()) {
    const binding = pattern.scope.getBinding(pattern.node.name);
    return binding && { ...common, binding, names: body };
  }
  const [head, ...rest] = body;
  if (!pattern.isObjectPattern()) return undefined;
  for (const property of pattern.get('properties')) {
    const name = property.isObjectProperty() ? keyName(property.node) : undefined;
    const value = property.isObjectProperty() ? (property.get('value') as NodePath) : undefined;
    if (name === undefined || !value) continue;
    if (head === undefined && value.isIdentifier() && isLoginTokenName(name)) {
      const binding = value.scope.getBinding(value.node.name);
      return binding && { ...common, binding, names: [], token: true };
    }
    if (name === head) return withNames(owner, value, rest, declarator);
  }
  return head === undefined ? aroundToken(pattern, common) : undefined;
}

/** `const { user } = await login()`, of which `user.token` is the token. */
function aroundToken(
  pattern: NodePath<t.ObjectPattern>,
  common: Pick<Holder, 'function' | 'declaration'>,
): Holder | undefined {
  for (const property of pattern.get('properties')) {
    const value = property.isObjectProperty() ? (property.get('value') as NodePath) : undefined;
    const binding = value?.isIdentifier() ? value.scope.getBinding(value.node.name) : undefined;
    const holds = binding?.referencePaths.some((reference) =>
      isLoginTokenName(membersAbove(reference).names[0] ?? ''),
    );
    if (binding && holds) return { ...common, binding, names: [] };
  }
  return undefined;
}

export function unwrappedUp(path: NodePath): NodePath {
  const { parentPath: parent } = path;
  return parent?.isTSAsExpression() || parent?.isParenthesizedExpression() ? unwrappedUp(parent) : path;
}

function thenCallback(path: NodePath): NodePath<t.Function> | undefined {
  const access = path.parentPath;
  const call = access?.parentPath;
  if (!access?.isMemberExpression() || !call?.isCallExpression()) return undefined;
  const method = propertyName(access.node);
  const [first] = call.get('arguments') as NodePath[];
  if (method === 'then') return first?.isFunction() ? first : undefined;
  // `http.post(…).pipe(map((answer) => …))`
  const taking = method === 'pipe' && first?.isCallExpression() ? first.get('arguments')[0] : undefined;
  return taking?.isFunction() && operatorOf(taking) ? taking : undefined;
}

/** `response.json()` of the response that a `fetch` yields. */
function parsedBody(path: NodePath): Body | undefined {
  const callback = thenCallback(path);
  const parameter = callback?.get('params')[0];
  if (callback && parameter?.isIdentifier()) {
    const json = jsonCall(callback.scope.getBinding(parameter.node.name));
    const call = callback.parentPath;
    const returned = json?.parentPath?.isReturnStatement() || json?.parentPath === callback;
    return json && call ? { path: returned ? call : json, names: [] } : undefined;
  }
  const declarator = path.parentPath?.isAwaitExpression() ? path.parentPath.parentPath : undefined;
  if (!declarator?.isVariableDeclarator() || !t.isIdentifier(declarator.node.id)) return undefined;
  const json = jsonCall(declarator.scope.getBinding(declarator.node.id.name));
  return json && { path: json, names: [] };
}

function jsonCall(binding: Binding | undefined): NodePath | undefined {
  const calls = (binding?.referencePaths ?? []).flatMap(({ parentPath: member }) =>
    member?.isMemberExpression() &&
    propertyName(member.node) === 'json' &&
    member.parentPath?.isCallExpression()
      ? [member.parentPath]
      : [],
  );
  return calls.find((call) => !isOfFailure(call)) ?? calls[0];
}

/** `if (!response.ok) throw new Error((await response.json()).message)` */
function isOfFailure(call: NodePath): boolean {
  return (
    call.findParent((above) => {
      if (above.isThrowStatement()) return true;
      const { parentPath: parent, key } = above;
      return Boolean(
        key === 'consequent' &&
          parent?.isIfStatement() &&
          /^!\(?[\w.]+\.ok\b/.test(String(parent.get('test'))),
      );
    }) !== null
  );
}
