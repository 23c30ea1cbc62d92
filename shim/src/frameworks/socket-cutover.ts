import type { IncomingMessage } from 'node:http';
import type { Refusal } from '../events.js';
import { lackOf } from '../exchange/lack.js';
import { shownForRefused } from '../exchange/shown-for-refused.js';
import { duringSocket, type OpenedSocket, openedSocket, rememberSocket } from '../request/opened-sockets.js';
import { allShops } from '../request/shops.js';
import { ApplicationError } from '../response/application-error.js';
import { claimsOf } from '../session/login.js';
import { markerOfSocket } from '../session/start.js';
import { socketLogin } from './socket-login.js';
import { eventPlace, handshakePlace, type Packet, type TokenPlace, upgradePlace } from './socket-places.js';

/** What is used of a Socket.IO socket, of version 2 to 4. */
export interface HandshakeSocket {
  readonly request: IncomingMessage;
  readonly handshake: object;
  use(middleware: (packet: Packet, next: (error?: Error) => void) => void): unknown;
}

export interface SocketCutoverOptions {
  /**
   * Where listeners read the token: names below `auth`, `query` and `headers` of the handshake. Default
   * `['auth.token', 'query.token', 'headers.authorization']`.
   */
  readonly from?: readonly string[];
  /** Events by which a client logs its socket in, each with the property of what it sends that is the token. */
  readonly events?: Readonly<Record<string, string>>;
}

const USUAL = ['auth.token', 'query.token', 'headers.authorization'];

/**
 * For sockets what `cutover()` is for requests, in front of all listeners: `io.use(socketCutover())`. Behind it
 * `requireSession(socket.request)` and `sessionClaims(socket.request)` answer at once, for the session whose cookie
 * opened the socket, and until the window closes for a login token that came in its place. Where listeners read a
 * token they find one that is good, or a marker once nothing checks tokens any more. Opens no session, and closes
 * no socket.
 */
export function socketCutover({ from = USUAL, events = {} }: SocketCutoverOptions = {}) {
  const places = from.map(handshakePlace);
  const logins = new Map(Object.entries(events).map(([event, name]) => [event, eventPlace(name)]));
  return (socket: HandshakeSocket, next: (error?: Error) => void): void => {
    enter(socket.request, places, socket.handshake).then(() => {
      watch(socket, logins);
      duringSocket(socket.request, next);
    }, next);
  };
}

/** What is used of the options that `verifyClient` of ws is given. */
interface UpgradeInfo {
  readonly req: IncomingMessage;
}

/**
 * The same for ws: `new WebSocketServer({ server, verifyClient: upgradeCutover() })`. Lets everybody in, and leaves
 * it to listeners to say who stays: `requireSession(req)` answers there.
 * @param from parameters of the address, and headers, in which clients send their token
 */
export function upgradeCutover({ from = ['query.token', 'headers.authorization'] } = {}) {
  const places = from.map(upgradePlace);
  return ({ req }: UpgradeInfo, done: (open: boolean, status?: number, text?: string) => void): void => {
    enter(req, places, req).then(
      () => done(true),
      () => done(false, 503, 'Service Unavailable'),
    );
  };
}

/** Finds out who opens a socket, and leaves in the places only what the shim stands by. */
async function enter<From>(
  req: IncomingMessage,
  places: readonly TokenPlace<From>[],
  from: From,
): Promise<void> {
  const came = places.map((place) => place.read(from));
  const given = came.find((one) => one !== undefined);
  // An event without a token: whoever opened the socket may have sent one then.
  const { socket, shown } = await welcome(req, given ?? openedSocket(req)?.token);
  rememberSocket(req, socket);
  for (const [index, place] of places.entries()) {
    const stands = came[index];
    if (shown !== undefined && stands !== shown && (stands !== undefined || socket.login))
      place.put(from, shown);
  }
}

interface Welcome {
  readonly socket: OpenedSocket;
  /** What stands where its token is read. */
  readonly shown: string | undefined;
}

async function welcome(req: IncomingMessage, token: string | undefined): Promise<Welcome> {
  const nobody: Welcome[] = [];
  for (const shop of allShops('socketCutover')) {
    const { login, refusal, sessionId } = await socketLogin(req, token, shop);
    const lack = lackOf(sessionId, refusal, token);
    const socket = { shop, login, lack, sessionId, token, presented: refusal !== undefined };
    const present = shop.settings.legacy?.present;
    if (login) return { socket, shown: shownFor(socket, refusal) };
    const refused = present && token !== undefined ? shownForRefused(token, refusal, present) : REFUSED;
    nobody.push({ socket, shown: token === undefined ? undefined : refused });
  }
  const [first] = nobody;
  if (!first) throw new Error('socketCutover: cutover() has not been called in this process');
  const presented = nobody.filter(({ socket }) => socket.presented);
  // Another cutover's keys have not signed it, which says little.
  return presented.find(({ socket }) => socket.lack !== 'forged') ?? presented[0] ?? first;
}

function shownFor(socket: OpenedSocket, refusal: Refusal | undefined): string {
  const { shop, login, token } = socket;
  const present = shop.settings.legacy?.present;
  if (!present || !login) return markerOfSocket(socket);
  // The token that speaks says the same, and listeners may look it up.
  if (token !== undefined && refusal === undefined) return token;
  try {
    return present(claimsOf(login));
  } catch (error) {
    throw new ApplicationError('legacy.present', error);
  }
}

/** Stands where a token was that opens nothing: listeners find that something came, and are told why it is refused. */
const REFUSED = 'refused';

/** Judges the token of an event that logs in before its listeners see it; later events wait their turn. */
function watch(socket: HandshakeSocket, logins: ReadonlyMap<string, TokenPlace<Packet>>): void {
  let before: Promise<void> | undefined;
  socket.use((packet, next) => {
    const place = logins.get(String(packet[0]));
    if (!place && !before) return duringSocket(socket.request, next);
    const turn: Promise<void> = (before ?? Promise.resolve())
      .then(() => place && enter(socket.request, [place], packet))
      .then(() => duringSocket(socket.request, next), next)
      .finally(() => {
        if (before === turn) before = undefined;
      });
    before = turn;
  });
}
