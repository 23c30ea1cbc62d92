import jwt from 'jsonwebtoken';
import { beforeEach, describe, expect, test } from 'vitest';
import { bearer, body, cookie, endSession } from '../src/index.js';
import { client } from './support/server.js';
import { optionsFor, SECRET, shopApplication, tokenOf } from './support/shop.js';

/**
 * Whoever logs out and in again within a second gets, letter for letter, the refresh token that was logged out.
 * The application has taken the first out of what it keeps and has put the second in, so it is good.
 */

const REFRESH = 'refresh tokens are signed with this';
const now = () => Math.floor(Date.now() / 1000);
const refresh = (id: string, { age = 0, ...more }: { age?: number } & object = {}) =>
  jwt.sign({ id, iat: now() - age, exp: now() - age + 86_400, ...more }, REFRESH);

const kept = new Set<string>();
/** What happens while the application looks a token up. */
let lookingUp = async () => {};
beforeEach(() => {
  kept.clear();
  lookingUp = async () => {};
});

const keeping = () =>
  shopApplication(
    optionsFor({
      legacy: {
        keys: [
          { key: SECRET, algorithms: ['HS256'] },
          {
            key: REFRESH,
            algorithms: ['HS256'],
            refresh: true,
            claims: async ({ id }, _req, token) => {
              const found = kept.has(token);
              await lookingUp();
              return found ? { id } : undefined;
            },
          },
        ],
        from: [bearer(), cookie('refreshToken'), body('refreshToken')],
      },
    }),
    undefined,
    (app) => {
      // As the step `install` leaves a logout: the session first, then what the application did anyway.
      app.post('/leave', async (req, res) => {
        void endSession(req);
        await Promise.resolve();
        kept.delete(req.body.refreshToken);
        res.json({});
      });
      app.post('/leave-later', (req, res) => {
        void endSession(req);
        res.json({});
        res.on('finish', () => kept.delete(req.body.refreshToken));
      });
    },
  );

const keep = (token: string) => {
  kept.add(token);
  return token;
};
const leave = (base: string, refreshToken: string, path = '/leave') =>
  client(base).ask(path, { method: 'POST', json: { refreshToken } });
const statusFor = async (base: string, token: string, browser = client(base)) =>
  (await browser.ask('/me', { token })).status;

describe('a refresh token that the application took out at its logout', () => {
  test('opens nothing, and is good again once it is kept anew', async () => {
    const base = await keeping();
    const token = keep(refresh('ada'));
    await leave(base, token);
    expect(await statusFor(base, token)).toBe(401);
    keep(token);
    expect(await statusFor(base, token)).toBe(200);
  });

  test('can be logged out and kept anew time and again, and leads whoever has it to one session', async () => {
    const base = await keeping();
    const token = refresh('ada');
    for (const _ of [1, 2, 3]) {
      keep(token);
      const [one, other] = [client(base), client(base)];
      const both = await Promise.all([statusFor(base, token, one), statusFor(base, token, other)]);
      expect(both).toEqual([200, 200]);
      expect(one.cookies.get('session')).toBe(other.cookies.get('session'));
      await leave(base, token);
      expect(await statusFor(base, token)).toBe(401);
      expect((await one.ask('/me')).status).toBe(401);
    }
  });

  test('prolongs the session of the next login', async () => {
    const base = await keeping();
    const token = keep(refresh('ada'));
    await leave(base, token);
    keep(token);
    const browser = client(base);
    await browser.ask('/me', { token: tokenOf('ada', { exp: now() + 900 }) });
    await browser.ask('/count', { method: 'POST', json: { refreshToken: token } });
    expect(Number((await browser.ask('/me')).json.exp) - now()).toBeGreaterThan(80_000);
  });

  test('without a time in it may be the next login’s at any later time', async () => {
    const base = await keeping();
    const token = keep(jwt.sign({ id: 'ada' }, REFRESH, { noTimestamp: true }));
    await leave(base, token);
    keep(token);
    expect(await statusFor(base, token)).toBe(200);
  });

  test('is not let in by a request that looked it up before the logout and goes on after it', async () => {
    const base = await keeping();
    const token = keep(refresh('ada'));
    let goOn = () => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    lookingUp = () => held;
    const late = statusFor(base, token);
    await new Promise((resolve) => setTimeout(resolve, 50));
    lookingUp = async () => {};
    await leave(base, token);
    goOn();
    expect(await late).toBe(401);
  });
});

describe('a refresh token that was logged out stays refused', () => {
  test('where the application still keeps it', async () => {
    const base = await keeping();
    const token = keep(refresh('ada'));
    const browser = client(base);
    expect(await statusFor(base, token, browser)).toBe(200);
    await browser.ask('/session', { method: 'DELETE', json: { refreshToken: token } });
    expect(await statusFor(base, token)).toBe(401);
    const other = keep(refresh('bob'));
    await leave(base, other, '/logout');
    expect(await statusFor(base, other)).toBe(401);
  });

  test('where it was taken out only after the answer', async () => {
    const base = await keeping();
    const token = keep(refresh('ada'));
    await leave(base, token, '/leave-later');
    keep(token);
    expect(await statusFor(base, token)).toBe(401);
  });

  test('where it was made earlier, so that no later login is given the same', async () => {
    const base = await keeping();
    const token = keep(refresh('ada', { age: 60 }));
    await leave(base, token);
    keep(token);
    expect(await statusFor(base, token)).toBe(401);
  });

  test('where the look-up fails while the logout is answered', async () => {
    const base = await keeping();
    const token = keep(refresh('ada'));
    let asked = 0;
    lookingUp = async () => {
      asked += 1;
      if (asked === 2) throw new Error('database away');
    };
    expect((await leave(base, token)).status).toBe(200);
    expect(asked).toBe(2);
    keep(token);
    expect(await statusFor(base, token)).toBe(401);
  });
});
