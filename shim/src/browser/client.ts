/** What else kept a token, at once or by promises: localforage, a storage that encrypts. */
export interface LegacyKeeper {
  getItem(key: string): unknown;
  setItem(key: string, value: unknown): unknown;
  removeItem(key: string): unknown;
}
interface Place<Storage> {
  /** Where the old client kept its token. */
  storage: Storage;
  key: string;
  /** The token is this field of a JSON object that is stored under the key: `token`, or further down `auth.token`. */
  field?: string;
  /** What keeps it there goes on as it is, and finds a word in the token's place: that there is a session. */
  flag?: boolean;
}
type OwnPlace = Place<'local' | 'session' | 'cookie'>;
export type LegacyPlace = OwnPlace | Place<LegacyKeeper>;
/** A token that was set apart, and where its flag stands for it. */
type Apart = OwnPlace & { of?: OwnPlace };
export type AdoptOptions = {
  at: string;
  /** The application renews logins by a cookie that script can't read: one that has run out counts until it says otherwise. */
  renews?: boolean;
} & (LegacyPlace | { from: LegacyPlace[] });
export interface SessionInfo {
  exp: number;
  iat: number;
  // What the application put into its claims: as open as decoding a token was.
  [claim: string]: unknown;
}

const NOTE = 'jwt-to-session';
let at = '/session';
let renews: boolean | undefined;
let places: Apart[] = [];
let kept: string | null = null;
let adopting: Promise<void> | undefined;
let leaving: Promise<void> | undefined;

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** Cookies as if they were web storage. */
const cookies = {
  getItem(key: string): string | null {
    const pairs = document.cookie.split('; ').map(decoded);
    const found = pairs.find((pair) => pair.startsWith(`${key}=`));
    return found ? found.slice(key.length + 1) : null;
  },
  /** What is left of a cookie is kept for as long as the token would have been good that was in it. */
  setItem(key: string, text: string, token = ''): void {
    if (text === cookies.getItem(key)) return;
    const { exp } = claimsOf(token) || { exp: NaN };
    const age = Math.floor(exp - Date.now() / 1000) || 31536000;
    cookies.removeItem(key);
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in browsers that this serves
    document.cookie = `${key}=${encodeURIComponent(text)}; path=/; max-age=${age}`;
  },
  /** Nobody can ask where a cookie was set: it is taken out wherever this page may have set it. */
  removeItem(key: string): void {
    const { hostname, pathname } = location;
    const domains = hostname.split('.').map((_, i, all) => `; domain=${all.slice(i).join('.')}`);
    const paths = pathname.split('/').map((_, i, all) => all.slice(0, i + 1).join('/') || '/');
    for (const domain of ['', ...domains]) {
      for (const path of paths) {
        // biome-ignore lint/suspicious/noDocumentCookie: as above
        document.cookie = `${key}=; path=${path}; max-age=0${domain}`;
      }
    }
  },
};

const storage = (kind: string): typeof cookies | Storage | undefined => {
  try {
    return kind === 'cookie' ? cookies : kind === 'session' ? sessionStorage : localStorage;
  } catch {
    return undefined;
  }
};

const readAt = ({ storage: kind, key }: OwnPlace): string | null => {
  const from = storage(kind);
  return from ? from.getItem(key) : null;
};

/** What the text of JSON says; anything else, an object too, is what it is. */
const parsed = (value: unknown): unknown => {
  try {
    return JSON.parse(String(value || null));
  } catch {
    return value;
  }
};

const isKept = (place: LegacyPlace): place is Place<LegacyKeeper> => isRecord(place.storage);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** The token waiting at a place, or the marker that an earlier page took for one. */
const tokenAt = (place: OwnPlace): string | undefined => tokenOf(readAt(place), place.field);
const tokenOf = (kept: unknown, field?: string): string | undefined => {
  let value = parsed(kept);
  if (!field) return keptIn(typeof value === 'string' ? value : kept);
  for (const name of field.split('.')) {
    // Some libraries keep each part of the state as JSON of its own.
    const holder = parsed(value);
    value = isRecord(holder) ? holder[name] : undefined;
  }
  return keptIn(value);
};

/** An object, or the JSON of one, without a field. */
const without = (value: unknown, [name = '', ...further]: string[]): unknown => {
  const holder = parsed(value);
  if (!isRecord(holder)) return value;
  if (further.length) holder[name] = without(holder[name], further);
  else delete holder[name];
  return typeof value === 'string' ? JSON.stringify(holder) : holder;
};

const claimsOf = <Claims = SessionInfo>(text: string): Claims | null => {
  try {
    const part = (text.split('.')[1] || '').replace(/-/g, '+').replace(/_/g, '/');
    return JSON.parse(decodeURIComponent(escape(atob(part))));
  } catch {
    return null;
  }
};

/** A token by itself, with the scheme that it is sent with (`Bearer …`), or with the type that Quasar puts before it. */
const tokenIn = (value: unknown): string | undefined => {
  const found = typeof value === 'string' && /^(?:\w+[ |])?([\w-]+\.[\w-]+\.[\w-]*)$/.exec(value);
  // What was matched last any script can read from RegExp.
  /^/.test('');
  return found ? found[1] : undefined;
};

/** The same, or a refresh token that is random text: the server alone can tell what it is. */
const keptIn = (value: unknown): string | undefined =>
  tokenIn(value) || (typeof value === 'string' && /^[\w-]{20,}$/.test(value) ? value : undefined);

/** A marker has no signature, and is no token: the server knows by its cookie whether there is a session. */
const signed = (token?: string): string | undefined => (token && token.slice(-1) === '.' ? undefined : token);

const dropAt = (place: OwnPlace): void => {
  const { storage: kind, key, field } = place;
  const from = storage(kind);
  if (!from) return;
  const text = readAt(place);
  if (field && isRecord(parsed(text)))
    from.setItem(key, String(without(text, field.split('.'))), tokenAt(place));
  else from.removeItem(key);
};

const apartKey = ({ key, field }: LegacyPlace): string => [NOTE, key, field].filter(Boolean).join(' ');

/** Sets a token apart from an object that may be stored again before an answer, or from what keeps it, for a flag. */
const setApart = (place: OwnPlace): Apart[] => {
  const { storage: kind, key, field, flag } = place;
  const apart: Apart = { storage: kind === 'cookie' ? 'local' : kind, key: apartKey(place) };
  const from = storage(kind);
  const to = storage(apart.storage);
  if (!(flag || field) || !from || !to) return [place];
  if (flag) apart.of = place;
  const token = tokenAt(place);
  try {
    if (token) {
      to.setItem(apart.key, token);
      if (flag) from.setItem(key, String(readAt(place)).split(token).join('session'), token);
      else dropAt(place);
    }
  } catch {}
  return [apart, place];
};

/** Moves a token to where it is read at once until the server has answered; stays where that can't be. */
const takeOut = async (place: Place<LegacyKeeper>): Promise<void> => {
  const { storage: keeper, key, field } = place;
  const to = apartKey(place);
  places.push({ storage: 'local', key: to });
  try {
    const value = await keeper.getItem(key);
    const token = tokenOf(value, field);
    if (!token) return;
    localStorage.setItem(to, token);
    await (field ? keeper.setItem(key, without(value, field.split('.'))) : keeper.removeItem(key));
  } catch {}
};

/** The note is shared by the tabs; what storage does not take, this page remembers. */
const note = (marker: string | null): void => {
  const local = storage('local');
  kept = local ? null : marker;
  try {
    if (local && marker) local.setItem(NOTE, marker);
    else if (local) local.removeItem(NOTE);
  } catch {
    kept = marker;
  }
};

const noted = (): string | null => readAt({ storage: 'local', key: NOTE }) || kept;

/** Asks the server; `null` when it says that there is no session. Rejects when there is no clear answer. */
const ask = async (path: string, token?: string): Promise<string | null> => {
  const response = await fetch(at + path, {
    method: token ? 'POST' : 'GET',
    credentials: 'include',
    headers: token ? { Authorization: `Bearer ${token}` } : {},
  });
  if (response.status === 401) return null;
  if (!response.ok) throw new Error(`${at}${path} answered ${response.status}`);
  return (await response.json()).marker;
};

/** Exchanges a token; of a marker, or with nothing, asks. */
const askWith = (token?: string): Promise<string | null> =>
  ask(signed(token) ? '/exchange' : '', signed(token));

const adopt = async (): Promise<void> => {
  for (const place of places) {
    const token = tokenAt(place);
    if (!token) continue;
    const marker = await askWith(token);
    // Meanwhile a login may have put another token there, a logout or another tab may have taken it away.
    if (tokenAt(place) !== token) continue;
    dropAt(place);
    if (marker || renews) note(marker || 'renewable');
    else if (place.of) dropAt(place.of);
  }
};

/**
 * Turns a token that an earlier version of the page left here into a session, and forgets it once the server has
 * taken or refused it. Never rejects: without a network the token stays, and is tried again when there is one.
 */
export function adoptLegacyToken(options: AdoptOptions): Promise<void> {
  // The base that it was put together from may have ended with a slash of its own.
  at = options.at.replace(/([^:/])\/{2,}/g, '$1/');
  renews = options.renews;
  places = [];
  const taken: Promise<void>[] = [];
  for (const place of 'from' in options ? options.from : [options]) {
    if (isKept(place)) taken.push(takeOut(place));
    else places.push(...setApart(place));
  }
  const run = (): Promise<void> =>
    (adopting =
      adopting ||
      (taken[0] ? Promise.all(taken).then(adopt) : adopt())
        .catch(() => addEventListener('online', run, { once: true }))
        .then(() => {
          adopting = undefined;
        }));
  return run();
}

/**
 * What a login returned: a marker is noted, a token is exchanged and forgotten, and with nothing the server is
 * asked. Resolves to the marker, or to `null` when there is no session.
 * @param refresh the refresh token that came along, if one did: the session lasts as long as it would have
 */
export async function acceptSession(value?: string | null, refresh?: string | null): Promise<string | null> {
  const late = leaving;
  await late;
  const token = tokenIn(value);
  // The answer to a logout that was still on its way may have taken the new cookie along: ask what is left.
  let marker = value && !signed(token) && !late ? value : await askWith(token);
  const renewing = signed(keptIn(refresh));
  if (marker && renewing) marker = (await askWith(renewing).catch(() => null)) || marker;
  note(marker);
  return marker;
}

/** Whether somebody is logged in, as far as this browser knows; true also while an old token waits. */
export function hasSession(): boolean {
  const info = sessionInfo();
  return info && !renews ? !(info.exp * 1000 <= Date.now()) : !!noted() || places.some(tokenAt);
}

/** What the session, or the token that waits, says about its user. */
export function sessionInfo<Claims = SessionInfo>(): Claims | null {
  return claimsOf(places.map(tokenAt).find(Boolean) || noted() || '');
}

/** Forgets that there was a session, as removing a stored token did. The server is told by `signOut`. */
export function forgetSession(): void {
  note(null);
  places.forEach(dropAt);
}

/** Logs out here and on the server. Never rejects. */
export function signOut(): Promise<void> {
  const token = places.map(tokenAt).find(signed);
  forgetSession();
  const told = fetch(at, {
    method: 'DELETE',
    credentials: 'include',
    keepalive: true,
    headers: token ? { Authorization: `Bearer ${token}` } : {},
  })
    .catch(() => {})
    .then(() => {
      if (leaving === told) leaving = undefined;
    });
  leaving = told;
  return told;
}
