import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request, Response } from 'express';
import session, { type SessionData } from 'express-session';
import onHeaders from 'on-headers';
import { countingIn } from './counters/counting.js';
import { endpointOf, serveEndpoint } from './endpoints.js';
import { messageOf } from './events.js';
import { identify } from './exchange/identify.js';
import { ledgerIn } from './exchange/ledger.js';
import { isProxyNotTrusted, PROXY_NOT_TRUSTED } from './request/secure.js';
import { register } from './request/shops.js';
import { during, type Shop, type Visit } from './request/visit.js';
import { ApplicationError } from './response/application-error.js';
import { fixCookies } from './response/headers.js';
import { holdHead } from './response/held-head.js';
import { answerUnavailable, within } from './response/unavailable.js';
import { endsOf } from './session/ends.js';
import { ExpressStore } from './session/express-store.js';
import { keptIn } from './session/kept.js';
import { keptBeside } from './session/kept-beside.js';
import { type Sessions, sessionsIn } from './session/sessions.js';
import { settle } from './session/settle.js';
import type { CutoverOptions } from './settings/options.js';
import { type Settings, settingsOf } from './settings/settings.js';
import { warnOfOtherStore } from './stores/express-session-store.js';

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
  const lookAtProxy = proxyWarning(settings);

  return (incoming, res, next) => {
    const req = asExpress(incoming);
    if (req.session) {
      next(new Error(ANOTHER_SESSION));
      return;
    }
    lookAtProxy(req);
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

function openShop(options: CutoverOptions): Shop {
  const checked = settingsOf(options);
  const counting = countingIn(checked.session.store);
  const settings: Settings = {
    ...checked,
    report(event) {
      counting.count(event);
      checked.report(event);
    },
  };
  const { store, otherStore } = settings.session;
  if (otherStore) warnOfOtherStore(otherStore);
  const kept = otherStore ? keptBeside(otherStore, store) : keptIn(store);
  const stored = sessionsIn(kept, store, settings.session);
  const ends = endsOf(async (id) => (await stored.read(id)) !== undefined);
  const sessions: Sessions = {
    ...stored,
    async end(id, user) {
      await stored.end(id, user);
      ends.tell(id);
    },
  };
  const shop: Shop = {
    settings,
    sessions,
    ledger: ledgerIn(store, settings.legacy?.closes ?? Date.now()),
    express: new ExpressStore(sessions),
    ends,
    counting,
  };
  register(shop);
  return shop;
}

/** Says once, in production, that the cookie can't be Secure. In development proxies come and go. */
function proxyWarning({ session: options, report }: Settings): (req: Request) => void {
  let said = process.env.NODE_ENV !== 'production';
  return (req) => {
    if (said || !isProxyNotTrusted(req, options)) return;
    said = true;
    report({ type: 'proxy-not-trusted', message: PROXY_NOT_TRUSTED });
    process.emitWarning(`cutover: ${PROXY_NOT_TRUSTED}`, { code: 'JWT_TO_SESSION_PROXY' });
  };
}

function newVisit(shop: Shop, req: Request, res: ServerResponse): Visit {
  return {
    shop,
    req,
    res,
    lack: 'absent',
    presented: false,
    renewing: false,
    ended: false,
    over: false,
    trace: undefined,
    takenBack: false,
    token: undefined,
    refreshing: undefined,
    loggedOut: [],
    firstId: undefined,
    pending: [],
    replaced: [],
    byHandle: false,
    cameByCookie: false,
    clearCookie: false,
    cookieless: false,
    withheld: false,
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
