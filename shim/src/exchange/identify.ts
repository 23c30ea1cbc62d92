import type { SessionData } from 'express-session';
import type { AcceptedToken, Verdict } from '../acceptance/acceptance.js';
import { isCrossOrigin, isFromElsewhere } from '../cross-origin.js';
import { endpointOf } from '../endpoints.js';
import type { Refusal } from '../events.js';
import { isFirstCookie, placeCookie, removeCookie, signedCookies } from '../request/cookies.js';
import { bearer, type Place } from '../request/places.js';
import type { Visit } from '../request/visit.js';
import { announceEnd } from '../response/headers.js';
import { takeHandle } from '../session/handle.js';
import { applicationData, prolonged, recordLogin } from '../session/login.js';
import { sessionOf } from '../session/session-of-cookies.js';
import { loginOf } from '../session/sessions.js';
import { cameWithTrace } from '../session/trace.js';
import type { LegacySettings } from '../settings/settings.js';
import { lackOf } from './lack.js';
import { loginFor, type Opened, open, renew } from './open.js';
import { joinRefreshToken, settleSpending } from './spend.js';
import { type Tokens, tokensOn } from './tokens-on-request.js';
import { showTokens } from './what-the-application-sees.js';
import { whoWins } from './who-wins.js';

/** Lets express-session begin, with a session that was read or with a new one. */
export type Begin = (id: string | undefined, data: SessionData | undefined) => Promise<void>;

/** The session that a request names, by its cookie or by a handle in its header. */
interface Named {
  readonly id: string | undefined;
  readonly data: SessionData | undefined;
  readonly by: 'cookie' | 'handle';
}

const NONE: Tokens = { found: [], speaking: undefined, refreshing: undefined };

/** Finds out who a request is from, and gives it the session. `false`: it is to be refused. */
export async function identify(visit: Visit, begin: Begin): Promise<boolean> {
  const { req, shop } = visit;
  const { legacy, trustedOrigins } = shop.settings;
  const named = await sessionNamed(visit);
  const tokens = legacy ? await tokensOn(req, placesOn(visit, legacy), legacy, shop.settings) : NONE;
  const refusal = tokens.speaking?.verdict.refusal;
  visit.over = !loginOf(named.data) && tokens.found.length === 0 && cameWithTrace(visit);
  visit.lack = visit.over ? 'expired' : lackOf(named.id, refusal, tokens.speaking?.token);
  visit.presented = visit.over || (refusal !== undefined && tokens.speaking?.verdict.refresh !== true);
  visit.renewing = visit.over || refusal !== undefined;
  visit.takenBack = tokens.speaking !== undefined && wasGood(tokens.speaking.verdict);

  const usable = mayUse(named, tokens) || !isCrossOrigin(req, trustedOrigins);
  if (usable) {
    await serve(visit, named, tokens, begin);
  } else {
    if (tokens.speaking?.place.carrier !== 'header') return false;
    // The token is a script's own doing and is looked at; the cookie that came along proves nothing.
    visit.cookieless = true;
    await serve(visit, { ...named, data: undefined }, tokens, begin);
  }
  if (legacy && tokens.found.length > 0) announceEnd(visit.res, legacy);
  if (legacy) showTokens(visit, tokens.found, legacy);
  return true;
}

async function sessionNamed(visit: Visit): Promise<Named> {
  const { req, shop } = visit;
  const { session, bearer: handles, report } = shop.settings;
  const handle = handles ? takeHandle(req, session.secrets) : undefined;
  if (handle !== undefined) return { id: handle, data: await shop.sessions.read(handle), by: 'handle' };
  const cookies = signedCookies(req, session.name, session.secrets);
  const named = await sessionOf(cookies, shop.sessions);
  if (named === 'ambiguous') {
    report({ type: 'refused', reason: 'ambiguous' });
    return { id: cookies[0]?.id, data: undefined, by: 'cookie' };
  }
  const { cookie, data } = named;
  visit.cameByCookie = data !== undefined;
  // express-session reads the first of several.
  if (cookie && data && !isFirstCookie(req, session.name, cookie.value))
    placeCookie(req, session.name, cookie.value);
  return { id: cookie?.id, data, by: 'cookie' };
}

/** Whether a session may be used whatever page the request is from. */
function mayUse({ data, by }: Named, { speaking }: Tokens): boolean {
  if (!data || by === 'handle') return true;
  // A header with a token that is the user's own was set by our own page: the cookie may come with it.
  if (speaking?.place.carrier !== 'header' || speaking.verdict.refusal === 'marker') return false;
  const sender = speaking.verdict.accepted?.user ?? (speaking.verdict.refusal && speaking.verdict.user);
  return sender !== undefined && sender === loginOf(data)?.user;
}

/** Gives the request the session of whoever wins. */
async function serve(
  visit: Visit,
  named: Named,
  { speaking, refreshing }: Tokens,
  begin: Begin,
): Promise<void> {
  const { legacy, report } = visit.shop.settings;
  const verdict = speaking?.verdict;
  const accepted = verdict?.accepted;
  const login = loginOf(named.data);
  const winner = whoWins(login, verdict);
  visit.token = accepted;
  visit.refreshing = refreshing;

  // A token's session is a new one, even where an anonymous session with an id of somebody's choice came along.
  const stays = winner === 'nobody' ? !login : winner !== 'token';
  await enter(visit, stays ? named : undefined, begin);
  // A path outside of the cookie's has no session at all.
  if (!legacy || !visit.req.session) return;
  if (accepted && winner === 'token') {
    visit.withheld = legacy.withholds && speaking?.place.carrier !== 'cookie';
    return exchange(visit, accepted, named, legacy);
  }
  if (accepted && winner === 'renewed') return renewed(visit, accepted, legacy);
  if (winner === 'session') await settleSpending(visit, legacy);
  if (verdict?.refusal && verdict.refusal !== 'marker') report({ type: 'refused', reason: verdict.refusal });
  else if (accepted && login) report({ type: 'redundant', user: login.user });
}

/** Lets express-session begin with the session, or with an empty one. */
async function enter(visit: Visit, named: Named | undefined, begin: Begin): Promise<void> {
  const { req, shop } = visit;
  const byCookie = named?.data && named.by === 'cookie';
  if (!byCookie) removeCookie(req, shop.settings.session.name);
  await begin(byCookie ? named.id : undefined, byCookie ? named.data : undefined);
  visit.firstId = req.session?.id;
  if (!named?.data || named.by !== 'handle' || named.id === undefined || !req.session) return;
  visit.byHandle = true;
  visit.cookieless = true;
  change(visit, named.id, named.data);
}

async function exchange(
  visit: Visit,
  token: AcceptedToken,
  named: Named,
  legacy: LegacySettings,
): Promise<void> {
  const { req, shop } = visit;
  const before = loginOf(named.data);
  const guest = before ? {} : applicationData(named.data);
  const opened = await open(token, shop, legacy, req, guest);
  if (opened.refusal !== undefined) {
    if (named.id !== undefined && named.data && !before) change(visit, named.id, named.data);
    else shop.express.makeGuest(req);
    visit.firstId = req.session.id;
    return refuse(visit, opened, token);
  }
  change(visit, opened.id, opened.data);
  await joinRefreshToken(visit, legacy);
  // A page that we don't know may have sent a token of its own choice: it gets an answer and no cookie.
  visit.cookieless ||= isFromElsewhere(req, shop.settings.trustedOrigins);
  // Somebody else's session must not be left open behind whoever is here now, and a guest's is done with.
  if (named.data && named.id !== undefined) visit.replaced.push({ id: named.id, user: before?.user });
  shop.settings.report({ type: opened.fresh ? 'exchanged' : 'reused', user: token.user });
}

async function renewed(visit: Visit, token: AcceptedToken, legacy: LegacySettings): Promise<void> {
  const { req, shop } = visit;
  const opened = await renew(token, req.session.id, shop, legacy, req);
  if (opened === 'renewed') {
    recordRenewal(visit, token, legacy);
    await joinRefreshToken(visit, legacy);
    shop.settings.report({ type: 'exchanged', user: token.user });
  } else if (opened.refusal === undefined) {
    change(visit, opened.id, opened.data);
    shop.settings.report({ type: 'reused', user: token.user });
  } else {
    // The session is the same user's, and stays.
    shop.settings.report({ type: 'refused', reason: opened.refusal });
  }
}

/** The session takes what the newer token says, and lasts no shorter than it would have. */
function recordRenewal({ req, shop }: Visit, token: AcceptedToken, { once }: LegacySettings): void {
  const newer = loginFor(token, shop, req.headers['user-agent']);
  const before = loginOf(req.session) ?? newer;
  recordLogin(req.session, {
    ...before,
    ...newer,
    // The cookie came with the token, so the token has done what it was for.
    token: { hash: token.hash, ends: token.ends, ...(once ? { spent: true } : {}) },
    limit: before.limit,
    exp: prolonged(before, newer.exp),
  });
}

function refuse(
  visit: Visit,
  { refusal }: Extract<Opened, { refusal: string }>,
  { refresh }: AcceptedToken,
): void {
  visit.lack = lackOf(undefined, refusal);
  visit.presented = !refresh;
  visit.renewing = true;
  visit.takenBack = TAKEN_BACK.includes(refusal);
  visit.shop.settings.report({ type: 'refused', reason: refusal });
}

/** A marker, which the login was answered with; a refresh token that the application no longer knows. */
function wasGood(verdict: Verdict): boolean {
  if (verdict.refusal === undefined) return false;
  return TAKEN_BACK.includes(verdict.refusal) || (verdict.refusal === 'claims' && verdict.refresh === true);
}

const TAKEN_BACK: readonly Refusal[] = ['marker', 'spent', 'ended', 'revoked'];

function change({ req, shop }: Visit, id: string, data: SessionData): void {
  req.sessionID = id;
  shop.express.createSession(req, data);
}

/** The shim's own endpoints also take a token the usual way, wherever the application reads it. */
function placesOn({ req, shop }: Visit, { from }: LegacySettings): readonly Place[] {
  return endpointOf(req, shop.settings.path) ? [...from, bearer()] : from;
}
