import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { type CallPath, callersOf } from './callers.js';
import { keyName, propertyName } from './definitions.js';
import type { Sources } from './sources.js';

/**
 * A function that lets sockets in, or serves them. No request that the session middleware serves is there: what
 * comes is the request that the socket was opened with.
 */
export interface SocketDoor {
  /**
   * `middleware`: `io.use`, which may answer later · `upgrade`: of an HTTP server, and `verifyClient` of ws with
   * a callback, likewise · `opened`: listeners that must be there at once, or an answer that is taken at once.
   */
  readonly when: 'middleware' | 'upgrade' | 'opened';
  readonly function: NodePath<t.Function>;
  /** The code of the request that the socket was opened with; absent where nothing in scope has it. */
  readonly request?: string;
}

const doors = new WeakMap<t.Node, SocketDoor | 'none'>();

/** The door that code is in, the innermost where there are several. */
export function socketDoorAt(path: NodePath): SocketDoor | undefined {
  for (let owner = path.getFunctionParent(); owner; owner = owner.getFunctionParent()) {
    const known = doors.get(owner.node) ?? doorOf(owner) ?? 'none';
    doors.set(owner.node, known);
    if (known !== 'none') return known;
  }
  return undefined;
}

const DEEPEST = 3;

/** A call within a door by which code is reached that stands elsewhere. */
export function socketCallOf(sources: Sources, path: NodePath, depth = 0): CallPath | undefined {
  const owner = path.getFunctionParent();
  if (!owner || depth >= DEEPEST) return undefined;
  for (const caller of callersOf(sources, owner)) {
    if (sources.fileOf(caller).test) continue;
    if (socketDoorAt(caller)) return caller;
    const above = socketCallOf(sources, caller, depth + 1);
    if (above) return above;
  }
  return undefined;
}

function doorOf(owner: NodePath<t.Function>): SocketDoor | undefined {
  return given(owner) ?? ofServer(owner) ?? ofProperty(owner) ?? bySocket(owner);
}

/** `server.on('upgrade', (req, socket, head) => …)`, `wss.on('connection', (ws, req) => …)`, `io.use((socket, next) => …)` */
function given(owner: NodePath<t.Function>): SocketDoor | undefined {
  const call = owner.parentPath;
  if (owner.listKey !== 'arguments' || !call?.isCallExpression()) return undefined;
  const method = propertyName(call.node.callee) ?? '';
  const [first, second] = names(owner);
  const [event] = call.get('arguments') as NodePath[];
  if (/^(?:on|once|addListener|addEventListener)$/.test(method)) {
    if (event?.isStringLiteral({ value: 'upgrade' })) return door('upgrade', owner, first);
    const connects = event?.isStringLiteral() && /^connect(?:ion)?$/.test(event.node.value);
    if (connects && first) return door('opened', owner, second ?? requestOf(owner, first, OF_SOCKET_IO));
  }
  // Until version 3 of Socket.IO: `io.set('authorization', (request, callback) => …)`.
  if (method === 'set' && second && event?.isStringLiteral({ value: 'authorization' }))
    return door('middleware', owner, first);
  const socket = method === 'use' && first !== undefined && /^_?(?:socket|client)$/i.test(first);
  return socket && owner.node.params.length < 3 ? door('middleware', owner, `${first}.request`) : undefined;
}

/** `(request, socket, head)` wherever it stands: an upgrade has no other name for what it is given. */
function ofServer(owner: NodePath<t.Function>): SocketDoor | undefined {
  const [request, socket, head] = names(owner);
  const upgrade = /socket/i.test(socket ?? '') && /head/i.test(head ?? '');
  return upgrade ? door('upgrade', owner, request) : undefined;
}

/** `verifyClient: (info, done) => …` of ws, `allowRequest: (req, done) => …` of Socket.IO, `onConnect` of GraphQL. */
function ofProperty(owner: NodePath<t.Function>): SocketDoor | undefined {
  const holder = owner.isObjectMethod() ? owner : owner.parentPath;
  const name = holder ? keyName(holder.node) : undefined;
  const [first, second] = owner.node.params;
  const when = second ? 'upgrade' : 'opened';
  if (name === 'allowRequest') return door(when, owner, names(owner)[0]);
  const subscribed = ofSubscriptions(owner, name);
  if (subscribed || name === 'onConnect') return subscribed ?? door('opened', owner, undefined);
  if (name !== 'verifyClient') return undefined;
  if (t.isIdentifier(first)) return door(when, owner, `${first.name}.req`);
  const taken = t.isObjectPattern(first) ? first.properties.find((one) => keyName(one) === 'req') : undefined;
  const local = t.isObjectProperty(taken) && t.isIdentifier(taken.value) ? taken.value.name : undefined;
  return door(when, owner, local);
}

/**
 * `useServer({ onConnect: (ctx) => … })` of graphql-ws, `SubscriptionServer.create({ onConnect: (params, socket, context)
 * => … })` of subscriptions-transport-ws, which Apollo Server 2 has as its option `subscriptions`: both wait for an answer.
 */
function ofSubscriptions(owner: NodePath<t.Function>, name: string | undefined): SocketDoor | undefined {
  const options = owner.findParent((above) => above.isObjectExpression());
  const property = owner.isObjectMethod() ? owner : owner.parentPath;
  const holder = options?.parentPath;
  if (!options || property?.parentPath?.node !== options.node || !holder) return undefined;
  const made = holder.isCallExpression() || holder.isNewExpression() ? holder.node.callee : undefined;
  if (t.isIdentifier(made, { name: 'useServer' }))
    return /^(?:onConnect|onSubscribe|context)$/.test(name ?? '')
      ? door('middleware', owner, requestOfContext(owner.node.params[0]))
      : undefined;
  const server = t.isMemberExpression(made) ? made.object : made;
  const old =
    keyName(holder.node) === 'subscriptions' || t.isIdentifier(server, { name: 'SubscriptionServer' });
  if (!old || name !== 'onConnect') return undefined;
  const [, socket, context] = owner.node.params;
  if (t.isIdentifier(context)) return door('middleware', owner, `${context.name}.request`);
  // Nothing types what it puts on the socket.
  const untyped = t.isIdentifier(socket) && !socket.typeAnnotation ? `${socket.name}.upgradeReq` : undefined;
  return door('middleware', owner, untyped);
}

/** `ctx.extra.request` of graphql-ws, of `({ connectionParams, extra }) => …` likewise. */
function requestOfContext(parameter: t.Node | undefined): string | undefined {
  if (t.isIdentifier(parameter)) return `${parameter.name}.extra.request`;
  const taken = t.isObjectPattern(parameter)
    ? parameter.properties.find((one) => keyName(one) === 'extra')
    : undefined;
  return t.isObjectProperty(taken) && t.isIdentifier(taken.value) ? `${taken.value.name}.request` : undefined;
}

/** A function whose parameter is a socket: it is asked for its handshake, or is called so and sends. */
function bySocket(owner: NodePath<t.Function>): SocketDoor | undefined {
  const [first, second] = names(owner);
  for (const name of names(owner)) {
    if (name === undefined || !requestOf(owner, name)) continue;
    const middleware = name === first && second !== undefined && /^(?:next|done|cb)$/.test(second);
    return door(middleware ? 'middleware' : 'opened', owner, `${name}.request`);
  }
  const named = names(owner).find(
    (name, index) => name && (/^(?:socket|ws|websocket)$/i.test(name) || isTyped(owner.node.params[index])),
  );
  const sends = named && membersOf(owner, named).some((member) => /^(?:on|emit|join|send)$/.test(member));
  return sends ? door('opened', owner, requestOf(owner, named, OF_SOCKET_IO)) : undefined;
}

/** `client: Socket` */
function isTyped(parameter: t.Node | undefined): boolean {
  const annotation = t.isIdentifier(parameter) ? parameter.typeAnnotation : undefined;
  const type = t.isTSTypeAnnotation(annotation) ? annotation.typeAnnotation : undefined;
  return t.isTSTypeReference(type) && t.isIdentifier(type.typeName, { name: 'Socket' });
}

/** What a socket of Socket.IO has and one of ws has not. */
const OF_SOCKET_IO = /^(?:handshake|emit|join|leave|rooms|broadcast|disconnect|nsp|data)$/;

/** The request of a Socket.IO socket, which is told by its handshake, or by what else is done with it. */
function requestOf(owner: NodePath<t.Function>, name: string, told = /^handshake$/): string | undefined {
  return membersOf(owner, name).some((member) => told.test(member)) ? `${name}.request` : undefined;
}

function membersOf(owner: NodePath<t.Function>, name: string): string[] {
  const references = owner.scope.bindings[name]?.referencePaths ?? [];
  return references.flatMap(({ key, parent }) => (key === 'object' && propertyName(parent)) || []);
}

function names(owner: NodePath<t.Function>): (string | undefined)[] {
  return owner.node.params.map((parameter) => (t.isIdentifier(parameter) ? parameter.name : undefined));
}

function door(
  when: SocketDoor['when'],
  owner: NodePath<t.Function>,
  request: string | undefined,
): SocketDoor {
  return { when, function: owner, ...(request === undefined ? {} : { request }) };
}
