import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { callsOf } from '../callers.js';
import { definitionOf, keyName, propertyName } from '../definitions.js';
import { usesOf } from '../flow/follow.js';
import { isInside } from '../inside.js';
import type { Project } from '../project.js';
import { isCheck } from '../site.js';
import { socketDoorAt } from '../sockets.js';
import { type SourceFile, textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { isTokenHeader, isTokenName } from './names.js';
import { openedByAddress } from './socket-addresses.js';

/** Where a socket is opened with a token, or is told what token to be opened with. */
export interface SocketCredential {
  readonly file: SourceFile;
  /** The call that makes the socket, or the assignment to its options. */
  readonly path: NodePath;
  /** The options of the call; absent for an assignment. */
  readonly options?: NodePath<t.ObjectExpression>;
  /** The properties with the token; none where the token itself is assigned. */
  readonly carriers: readonly NodePath[];
  /** It is sent by an event, when the socket has been opened already. */
  readonly sent?: true;
  /** It is in the address that is opened. */
  readonly address?: true;
  /** It is among what a client tells when its socket opens: the property itself. */
  readonly told?: true;
}

/** What is said of a token that opens a socket whose server is not seen to ask for the session. */
export const OPENS_SOCKET = {
  action: 'manual',
  reason: 'the token opens a socket, and nothing shows that the server asks for the session there',
  todo: "Take the step install before this one: the server's sockets let in by the cookie from then on, as io.use(socketSession()) of '@jwt-to-session/shim' does. After that connect without the token and with withCredentials: true.",
} as const;

/** The same of a socket that is none of Socket.IO's. */
export const OPENS_OTHER_SOCKET = {
  ...OPENS_SOCKET,
  todo: "Take the step install before this one: the server's sockets let in by the cookie from then on, as sessionOfUpgrade() of '@jwt-to-session/shim' does. After that open it without the token.",
} as const;

/** Finds where a file hands a token to a socket of Socket.IO, or puts one into the address of another. */
export function socketCredentials(sources: Sources, file: SourceFile): SocketCredential[] {
  const addressed = openedByAddress(file).map(
    (path): SocketCredential => ({ file, path, carriers: [], address: true }),
  );
  addressed.push(...toldAtOpening(file));
  if (!/socket|\bio\b/i.test(file.text)) return addressed;
  const opened = callsOf(sources, file).flatMap(({ path, callee }): SocketCredential[] => {
    if (callee.kind !== 'package' || callee.module !== 'socket.io-client') return [];
    for (const given of path.get('arguments') as NodePath[]) {
      const made = definitionOf(sources, given);
      if (made.kind !== 'object' || sources.fileOf(made.path) !== file) continue;
      const carriers = carriersIn(made.path);
      if (carriers.length) return [{ file, path: path as NodePath, options: made.path, carriers }];
    }
    return [];
  });
  return [...opened, ...assigned(file), ...sentBy(sources, file), ...addressed];
}

/** `auth: { token }`, `query: { token }`, `extraHeaders: { Authorization: … }` */
function carriersIn(options: NodePath<t.ObjectExpression>): NodePath[] {
  return options.get('properties').filter((one) => {
    const name = keyName(one.node);
    if (name !== 'auth' && name !== 'query' && name !== 'extraHeaders') return false;
    const value = one.isObjectProperty() ? (one.get('value') as NodePath) : one;
    return value.isFunction() || tokensIn(value).length > 0;
  });
}

/** `socket.emit('authenticate', { token })` */
function sentBy(sources: Sources, file: SourceFile): SocketCredential[] {
  return callsOf(sources, file).flatMap(({ path }): SocketCredential[] => {
    const callee = path.get('callee') as NodePath;
    const [event, given] = path.get('arguments') as NodePath[];
    if (propertyName(callee.node) !== 'emit' || !event?.isStringLiteral() || !given) return [];
    const carriers = tokensIn(given);
    const socket = callee.get('object') as NodePath;
    return carriers.length && isOpened(sources, socket) ? [{ file, path, carriers, sent: true }] : [];
  });
}

/** Whether something is a socket of Socket.IO that a page has opened. */
function isOpened(sources: Sources, socket: NodePath): boolean {
  const made = definitionOf(sources, socket);
  if (made.kind !== 'value' || !made.path.isCallExpression()) return false;
  const callee = definitionOf(sources, made.path.get('callee') as NodePath);
  return callee.kind === 'package' && callee.module === 'socket.io-client';
}

/** The properties of an object that hold tokens. */
export function tokensIn(value: NodePath): NodePath[] {
  if (!value.isObjectExpression()) return [];
  return value.get('properties').filter((one) => {
    const name = keyName(one.node);
    return name !== undefined && (isTokenName(name) || isTokenHeader(name));
  });
}

/** `socket.auth = { token }`, `socket.io.opts.query = { token }`, `socket.auth.token = token` */
function assigned(file: SourceFile): SocketCredential[] {
  const found: SocketCredential[] = [];
  for (const path of file.paths.values()) {
    if (!path.isAssignmentExpression({ operator: '=' }) || !t.isMemberExpression(path.node.left)) continue;
    const { left } = path.node;
    if (isSocketOption(file, left)) {
      const carriers = tokensIn(path.get('right'));
      if (carriers.length) found.push({ file, path, carriers });
    } else if (isTokenName(propertyName(left) ?? '') && isSocketOption(file, left.object))
      found.push({ file, path, carriers: [] });
  }
  return found;
}

const OPTION = /\.(?:auth|query|extraHeaders)$/;

/** Whether something is what a socket is opened with, by its own name or by where the file's sockets come from. */
function isSocketOption(file: SourceFile, node: t.Node): boolean {
  const text = textOf(file, node).replaceAll('?.', '.');
  if (!OPTION.test(text)) return false;
  const holder = text.replace(OPTION, '');
  return (
    /socket\w*(?:\(\))?$|\.opts$/i.test(holder) ||
    (/socket\.io-client/.test(file.text) && /\.auth$/.test(text))
  );
}

/** Whether a header is among the options that open a socket: `io(url, { extraHeaders: { Authorization } })`. */
export function opensSocket(sources: Sources, header: NodePath): boolean {
  const call = header.findParent((above) => above.isCallExpression() || above.isFunction());
  if (!call?.isCallExpression()) return false;
  const callee = definitionOf(sources, call.get('callee') as NodePath);
  return callee.kind === 'package' && callee.module === 'socket.io-client';
}

/** What clients of GraphQL and STOMP are given to tell when their socket opens. */
const TOLD = /^(?:connectionParams|connectHeaders)$/;

/** Whether code stands in what is told when a socket opens: `connectionParams: () => ({ … })`, `connect({ … })`. */
export function isConnectionParam(path: NodePath): boolean {
  return Boolean(
    path.findParent(
      (above) =>
        TOLD.test(keyName(above.node) ?? '') ||
        (above.isAssignmentExpression() && TOLD.test(propertyName(above.node.left) ?? '')) ||
        (above.listKey === 'arguments' && opensStomp(above.parentPath)),
    ),
  );
}

/** `stompClient.connect(headers, done)` */
function opensStomp(call: NodePath | null): boolean {
  const callee = call?.isCallExpression() ? call.get('callee') : undefined;
  if (!callee?.isMemberExpression() || propertyName(callee.node) !== 'connect') return false;
  return /stomp/i.test(String(callee.get('object')));
}

/** `authToken: getToken()` of `connectionParams`, where neither a header nor what is stored shows the token. */
function toldAtOpening(file: SourceFile): SocketCredential[] {
  if (!/connectionParams|connectHeaders/.test(file.text)) return [];
  return [...file.paths.values()].flatMap((path): SocketCredential[] => {
    const name = path.isObjectProperty() ? (keyName(path.node) ?? '') : '';
    if (!path.isObjectProperty() || !isTokenName(name) || /^(?:authorization$|x-)/i.test(name)) return [];
    const shown = /\b(?:local|session)Storage\b|\bcookies?\b/i.test(textOf(file, path.node));
    return isConnectionParam(path) && !shown ? [{ file, path, carriers: [path], told: true }] : [];
  });
}

/** Whether a token stands in the address of a socket of the browser's own: `new WebSocket(url + '?token=' + token)`. */
export function opensWebSocket(sources: Sources, token: NodePath): boolean {
  return usesOf(sources, token).some(({ path }) => {
    const made = path.listKey === 'arguments' ? path.parentPath : undefined;
    const callee = made?.isNewExpression() ? made.node.callee : undefined;
    const name = t.isIdentifier(callee) ? callee.name : callee && propertyName(callee);
    return /WebSocket$|^Sockette$/.test(name ?? '');
  });
}

/** Whether code stands where a token is handed to a socket. */
export function isForSocket({ sites }: Pick<Project, 'sites'>, path: NodePath): boolean {
  return sites.some(
    (site) =>
      site.kind === 'socket' &&
      !site.socket.sent &&
      !site.socket.address &&
      (site.path === path || isInside(site.path, path)),
  );
}

/** Whether the server lets sockets in by their session's cookie, or is about to. */
export function socketsTakeCookies({ sources, sites, steps }: Project): boolean {
  const taken =
    /^(?!\s*\/\/).*\b(?:requireSocketSession|socketSession|sessionOfUpgrade|socketCutover|upgradeCutover)\w*\(/m;
  const moved = sources.listed.some(
    ({ text }) => /['"]@jwt-to-session\/shim['"]/.test(text) && taken.test(text),
  );
  if (moved) return true;
  return (
    (steps.includes('install') || steps.includes('server')) &&
    sites.some(
      (site) => site.kind === 'socket-opening' || (isCheck(site) && socketDoorAt(site.path) !== undefined),
    )
  );
}
