import express, { type Express } from 'express';
import { expect, test } from 'vitest';
import { issueHandoff, memoryStore, redeemHandoff } from '../src/index.js';
import { client } from './support/server.js';
import { optionsFor, shopApplication, type Wanted } from './support/shop.js';

/** Two hosts of one login: each with a cookie of its own, on one store. */
async function hosts(wanted: Wanted = {}) {
  const store = memoryStore();
  const routes = (app: Express) => {
    app.post('/issue', (req, res) => {
      issueHandoff(req, req.body).then(
        (ticket) => res.json({ ticket }),
        (error) => res.status(error.status ?? 500).json({ error: error.message }),
      );
    });
    app.post('/redeem', (req, res) => {
      redeemHandoff(req, req.body.ticket, req.body).then(
        (claims) => res.json(claims),
        (error) => res.status(error.status ?? 500).json({ error: error.message }),
      );
    });
  };
  const [one, two] = await Promise.all(
    ['one', 'two'].map((secret) =>
      shopApplication(
        optionsFor({ ...wanted, session: { secret, store, ...wanted.session } }),
        express,
        routes,
      ),
    ),
  );
  return { accounts: client(one ?? ''), shop: client(two ?? '') };
}

const post = (json: object) => ({ method: 'POST', json });
const audience = 'shop.example.com';

test('a ticket starts a session of the same user on the other host, once', async () => {
  const { accounts, shop } = await hosts();
  await accounts.ask('/login', post({ id: 'ada', role: 'admin', expiresIn: 600 }));
  const { ticket } = (await accounts.ask('/issue', post({ audience }))).json;
  expect((await shop.ask('/redeem', post({ ticket, audience }))).json).toMatchObject({
    id: 'ada',
    role: 'admin',
  });
  expect((await shop.ask('/me')).json.exp).toBe((await accounts.ask('/me')).json.exp);
  expect((await shop.ask('/redeem', post({ ticket, audience }))).status).toBe(401);
  // Out everywhere is out on both.
  await shop.ask('/everywhere/ada', { method: 'POST' });
  expect((await accounts.ask('/me')).status).toBe(401);
  expect((await shop.ask('/me')).status).toBe(401);
});

test('of many who redeem at once one gets in', async () => {
  const { accounts, shop } = await hosts();
  await accounts.ask('/login', post({ id: 'ada' }));
  const { ticket } = (await accounts.ask('/issue', post({ audience }))).json;
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => shop.ask('/redeem', { ...post({ ticket, audience }), noCookie: true })),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter(({ headers }) => headers.getSetCookie().length > 0)).toHaveLength(1);
});

test('for another audience, another browser, or made up: nobody, and the ticket is gone', async () => {
  const { accounts, shop } = await hosts();
  await accounts.ask('/login', post({ id: 'ada' }));
  const issue = async (json: object) => (await accounts.ask('/issue', post(json))).json.ticket;
  for (const [issued, wrong] of [
    [{ audience }, { audience: 'blog.example.com' }],
    [
      { audience, state: 'a' },
      { audience, state: 'b' },
    ],
    [{ audience, state: 'a' }, { audience }],
    [{ audience }, { audience, state: 'a' }],
  ] as const) {
    const ticket = await issue(issued);
    expect((await shop.ask('/redeem', post({ ticket, ...wrong }))).status).toBe(401);
    expect((await shop.ask('/redeem', post({ ticket, ...issued }))).status).toBe(401);
  }
  for (const ticket of ['x', '', null, {}, ['a']])
    expect((await shop.ask('/redeem', post({ ticket, audience }))).status).toBe(401);
  expect(shop.cookies.size).toBe(0);
});

test('without a session there is no ticket, and after its end the ticket opens nothing', async () => {
  const { accounts, shop } = await hosts();
  expect((await accounts.ask('/issue', post({ audience }))).status).toBe(401);
  await accounts.ask('/login', post({ id: 'ada' }));
  expect((await accounts.ask('/issue', post({}))).json.error).toMatch(/audience/);
  const { ticket } = (await accounts.ask('/issue', post({ audience }))).json;
  await accounts.ask('/logout', { method: 'POST' });
  expect((await shop.ask('/redeem', post({ ticket, audience }))).json.error).toBe('jwt expired');
});

test('a ticket is over after a minute, and the store never sees it', async () => {
  const seen: [string, string, number][] = [];
  const store = memoryStore();
  const put: typeof store.put = async (...args) => {
    seen.push(args);
    await store.put(...args);
  };
  const { accounts } = await hosts({ session: { store: { ...store, put } } });
  await accounts.ask('/login', post({ id: 'ada' }));
  const { ticket } = (await accounts.ask('/issue', post({ audience }))).json;
  const [, , ttl] = seen.find(([key]) => key.startsWith('handoff:')) ?? [];
  expect(ttl).toBe(60_000);
  expect(JSON.stringify(seen)).not.toContain(ticket);
});
