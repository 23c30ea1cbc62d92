import { messageOf } from '../events.js';
import { leaveLoggedOut } from '../exchange/kept-anew.js';
import type { Visit } from '../request/visit.js';
import { within } from '../response/unavailable.js';
import { loginOf } from './sessions.js';

/** How long a response waits for the store. */
const LONGEST = 2000;

/**
 * What must be done before the head of a response may leave: the session stored, what it replaces and what was
 * logged out ended. Returns nothing when nothing is to be done. The promise rejects when the store fails or is
 * too slow.
 */
export function settle(visit: Visit): Promise<unknown> | undefined {
  const storing = store(visit);
  if (!storing && visit.pending.length === 0 && visit.replaced.length === 0) return undefined;
  const work = async () => {
    await storing;
    await Promise.all(visit.pending);
    const { sessions } = visit.shop;
    await leaveLoggedOut(visit);
    await Promise.all(visit.replaced.splice(0).map(({ id, user }) => sessions.end(id, user)));
  };
  return within(LONGEST, work());
}

/** Stores the session where express-session would have, only sooner. */
function store(visit: Visit): Promise<unknown> | undefined {
  const { req, shop } = visit;
  const held = req.session;
  if (!held) {
    const unset = shop.settings.session.express.unset === 'destroy' && typeof req.sessionID === 'string';
    return unset ? shop.sessions.end(req.sessionID, undefined) : undefined;
  }
  const stored = shop.express.isStored(held);
  if (stored && !shop.express.isChanged(held)) {
    touch(visit);
    return undefined;
  }
  const { saveUninitialized } = shop.settings.session.express;
  if (!stored && !saveUninitialized && held.id === visit.firstId && !shop.express.isChanged(held))
    return undefined;
  held.touch();
  return shop.express.keep(held.id, held).then((outcome) => {
    if (outcome === 'gone') visit.gone = true;
    const login = loginOf(held);
    if (outcome === 'stored' && login && !stored) shop.settings.report({ type: 'started', user: login.user });
  });
}

/** The answer does not depend on a touch: it neither waits for one nor fails with it. */
function touch({ req, shop }: Visit): void {
  shop.sessions.touch(req.session.id, req.session).catch((error: unknown) => {
    shop.settings.report({ type: 'store-failed', message: messageOf(error) });
  });
}
