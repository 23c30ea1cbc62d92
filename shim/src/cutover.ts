import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request, Response } from 'express';
import session, { type SessionData } from 'express-session';
import onHeaders from 'on-headers';
import { isCrossOrigin, isFromElsewhere } from './cross-origin.js';
import { endpointOf, serveEndpoint } from './endpoints.js';
import { ledgerIn } from './exchange/ledger.js';
import { loginFor, open, renew } from './exchange/open.js';
import { settleSpending } from './exchange/spend.js';
import { type Tokens, tokensOn } from './exchange/tokens-on-request.js';
import { showTokens } from './exchange/what-the-application-sees.js';
import { whoWins } from './exchange/who-wins.js';
import { readSignedCookie, removeCookie } from './request/cookies.js';
import { bearer, type Place } from './request/places.js';
import { register } from './request/shops.js';
import { during, type Lack, type Shop, type Visit } from './request/visit.js';
import { ApplicationError } from './response/application-error.js';
import { announceEnd, fixCookies } from './response/headers.js';
import { holdHead } from './response/held-head.js';
import { answerUnavailable } from './response/unavailable.js';
import { ExpressStore } from './session/express-store.js';
import { loginOf, sessionsIn } from './session/sessions.js';
import { messageOf, settle, within } from './session/settle.js';
import type { CutoverOptions } from './settings/options.js';
import { type LegacySettings, type Settings, settingsOf } from './settings/settings.js';

/** An Express middleware, in Express's own terms or Node's. */
export type Handler = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;

/** How long the store may take to say who a request is from. */
const LONGEST = 2000;

/**
 * Serves an application from sessions, and exchanges the login JWTs that its clients still have for one.
 * Belongs after body parsers and CORS, before the routes: `app.use(cutover({ … }))`.
 * @throws OptionError at start-up, naming the option
 */
export function cutover(options: CutoverOptions): Handler {
  const shop = openShop(options);
  const { settings } = shop;
  const expressSession = session({
    resave: false,
    saveUninitialized: false,
    ...settings.session.express,
    secret: settings.session.secrets,
    name: settings.session.name,
    cookie: settings.session.cookie,
    store: shop.express,
  });
  shop.express.follow();

  return (incoming, res, next) => {
    const req = asExpress(incoming);
    if (req.session) {
      next(new Error(ANOTHER_SESSION));
      return;
    }
    const visit = newVisit(shop, req, res);
    const failed = (error: unknown) => {
      settings.report({ type: 'store-failed', message: messageOf(error) });
    };
    onHeaders(res, () => fixCookies(visit));
    const hold = holdHead(res, () => settle(visit), failed);
    const inSession = (id: string | undefined, data: SessionData | undefined) =>
      new Promise<void>((resolve, reject) => {
        const done = (error?: unknown) => (error ? reject(error) : resolve());
        shop.express.handing(id, data, () => expressSession(req, asExpressResponse(res), done));
      });

    within(LONGEST, identify(visit, inSession))
      .then((allowed) => {
        if (!allowed) return refuseCrossOrigin(visit);
        hold.begin();
        during(visit, () => {
          const endpoint = endpointOf(req, settings.path);
          if (endpoint) serveEndpoint(endpoint, visit, next);
          else next();
        });
      })
      .catch((error: unknown) => {
        if (error instanceof ApplicationError) return next(error.cause);
        failed(error);
        answerUnavailable(res);
      });
  };
}

type InSession = (id: string | undefined, data: SessionData | undefined) => Promise<void>;

/** Finds out who a request is from, and gives it the session. `false`: it is to be refused. */
async function identify(visit: Visit, inSession: InSession): Promise<boolean> {
  const { req, shop } = visit;
  const { settings, sessions } = shop;
  const { legacy } = settings;
  const { name, secrets } = settings.session;

  const id = readSignedCookie(req, name, secrets);
  const data = id === undefined ? undefined : await sessions.read(id);
  const tokens: Tokens = legacy
    ? await tokensOn(req, placesOn(req, settings, legacy), legacy, settings)
    : { found: [], speaking: undefined };
  const verdict = tokens.speaking?.verdict;
  visit.lack = lackOf(id, verdict?.refusal);
  visit.presented = verdict?.refusal !== undefined;

  // A header with a token that is the user's own was set by our own page: the cookie may come with it.
  const inHeader = tokens.speaking?.place.carrier === 'header';
  const sender = userOf(verdict);
  const vouched = inHeader && sender !== undefined && sender === loginOf(data)?.user;
  if (data && !vouched && isCrossOrigin(req, settings.trustedOrigins)) {
    if (!inHeader) return false;
    visit.cookieless = true;
    return asGuestOrToken(undefined);
  }
  return asGuestOrToken(data);

  async function asGuestOrToken(cookieSession: SessionData | undefined): Promise<boolean> {
    const login = loginOf(cookieSession);
    const winner = whoWins(login, verdict);
    const accepted = verdict?.accepted;
    visit.token = accepted;
    if (!legacy || !accepted || winner === 'session' || winner === 'nobody') {
      await enter(winner === 'nobody' && login ? undefined : cookieSession);
      if (legacy && winner === 'session') await settleSpending(visit, legacy);
      if (verdict?.refusal && verdict.refusal !== 'marker')
        settings.report({ type: 'refused', reason: verdict.refusal });
      else if (accepted && login) settings.report({ type: 'redundant', user: login.user });
    } else if (winner === 'renewed' && id !== undefined) {
      await enter(cookieSession);
      const opened = await renew(accepted, id, shop, legacy, req);
      if (opened === 'renewed') {
        const agent = req.headers['user-agent'];
        const renewed = loginFor(accepted, shop, agent);
        req.session.sessionLogin = legacy.once
          ? { ...renewed, token: { hash: accepted.hash, ends: accepted.ends, spent: true } }
          : renewed;
        settings.report({ type: 'exchanged', user: accepted.user });
      } else if (opened.refusal === undefined) {
        change(opened.id, opened.data);
        settings.report({ type: 'reused', user: accepted.user });
      } else {
        settings.report({ type: 'refused', reason: opened.refusal });
      }
    } else {
      await enter(undefined);
      const opened = await open(accepted, shop, legacy, req);
      if (opened.refusal === undefined) {
        change(opened.id, opened.data);
        // A page that we don't know may have sent a token of its own choice: it gets an answer and no cookie.
        visit.cookieless ||= isFromElsewhere(req, settings.trustedOrigins);
        // Somebody else's session must not be left open behind whoever is here now.
        if (login && id !== undefined) visit.replaced.push({ id, user: login.user });
        settings.report({ type: opened.fresh ? 'exchanged' : 'reused', user: accepted.user });
      } else {
        shop.express.makeGuest(req);
        visit.firstId = req.session.id;
        visit.lack = lackOf(undefined, opened.refusal);
        visit.presented = true;
        settings.report({ type: 'refused', reason: opened.refusal });
      }
    }
    if (legacy) {
      if (tokens.found.length > 0) announceEnd(visit.res, legacy);
      showTokens(visit, tokens.found, legacy);
    }
    return true;
  }

  /** Lets express-session begin, with the session that was read or without. */
  async function enter(cookieSession: SessionData | undefined): Promise<void> {
    if (!cookieSession && id !== undefined) removeCookie(req, name);
    await inSession(cookieSession ? id : undefined, cookieSession);
    visit.firstId = req.session?.id;
  }

  function change(to: string, session: SessionData): void {
    req.sessionID = to;
    shop.express.createSession(req, session);
  }
}

/** The shim's own endpoints also take a token the usual way, wherever the application reads it. */
function placesOn(req: Request, { path }: Settings, { from }: LegacySettings): readonly Place[] {
  return endpointOf(req, path) ? [...from, bearer()] : from;
}

/** What is missing, as clients of JWTs are told: an ended session and an expired token look alike to them. */
function lackOf(cookieId: string | undefined, refusal: string | undefined): Lack {
  if (refusal === undefined) return cookieId === undefined ? 'absent' : 'expired';
  return ['expired', 'spent', 'ended', 'marker', 'window-closed'].includes(refusal) ? 'expired' : 'invalid';
}

function userOf(verdict: Tokens['found'][number]['verdict'] | undefined): string | undefined {
  if (verdict?.refusal === 'marker') return undefined;
  return verdict?.accepted?.user ?? (verdict?.refusal === undefined ? undefined : verdict.user);
}

function openShop(options: CutoverOptions): Shop {
  const settings = settingsOf(options);
  const sessions = sessionsIn(settings.session.store, settings.session);
  const shop: Shop = {
    settings,
    sessions,
    ledger: ledgerIn(settings.session.store, settings.legacy?.closes ?? Date.now()),
    express: new ExpressStore(sessions),
  };
  register(shop);
  return shop;
}

function newVisit(shop: Shop, req: Request, res: ServerResponse): Visit {
  return {
    shop,
    req,
    res,
    lack: 'absent',
    presented: false,
    token: undefined,
    firstId: undefined,
    pending: [],
    replaced: [],
    clearCookie: false,
    cookieless: false,
    gone: false,
  };
}

function refuseCrossOrigin({ req, res, shop }: Visit): void {
  const { origin } = req.headers;
  shop.settings.report({ type: 'cross-origin', origin });
  res.statusCode = 403;
  res.setHeader('Content-Type', 'application/json; charset=utf-8');
  res.setHeader('Cache-Control', 'no-store');
  res.end(
    JSON.stringify({
      error: `a page of another origin can not use this session; is ${origin ?? 'it'} missing in cutover's trustedOrigins?`,
    }),
  );
}

const ANOTHER_SESSION =
  'cutover: another session middleware has served this request already. Remove its app.use(session(…)) and give its options as cutover({ session: … })';

/** Inside Express a request is Express's; outside, what we use of it is Node's. */
function asExpress(req: IncomingMessage): Request {
  if (isRequest(req)) return req;
  throw new TypeError('cutover: no request');
}

function isRequest(req: IncomingMessage): req is Request {
  return 'headers' in req;
}

function asExpressResponse(res: ServerResponse): Response {
  if (isResponse(res)) return res;
  throw new TypeError('cutover: no response');
}

function isResponse(res: ServerResponse): res is Response {
  return 'setHeader' in res;
}
