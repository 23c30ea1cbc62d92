import type { IncomingMessage } from 'node:http';
import { bearer, fields, header, query } from '../request/places.js';
import { OptionError } from '../settings/option-error.js';

/** Where listeners of a socket read its token. */
export interface TokenPlace<From> {
  read(from: From): string | undefined;
  put(from: From, token: string): void;
}

/** An event as Socket.IO hands it to `socket.use`: its name and what was sent with it. */
export type Packet = unknown[];

const HANDSHAKE = /^(?:(\w+) )?(auth|query|headers)\.(.+)$/;

/**
 * A place in the handshake of Socket.IO: `auth.token`, or with a scheme `Bearer auth.token`.
 * @throws where the text names none
 */
export function handshakePlace(text: string): TokenPlace<object> {
  const { scheme, carrier, name } = parsed(text, 'socketCutover');
  // Version 2 has no `auth`.
  const holder = (handshake: object) => fields(fields(handshake)?.[carrier]);
  return {
    read: (handshake) => tokenIn(holder(handshake)?.[name]),
    put(handshake, token) {
      const held = holder(handshake);
      if (!held) return;
      const given = /^(\w+) /.exec(String(held[name] ?? ''))?.[1] ?? scheme;
      held[name] = given === undefined ? token : `${given} ${token}`;
    },
  };
}

/** The same in the request that a socket of ws is opened by, which has no `auth`. */
export function upgradePlace(text: string): TokenPlace<IncomingMessage> {
  const { carrier, name } = parsed(text, 'upgradeCutover');
  const place = carrier === 'query' ? query(name) : name === 'authorization' ? bearer() : header(name);
  return { read: (req) => place.read(req), put: (req, token) => place.place(req, token) };
}

/** The property of what an event sends that is the token; `''` where the token is all that is sent. */
export function eventPlace(name: string): TokenPlace<Packet> {
  return {
    read: ([, sent]) => tokenIn(name === '' ? sent : fields(sent)?.[name]),
    put(packet, token) {
      const [, sent] = packet;
      const held = name === '' ? undefined : fields(sent);
      if (held) held[name] = token;
      // Nothing was sent, or only what is called back.
      else if (sent === undefined || sent === null || typeof sent === 'function')
        packet.splice(1, typeof sent === 'function' ? 0 : 1, name === '' ? token : { [name]: token });
      else if (name === '') packet[1] = token;
    },
  };
}

function parsed(text: string, caller: string) {
  const [, given, carrier = '', name = ''] = HANDSHAKE.exec(text) ?? [];
  if (name === '')
    throw new OptionError(
      `from of ${caller}`,
      `has "${text}", which is no place`,
      "name places as 'auth.token'",
    );
  const key = carrier === 'headers' ? name.toLowerCase() : name;
  return { carrier, name: key, scheme: given ?? (key === 'authorization' ? 'Bearer' : undefined) };
}

/** The token in a value, without the scheme before it. */
function tokenIn(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return value.trim().replace(/^\w+ +/, '') || undefined;
}
