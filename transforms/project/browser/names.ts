import type { Family } from '../../words.js';
import { familyOfWord } from '../families.js';

const TOKEN =
  /(?:^|_)(?:(?:access|refresh|auth|id|user|jwt)?tokens?|jwt|bearer)$|^(?:auth_?header|id_?token)$/;
/** Tokens that log nobody in: of a device, of a form, of somebody else's service. */
const OTHER =
  /csrf|xsrf|device|push|fcm|apns?|firebase|mapbox|stripe|github|gitlab|google|facebook|twitter|slack|captcha|cancel|page|cursor|continuation|design|map|payment|card|upload|s3|color|theme/;
const HEADER =
  /^(?:authorization|x-?(?:access|auth|jwt|id|api|user|session)?-?token|(?:access|auth|jwt|id|user)-?_?token|token|jwt|x-authorization|x-jwt)$/i;

/** Whether a name says that it holds a login token: `accessToken`, `auth_token`, `jwt`. */
export function isTokenName(name: string): boolean {
  const flat = flattened(name);
  return TOKEN.test(flat) && !OTHER.test(flat) && familyOfWord(name) !== 'one-time';
}

/** Whether a name says that it holds what a login is proved with, rather than what prolongs it. */
export function isLoginTokenName(name: string): boolean {
  return isTokenName(name) && familyOfName(name) !== 'refresh';
}

/** Which tokens a name speaks of. */
export function familyOfName(name: string): Family {
  return familyOfWord(name) ?? 'session';
}

/** Whether a name speaks of somebody else's token. */
export function isForeignName(name: string): boolean {
  return OTHER.test(flattened(name));
}

/** Whether a request header of that name carries a login token. */
export function isTokenHeader(name: string): boolean {
  return HEADER.test(name);
}

/** Whether a name says the same where it stands among headers for sure: `{ headers: { token } }`, `aToken`, `dtoken`. */
export function isPlainTokenHeader(name: string): boolean {
  return isTokenHeader(name) || isLoginTokenName(name) || /^[a-z]token$/.test(name);
}

/** Names of functions, conditions and actions that log a user out. */
export function isLogoutName(name: string): boolean {
  const flat = flattened(name);
  // `baseQueryWithLogout` does something else first, and mostly nothing but that.
  if (/(?:^|_)(?:with|without|after|before|until|unless|for|if)_(?:log|sign)/.test(flat)) return false;
  return /(?:^|_)(?:log|sign)_?(?:out|off)|^(?:un_?auth(?!ori[sz]|entic)|end_?session)/.test(flat);
}

/** Names and paths under which a user is logged in, registered, or given a new token. */
export function isLoginName(name: string): boolean {
  const flat = flattened(name);
  if (/reset|forgot|change_?password|verif|log_?out|sign_?out|revoke/.test(flat)) return false;
  return /(?:^|_|\/)(?:(?:log|sign)_?(?:in|up)|register|registration|authenticate|auth|create_?account|sessions?|tokens?|refresh\w*)(?:$|_|\/|\?)/.test(
    flat,
  );
}

/** Names and paths under which an account is made, which logs its user in with many servers and not with others. */
export function isRegistrationName(name: string): boolean {
  return /regist|sign_?up|create_?(?:account|user)|join/.test(flattened(name));
}

const RENEWS = /^(?:refresh|refreshing|renew|reissue)$/;
const OF_LOGINS = /^(?:auth|authentication|oauth|access|id|jwt|tokens?|session|login|credentials|cookie)$/;
/** Words that may stand beside these in names that are about logins, though they say nothing of them. */
const BESIDE =
  /^(?:get|fetch|do|try|handle|request|call|perform|attempt|send|post|api|async|silent|silently|if|needed|my|action|thunk|mutation|query|new|v?\d+)$/;

/** Names and paths under which a login is prolonged: `/auth/refresh`, `refreshToken`, `getNewAccessToken`. */
export function isRenewalName(name: string): boolean {
  const flat = flattened(name)
    .replace(/\?.*$/, '')
    .replace(/re_fresh/g, 'refresh')
    .replace(/(refresh|access|auth|new)(?=token)/g, '$1_');
  // Of an address the end counts, whatever it begins with.
  const path = flat.split('/').filter(Boolean);
  const end = flat.includes('/') ? path.slice(path.at(-1) === 'token' ? -2 : -1) : path;
  const words = end.flatMap((part) => part.split('_')).filter(Boolean);
  const asksAnew = words.includes('new') && words.some((word) => /^tokens?$/.test(word));
  if (!asksAnew && !words.some((word) => RENEWS.test(word))) return false;
  const ofUsers = words.some((word) => OF_LOGINS.test(word)) ? /^(?:users?|account|service)$/ : BESIDE;
  return words.every((word) => [RENEWS, OF_LOGINS, BESIDE, ofUsers].some((known) => known.test(word)));
}

function flattened(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[\s.:@-]+/g, '_')
    .toLowerCase();
}
