import { sign } from 'cookie-signature';
import jwt from 'jsonwebtoken';
import { io } from 'socket.io-client';
import { describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import type { Step } from '../../transforms/words.js';
import { served } from './served.js';

const SECRET = 'a login secret that is long enough';
const SECRETS = {
  JWT_SECRET: SECRET,
  REFRESH_SECRET: 'another secret for renewal',
  SESSION_SECRET: 'c'.repeat(40),
};

const ANN = { id: 1, name: 'ann', role: 'user' };
const BEARER = { header: 'authorization', scheme: 'Bearer ', claims: ANN };

/** Small servers, each written in another way that applications are, and where their clients put the token. */
const SERVERS: Readonly<
  Record<
    string,
    {
      header?: string;
      scheme?: string;
      cookie?: string;
      signed?: boolean;
      sockets?: 'socket.io' | 'ws';
      claims: object | string;
      /** The text that is signed for an administrator, where others have claims. */
      administrator?: string;
      /** The application takes tokens back at logout: what was logged out stays out. */
      revokes?: boolean;
      /** The cookie of its refresh token, and the claims in it. */
      renewal?: { name: string; claims: object };
    }
  >
> = {
  'told-apart': {
    header: 'x-auth-token',
    scheme: '',
    claims: { user: ANN },
  },
  cookie: { cookie: 'token', claims: ANN },
  'cookie-by-hand': { cookie: 'token', claims: ANN },
  'cookie-header': { cookie: 'token', claims: ANN },
  refresh: BEARER,
  'express-jwt': BEARER,
  'passport-jwt': { ...BEARER, claims: { sub: 1 } },
  promisified: BEARER,
  spellings: BEARER,
  anywhere: { ...BEARER, header: 'x-access-token', scheme: '', sockets: 'socket.io' },
  upgrade: { ...BEARER, sockets: 'ws' },
  'served-sockets': { ...BEARER, sockets: 'socket.io' },
  'served-ws': { ...BEARER, sockets: 'ws' },
  guests: { ...BEARER, claims: { sub: '1', role: 'user' } },
  model: { ...BEARER, claims: { _id: '1' } },
  jose: { ...BEARER, claims: { sub: 'ann', role: 'user' } },
  'jwt-simple': { ...BEARER, header: 'x-access-token', scheme: '' },
  njwt: { header: 'x-access-token', scheme: '', claims: { sub: '1', name: 'ann', role: 'user' } },
  errors: BEARER,
  'signed-cookie': { cookie: 'token', signed: true, claims: ANN },
  'own-extractor': { ...BEARER, scheme: 'Token ' },
  'passport-callback': { cookie: 'jwt', claims: ANN },
  oauth: { ...BEARER, claims: { user: ANN } },
  'beside-sessions': BEARER,
  purposes: { ...BEARER, claims: { ...ANN, type: 'access' } },
  classes: BEARER,
  injected: BEARER,
  factories: BEARER,
  'taken-by-function': BEARER,
  'bare-id': { ...BEARER, claims: '10000001' },
  'text-and-claims': { ...BEARER, claims: { id: 1 }, administrator: 'bobsecret' },
  'refresh-cookie': { ...BEARER, renewal: { name: 'renewal', claims: { id: 1 } } },
  'tokens-of-user': { ...BEARER, claims: { _id: '1' }, revokes: true },
  'taken-back': { ...BEARER, claims: { id: 1, version: 0 }, revokes: true },
};

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A browser as far as it matters: keeps cookies, and attaches the token that a login returned, as the old client does. */
class Visitor {
  private readonly cookies = new Map<string, string>();
  private token: string | undefined;

  constructor(
    private readonly base: string,
    private readonly place: (typeof SERVERS)[string],
  ) {}

  hold(token: string): void {
    const value = this.place.signed ? encodeURIComponent(`s:${sign(token, SECRETS.SESSION_SECRET)}`) : token;
    if (this.place.cookie) this.cookies.set(this.place.cookie, value);
    else this.token = token;
  }

  carry(name: string, value: string): void {
    this.cookies.set(name, value);
  }

  /** Somebody else with what this one holds, but for its cookies. */
  copy(): Visitor {
    const other = new Visitor(this.base, this.place);
    other.token = this.token;
    return other;
  }

  forget(): void {
    this.token = undefined;
  }

  /** Comes back when the login is over: with an old token, or with what a browser still has by then. */
  comeLate(token: string): void {
    this.forget();
    for (const name of this.cookies.keys()) if (name !== 'session-was-open') this.cookies.delete(name);
    if (this.cookies.size === 0) this.hold(token);
  }

  /** What a socket is told: a greeting, or why it is not let in. */
  async socket(namespace = ''): Promise<string> {
    const { token } = this;
    const cookie = this.cookie();
    if (this.place.sockets === 'ws') {
      const query = token === undefined ? '' : `?token=${token}`;
      const socket = new WebSocket(`${this.base.replace('http', 'ws')}${namespace || '/'}${query}`, {
        headers: cookie ? { cookie } : {},
      });
      const told = new Promise<string>((resolve) => {
        socket.on('message', (data) => resolve(String(data)));
        socket.on('error', ({ message }) => resolve(`refused: ${message}`));
        socket.on('close', (code, why) => resolve(`refused: ${code} ${why}`));
      });
      return told.finally(() => socket.close());
    }
    const socket = io(this.base + namespace, {
      auth: { ...(token === undefined ? {} : { token }) },
      extraHeaders: cookie ? { cookie } : {},
      forceNew: true,
      reconnection: false,
      transports: ['websocket'],
    });
    const told = new Promise<string>((resolve) => {
      socket.on('hello', resolve);
      socket.on('unauthorized', (why) => resolve(`refused: ${why}`));
      socket.on('connect_error', ({ message }) => resolve(`refused: ${message}`));
    });
    // For servers that ask by an event; what follows it comes right behind.
    socket.emit('authenticate', token === undefined ? {} : { token });
    socket.emit('enter');
    return told.finally(() => socket.close());
  }

  private cookie(): string {
    return [...this.cookies].map((one) => one.join('=')).join('; ');
  }

  async ask(method: string, path: string, body?: object): Promise<Answer> {
    const { header, scheme = '' } = this.place;
    const response = await fetch(this.base + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(this.cookies.size ? { cookie: this.cookie() } : {}),
        ...(this.token && header ? { [header]: scheme + this.token } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s);
      if (value && !/expires=thu, 01 jan 1970|max-age=0/i.test(line)) this.cookies.set(name, value);
      else this.cookies.delete(name);
    }
    const text = [
      await response.text(),
      response.headers.get('location'),
      response.headers.get('authorization'),
    ]
      .filter(Boolean)
      .join(' ');
    const sent = /(?:"token":"(?:Bearer )?|[?]token=)([\w.-]+)/.exec(text)?.[1];
    if (sent && !this.place.cookie) this.token = sent;
    // A marker has the shape of a token, so that clients that look at it go on as they did.
    const shown = text.replace(/[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, 'TOKEN');
    return { status: response.status, body: shown };
  }
}

/** The same requests of the same visitors, whatever is behind. */
async function story(base: string, place: (typeof SERVERS)[string]): Promise<Told> {
  const told: Record<string, Answer> = {};
  const sockets: Record<string, string> = {};
  const connect = async (who: string, visitor: Visitor) => {
    if (!place.sockets) return;
    sockets[who] = await visitor.socket();
    sockets[`${who}, as an admin`] = await visitor.socket('/admin');
  };
  const visitor = () => new Visitor(base, place);
  const ann = visitor();
  told['nobody asks who he is'] = await ann.ask('GET', '/me');
  await connect('nobody', ann);
  told['a wrong password'] = await ann.ask('POST', '/login', { name: 'ann', password: 'guess' });
  told['ann logs in'] = await ann.ask('POST', '/login', { name: 'ann', password: 'secret' });
  told['ann is ann'] = await ann.ask('GET', '/me');
  await connect('ann', ann);
  told['ann is no admin'] = await ann.ask('GET', '/admin');
  told['ann renews'] = await ann.ask('POST', '/refresh');
  told['ann is ann after renewing'] = await ann.ask('GET', '/me');
  told['a greeting for ann'] = await ann.ask('GET', '/greeting');
  const tampered = visitor();
  tampered.hold(`${jwt.sign(place.claims, 'not the secret')}`);
  told['a token of another key'] = await tampered.ask('GET', '/me');
  await connect('a token of another key', tampered);
  if (typeof place.claims === 'object') {
    const late = visitor();
    late.hold(jwt.sign({ ...place.claims, exp: Math.floor(Date.now() / 1000) - 3600 }, SECRET));
    told['a token that is over'] = await late.ask('GET', '/me');
    await connect('a token that is over', late);
    const away = visitor();
    await away.ask('POST', '/login', { name: 'ann', password: 'secret' });
    away.comeLate(jwt.sign({ ...place.claims, exp: Math.floor(Date.now() / 1000) - 3600 }, SECRET));
    told['a login that is over'] = await away.ask('GET', '/me');
  }
  const old = visitor();
  old.hold(jwt.sign(place.claims, SECRET, typeof place.claims === 'object' ? { expiresIn: '1h' } : {}));
  await connect('whoever was logged in before', old);
  told['whoever was logged in before'] = await old.ask('GET', '/me');
  told['and again'] = await old.ask('GET', '/me');
  await connect('and once more', old);
  const back = visitor();
  told['ann comes back from elsewhere'] = await back.ask('GET', '/callback?code=ann');
  if (told['ann comes back from elsewhere'].status === 302)
    told['she is ann too'] = await back.ask('GET', '/me');
  const bob = visitor();
  told['bob logs in'] = await bob.ask('POST', '/login', { name: 'bob', password: 'secret' });
  await connect('bob', bob);
  told['bob is an admin'] = await bob.ask('GET', '/admin');
  if (place.administrator !== undefined) {
    const before = visitor();
    before.hold(jwt.sign(place.administrator, SECRET));
    told['an administrator who was logged in before'] = await before.ask('GET', '/admin');
    told['and is no user'] = await before.ask('GET', '/me');
    told['is greeted as a guest'] = await before.ask('GET', '/greeting');
    const another = visitor();
    another.hold(jwt.sign('evesecret', SECRET));
    told['another text is no administrator'] = await another.ask('GET', '/admin');
  }
  const copied = bob.copy();
  told['bob logs out'] = await bob.ask('POST', '/logout');
  if (place.revokes) told['what bob had opens nothing'] = await copied.ask('GET', '/me');
  if (told['bob logs out'].status < 400) {
    bob.forget();
    told['bob is nobody'] = await bob.ask('GET', '/me');
    told['ann logs in where bob was'] = await bob.ask('POST', '/login', { name: 'ann', password: 'secret' });
    told['and is ann'] = await bob.ask('GET', '/me');
  }
  if (place.renewal) {
    const { name, claims } = place.renewal;
    const renewing = (value: string) => {
      const one = visitor();
      one.carry(name, value);
      return one;
    };
    const seconds = Math.floor(Date.now() / 1000);
    const over = renewing(jwt.sign({ ...claims, exp: seconds - 3600 }, SECRETS.REFRESH_SECRET));
    told['nothing to renew with'] = await visitor().ask('POST', '/refresh');
    told['what came to renew is over'] = await over.ask('POST', '/refresh');
    told['it opens nothing'] = await over.ask('GET', '/me');
    const strange = renewing(jwt.sign(claims, 'not the secret', { expiresIn: '1d' }));
    told['what came to renew is of another key'] = await strange.ask('POST', '/refresh');
    const back = renewing(jwt.sign(claims, SECRETS.REFRESH_SECRET, { expiresIn: '1d' }));
    told['ann renews after a while'] = await back.ask('POST', '/refresh');
    told['and goes on'] = await back.ask('GET', '/me');
    told['she logs out'] = await back.ask('POST', '/logout');
    told['nobody logs out'] = await visitor().ask('POST', '/logout');
  }
  if (place.revokes) {
    const [here, there] = [visitor(), visitor()];
    for (const one of [here, there]) await one.ask('POST', '/login', { name: 'ann', password: 'secret' });
    told['ann is here and there'] = await there.ask('GET', '/me');
    told['ann logs out everywhere'] = await here.ask('POST', '/leave');
    told['ann is not here'] = await here.ask('GET', '/me');
    told['nor there'] = await there.ask('GET', '/me');
  }
  return { told, sockets };
}

interface Told {
  readonly told: Record<string, Answer>;
  readonly sockets: Record<string, string>;
}

function told(name: string, steps: readonly Step[]): Promise<Told> {
  return after(name, steps, story);
}

/** What comes of asking a server as it is after some steps. */
async function after<T>(
  name: string,
  steps: readonly Step[],
  ask: (base: string, place: (typeof SERVERS)[string]) => Promise<T>,
): Promise<T> {
  const place = SERVERS[name];
  if (!place) throw new Error(`no server ${name}`);
  return served(name, steps, SECRETS, (base) => ask(base, place));
}

/** What the server answers as it was, asked once. */
const originals = new Map<string, Promise<Told>>();

function original(name: string): Promise<Told> {
  const known = originals.get(name) ?? told(name, []);
  originals.set(name, known);
  return known;
}

describe.each(Object.keys(SERVERS))('%s', (name) => {
  test('answers after install as before', async () => {
    expect(await told(name, ['install'])).toEqual(await original(name));
  });

  test('answers after install and server as before', async () => {
    expect(await told(name, ['install', 'server'])).toEqual(await original(name));
  });
});

describe.each(Object.keys(SERVERS).filter((name) => SERVERS[name]?.sockets))('sockets of %s', (name) => {
  test.each<Step[]>([['install'], ['install', 'server']])('need no token after %s', async (...steps) => {
    const greeting = await after(name, steps, async (base, place) => {
      const bob = new Visitor(base, place);
      await bob.ask('POST', '/login', { name: 'bob', password: 'secret' });
      await bob.ask('GET', '/me');
      bob.forget();
      return [
        await bob.socket(),
        await bob.socket('/admin'),
        (await bob.ask('GET', '/me')).status,
        await new Visitor(base, place).socket(),
        await new Visitor(base, place).socket('/admin'),
      ];
    });
    const refused = expect.stringMatching(/^refused/);
    expect(greeting).toEqual(['bob', expect.stringMatching(/admin/), 200, refused, refused]);
  });
});
