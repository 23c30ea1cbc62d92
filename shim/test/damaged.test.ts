import { expect, test } from 'vitest';
import { hashOf } from '../src/acceptance/hash.js';
import { memoryStore } from '../src/index.js';
import { client } from './support/server.js';
import { optionsFor, shopApplication, tokenOf } from './support/shop.js';

/** What may be found where a session or a ledger entry should be: cut short, or written by something else. */
const DAMAGED = ['', '{', '{"cookie":', 'null', '7', '[]', '"text"', '{}', '{"cookie":null}', '{"cookie":7}'];

test.each(DAMAGED)('a session that reads %j is none: a guest, who can log in again', async (text) => {
  const store = memoryStore();
  const base = await shopApplication(optionsFor({ session: { store } }));
  const browser = client(base);
  await browser.ask('/login', { method: 'POST', json: { id: 'ada' } });
  const [id = ''] = await store.listed('sessions-of:ada');
  await store.put(`sess:${id}`, text, 60_000);
  expect((await browser.ask('/me')).status).toBe(401);
  expect((await browser.ask('/logout', { method: 'POST' })).status).toBe(200);
  expect((await browser.ask('/login', { method: 'POST', json: { id: 'ada' } })).status).toBe(200);
  expect((await browser.ask('/me')).json.id).toBe('ada');
});

test.each(DAMAGED)('a ledger entry that reads %j opens nothing', async (text) => {
  const store = memoryStore();
  const base = await shopApplication(optionsFor({ session: { store } }));
  const token = tokenOf('ada');
  await store.put(`exchange:${hashOf(token)}`, text, 60_000);
  const browser = client(base);
  expect((await browser.ask('/me', { token })).status).toBe(401);
  await browser.ask('/login', { method: 'POST', json: { id: 'ada' } });
  expect((await browser.ask('/me', { token })).json.id).toBe('ada');
});
