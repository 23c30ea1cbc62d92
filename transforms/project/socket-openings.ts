import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { type CallPath, callersOf, callsOf } from './callers.js';
import { definitionOf, propertyName } from './definitions.js';
import { type Origin, originsOf } from './flow/origins.js';
import { packageAt } from './packages.js';
import type { Project } from './project.js';
import { sideOf } from './sides.js';
import type { CheckSite } from './site.js';
import { type SocketDoor, socketDoorAt } from './sockets.js';
import { textOf } from './source.js';
import type { Sources } from './sources.js';
import { wsOpeningOf } from './ws-openings.js';

/** Where sockets are handed to the code that checks their token, so that the shim may come before. */
export interface SocketOpening {
  /** `io.on('connection', …)`, `io.use(…)`, `new WebSocketServer({ … })` */
  readonly call: NodePath<t.CallExpression> | NodePath<t.NewExpression>;
  /** `io`, `new WebSocketServer({ … })` */
  readonly server: NodePath;
  /** Of ws: the options that may let sockets in. */
  readonly options?: NodePath<t.ObjectExpression>;
  /** Where in the handshake the token is read: `query.token`. */
  readonly places: readonly string[];
  /** The events that bring the token, with the property that it is. */
  readonly events: ReadonlyMap<string, string>;
}

const DEEPEST = 3;
const standing = new WeakMap<t.Node, readonly SocketOpening[] | string>();

/**
 * Where sockets come from that a check lets in while they are served already, or by a function that requests share;
 * or in words why the shim can't come before. None where no socket gets there, or only where it may be waited for.
 */
export function openingsOf(sources: Sources, check: CheckSite): readonly SocketOpening[] | string {
  const known = standing.get(check.call.node) ?? find(sources, check);
  standing.set(check.call.node, known);
  return known;
}

function find(sources: Sources, check: CheckSite): readonly SocketOpening[] | string {
  const own = socketDoorAt(check.path);
  // What may take its time asks where it stands.
  if (own && own.when !== 'opened') return [];
  const ws = own && wsOpeningOf(sources, check, own);
  if (ws) return typeof ws === 'string' ? ws : [{ ...ws, call: ws.server, events: new Map() }];
  const doors = doorsTo(sources, check.path);
  if (!doors.length) return heardBeside(sources, check) ?? [];
  const calls = doors.map((door) => handedAt(sources, door, 0));
  if (calls.some((found) => !found.length))
    return 'a socket is served here, and where it is opened is not seen';
  const from = comesFrom(sources, check);
  if (typeof from === 'string') return from;
  return calls.flat().flatMap((call) => {
    const callee = call.get('callee');
    return callee.isMemberExpression() ? [{ call, server: callee.get('object') as NodePath, ...from }] : [];
  });
}

/** Whether sockets pass the shim before a check sees them: `none` get there, or in words why they do not. */
export function socketStanding(check: CheckSite, project: Project): 'none' | 'settled' | string {
  const openings = openingsOf(project.sources, check);
  if (typeof openings === 'string') return openings;
  if (!openings.length) return 'none';
  const ahead = openings.every(
    (opening) => passesShim(opening, project.sources) || isAboutTo(opening, project),
  );
  return ahead ? 'settled' : 'a socket is served here, and nothing shows that it has passed the shim';
}

/**
 * Whether sockets are opened in one place, as far as is seen, and pass the shim there: whatever their listeners
 * call finds the request by `currentRequest()`.
 */
export function allPassShim(project: Project): boolean {
  const { sources, sites } = project;
  const openings = sites.flatMap((site) => (site.kind === 'socket-opening' ? [site.opening] : []));
  const handing = sources
    .mentioning('connect')
    .filter((file) => !file.test && sideOf(sources, file) !== 'client')
    .flatMap((file) => callsOf(sources, file))
    .filter(({ path }) => path.isCallExpression() && handsOn(path) && !isMiddleware(path));
  return (
    openings.length > 0 &&
    handing.every(({ path }) => openings.some(({ call }) => call.node === path.node)) &&
    openings.every((opening) => passesShim(opening, sources) || isAboutTo(opening, project))
  );
}

/** Whether `io.use(socketCutover())`, or of ws `verifyClient: upgradeCutover()`, is there. */
export function passesShim({ server, options }: SocketOpening, sources: Sources): boolean {
  const file = sources.fileOf(server);
  if (options) return /\bupgradeCutover\w*\(/.test(textOf(file, options.node));
  const name = textOf(file, startOfChain(server).node).replace(/[^\w\s]/g, '\\$&');
  // A comment may say what to do.
  return new RegExp(`^(?!\\s*//).*${name}\\s*\\.use\\(\\s*socketCutover`, 'm').test(file.text);
}

/** `io.of('/chat')` of `io.of('/chat').use(first)` */
export function startOfChain(server: NodePath): NodePath {
  const callee = server.isCallExpression() ? (server.get('callee') as NodePath) : undefined;
  const link = callee && /^(?:use|on)$/.test(propertyName(callee.node) ?? '');
  return link ? startOfChain(callee.get('object') as NodePath) : server;
}

function isAboutTo({ server }: SocketOpening, { sources, sites, steps }: Project): boolean {
  const file = sources.fileOf(server);
  const name = textOf(file, server.node);
  return (
    steps.includes('install') &&
    sites.some(
      (site) =>
        site.kind === 'socket-opening' &&
        site.file === file &&
        textOf(file, site.opening.server.node) === name,
    )
  );
}

/** The doors by which sockets get to a place, in the function itself or in those that call it. */
function doorsTo(sources: Sources, path: NodePath, depth = 0): SocketDoor[] {
  const door = socketDoorAt(path);
  if (door) return [door];
  const owner = path.getFunctionParent();
  if (!owner || depth >= DEEPEST) return [];
  return callersOf(sources, owner)
    .filter((call) => !sources.fileOf(call).test)
    .flatMap((call) => doorsTo(sources, call, depth + 1));
}

/** The calls that hand a door's function to a server of Socket.IO, directly or through other doors. */
function handedAt(sources: Sources, door: SocketDoor, depth: number): NodePath<t.CallExpression>[] {
  const { function: owner } = door;
  if (depth > DEEPEST) return [];
  const direct = owner.listKey === 'arguments' ? owner.parentPath : undefined;
  if (direct?.isCallExpression()) return isOfSocketIo(sources, direct, owner) ? [direct] : [];
  const named = sources.mentioning('connect', '.use(').flatMap((file) =>
    file.test
      ? []
      : callsOf(sources, file).flatMap(({ path }) => {
          if (!path.isCallExpression() || !handsOn(path)) return [];
          const last = (path.get('arguments') as NodePath[]).at(-1);
          const given = last && !last.isFunction() ? definitionOf(sources, last) : undefined;
          return given?.kind === 'function' && given.path.node === owner.node ? [path] : [];
        }),
  );
  if (named.length) return named.filter((call) => isOfSocketIo(sources, call, owner));
  const above = callersOf(sources, owner).flatMap((call) => socketDoorAt(call) ?? []);
  return above.flatMap((one) => handedAt(sources, one, depth + 1));
}

/** `io.on('connection', handler)`, `io.use(handler)` */
function handsOn({ node }: NodePath<t.CallExpression>): boolean {
  const method = propertyName(node.callee) ?? '';
  const [event] = node.arguments;
  if (isMiddleware({ node })) return node.arguments.length === 1;
  return (
    /^(?:on|once|addListener)$/.test(method) &&
    t.isStringLiteral(event) &&
    /^connect(?:ion)?$/.test(event.value)
  );
}

function isMiddleware({ node }: Pick<CallPath, 'node'>): boolean {
  return propertyName(node.callee) === 'use';
}

/** ws hands its listeners the request too, and knows no `use`. */
function isOfSocketIo(
  sources: Sources,
  call: NodePath<t.CallExpression>,
  listener: NodePath<t.Function>,
): boolean {
  if (!handsOn(call)) return false;
  const file = sources.fileOf(call);
  const home = packageAt(sources.packages, file.path);
  if (home && !home.dependencies.has('socket.io')) return false;
  return isMiddleware(call) || listener.node.params.length < 2;
}

/** Where a check's token comes from, as far as sockets bring it; or in words why that can't be said. */
function comesFrom(
  sources: Sources,
  { token, path, file }: CheckSite,
): Pick<SocketOpening, 'places' | 'events'> | string {
  const places = new Set<string>();
  const events = new Map<string, string>();
  const owner = path.getFunctionParent();
  const cut =
    owner !== null && /Bearer|\.(?:split|slice|substring|substr|replace)\(/.test(textOf(file, owner.node));
  for (const origin of token ? originsOf(sources, token) : []) {
    const text = [textOf(sources.fileOf(origin.path), origin.path.node), ...origin.trail].join('.');
    const event = eventOf(sources, origin);
    if (event) {
      events.set(event.name, event.property);
      continue;
    }
    const place = /\.handshake\.(auth|query|headers)\.([\w-]+)$/.exec(plain(text));
    if (place) {
      const [, carrier = '', name = ''] = place;
      if (carrier === 'headers' && (name === 'cookie' || (name === 'authorization' && !cut)))
        return unseen(text);
      places.add(`${cut && carrier !== 'headers' ? 'Bearer ' : ''}${carrier}.${name}`);
    } else if (/handshake|socket|\bws\b/i.test(text) || listenerOf(sources, origin)) return unseen(text);
  }
  if (!places.size && !events.size) return unseen('');
  return { places: [...places].sort(), events };
}

function unseen(text: string): string {
  const [line] = text.split('\n');
  return `a socket is served here, and where its token comes from is not seen${line && `: ${line}`}`;
}

function plain(text: string): string {
  return text.replaceAll('?.', '.').replace(/\.?\[\s*['"]([\w-]+)['"]\s*\]/g, '.$1');
}

/** In words where a check's token comes from an event of something that is not known to be a socket. */
function heardBeside(sources: Sources, { token, file }: CheckSite): string | undefined {
  if (!packageAt(sources.packages, file.path)?.dependencies.has('socket.io')) return undefined;
  const heard = token && originsOf(sources, token).find((origin) => listenerOf(sources, origin));
  return heard && unseen(textOf(sources.fileOf(heard.path), heard.path.node));
}

/** `socket.on('authenticate', ({ token }) => …)`: the call, and what of what is sent the value is. */
function listenerOf(
  sources: Sources,
  { path, trail }: Origin,
):
  | { readonly call: NodePath<t.CallExpression>; readonly event: string; readonly names: string[] }
  | undefined {
  const definition = definitionOf(sources, path);
  if (definition.kind !== 'parameter' || definition.index !== 0) return undefined;
  const listener = definition.function;
  const call = listener.listKey === 'arguments' ? listener.parentPath : undefined;
  if (!call?.isCallExpression() || !/^(?:on|once)$/.test(propertyName(call.node.callee) ?? ''))
    return undefined;
  const [event] = call.node.arguments;
  if (!t.isStringLiteral(event) || handsOn(call)) return undefined;
  return { call, event: event.value, names: [...definition.trail, ...trail] };
}

/** An event by which a socket logs in, and the property of what it sends that is the token. */
function eventOf(
  sources: Sources,
  origin: Origin,
): { readonly name: string; readonly property: string } | undefined {
  const heard = listenerOf(sources, origin);
  if (!heard || heard.names.length > 1 || !socketDoorAt(heard.call)) return undefined;
  return { name: heard.event, property: heard.names[0] ?? '' };
}

/** The code of the request that a socket was opened with, where a place can ask it at once. */
export function socketRequestAt(sources: Sources, path: NodePath): string | undefined {
  const door = socketDoorAt(path);
  if (door) return requestOfDoor(door, path);
  const owner = path.getFunctionParent();
  const callers = owner ? callersOf(sources, owner) : [];
  for (const [index, parameter] of owner?.node.params.entries() ?? []) {
    if (!t.isIdentifier(parameter) || !callers.length) continue;
    if (callers.every((call) => isSocket((call.get('arguments') as NodePath[])[index], call)))
      return `${parameter.name}.request`;
  }
  return undefined;
}

/** The request of a door by the name that its socket has there, unless something else bears the name. */
function requestOfDoor({ request, function: owner }: SocketDoor, path: NodePath): string | undefined {
  const [name = ''] = request?.split('.') ?? [];
  return path.scope.getBinding(name)?.scope === owner.scope ? request : undefined;
}

/** Whether what a call hands over is the socket of the door that the call is in. */
function isSocket(given: NodePath | undefined, call: CallPath): boolean {
  const door = socketDoorAt(call);
  return given?.isIdentifier() === true && door?.request === `${given.node.name}.request`;
}
