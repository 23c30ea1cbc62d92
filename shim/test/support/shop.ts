import type { Express } from 'express';
import jwt from 'jsonwebtoken';
import {
  type CutoverOptions,
  cutover,
  endAllSessions,
  endSession,
  type LegacyOptions,
  memoryStore,
  requireSession,
  type SessionOptions,
  type ShimEvent,
  sessionClaims,
  startSession,
} from '../../src/index.js';
import { EXPRESSES, listen } from './server.js';

declare module 'express-session' {
  interface SessionData {
    count?: number;
  }
}

export const SECRET = 'the application signs with this';

export interface Wanted extends Partial<Omit<CutoverOptions, 'session' | 'legacy'>> {
  readonly session?: Partial<SessionOptions>;
  readonly legacy?: Partial<LegacyOptions> | false;
}

/** Options for an application that signed `{ id }` with HS256; events end up in the list. */
export function optionsFor(wanted: Wanted = {}, events: ShimEvent[] = []): CutoverOptions {
  const { session, legacy, ...rest } = wanted;
  return {
    session: { secret: 'the cookie is signed with this', store: memoryStore(), ...session },
    user: ({ id }) => String(id),
    legacy: legacy === false ? false : { keys: { key: SECRET, algorithms: ['HS256'] }, ...legacy },
    window: { closes: new Date(Date.now() + 30 * 24 * 3_600_000) },
    grace: 0,
    onEvent: (event) => {
      if (process.env.SHOW) console.log(event);
      events.push(event);
    },
    ...rest,
  };
}

/** A token as the application signed it before; `age` in seconds. */
export function tokenOf(
  id: string,
  { age = 0, ...claims }: Record<string, unknown> & { age?: number } = {},
): string {
  const iat = Math.floor(Date.now() / 1000) - age;
  return jwt.sign({ id, iat, ...claims }, SECRET, claims.exp === undefined ? { expiresIn: '7d' } : {});
}

/** An application on sessions: who am I, log in, log out, count. */
export async function shopApplication(
  options: CutoverOptions,
  express: (typeof EXPRESSES)[number][1] = EXPRESSES[0][1],
  more: (app: Express) => void = () => {},
): Promise<string> {
  const app = express();
  app.use(express.json());
  app.use(cutover(options));
  app.get('/me', (req, res) => {
    const claims = sessionClaims(req);
    if (!claims) res.status(401).json({ error: reasonOf(req) });
    else res.json({ ...claims, authorization: req.headers.authorization });
  });
  app.post('/login', (req, res) => {
    const { expiresIn, ...claims } = req.body;
    res.json({ token: startSession(req, claims, expiresIn === undefined ? {} : { expiresIn }) });
  });
  app.post('/logout', (req, res) => {
    void endSession(req);
    res.json({ out: true });
  });
  app.post('/everywhere/:user', (req, res, next) => {
    endAllSessions(req.params.user).then(() => res.json({ out: true }), next);
  });
  app.all('/count', (req, res) => {
    req.session.count = (req.session.count ?? 0) + 1;
    res.json({ count: req.session.count });
  });
  more(app);
  return listen(app);
}

function reasonOf(req: Parameters<typeof requireSession>[0]): string {
  try {
    requireSession(req);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
}
