import express from 'express';
import { Registry } from 'prom-client';
import { describe, expect, test, vi } from 'vitest';
import { countingIn } from '../src/counters/counting.js';
import { cutover, memoryStore, prometheusRegistry, readCounts, type ShimEvent } from '../src/index.js';
import { client, listen } from './support/server.js';
import { optionsFor, shopApplication, tokenOf } from './support/shop.js';

const EXCHANGED: ShimEvent = { type: 'exchanged', user: 'ada' };
const today = () => new Date().toISOString().slice(0, 10);
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('what happens is in the store a moment later, by kind and reason, and names nobody', async () => {
  const store = memoryStore();
  const base = await shopApplication(optionsFor({ session: { store } }));
  const browser = client(base);
  const token = tokenOf('ada');
  await browser.ask('/me', { token });
  await client(base).ask('/me', { token });
  await browser.ask('/me', { token });
  await client(base).ask('/me', { token });
  await client(base).ask('/me', { token: `${token}x` });
  await browser.ask('/logout', { method: 'POST' });
  await browser.ask('/login', { method: 'POST', json: { id: 'bob' } });
  await vi.waitFor(
    async () =>
      expect(await readCounts(store)).toEqual([
        {
          day: today(),
          counts: {
            exchanged: 1,
            reused: 1,
            redundant: 1,
            'refused:spent': 1,
            'refused:signature': 1,
            ended: 1,
            started: 1,
          },
        },
      ]),
    5000,
  );
});

describe('counting', () => {
  test('many events are one write', async () => {
    const store = memoryStore();
    const count = vi.spyOn(store, 'count');
    const counting = countingIn(store, 20);
    for (let at = 0; at < 1000; at += 1) counting.count(EXCHANGED);
    await later(60);
    expect(count).toHaveBeenCalledTimes(1);
    counting.count({ type: 'refused', reason: 'expired' });
    await later(60);
    expect(count).toHaveBeenCalledTimes(2);
    expect(await readCounts(store)).toEqual([
      { day: today(), counts: { exchanged: 1000, 'refused:expired': 1 } },
    ]);
    expect(counting.totals()).toEqual({ exchanged: 1000, 'refused:expired': 1 });
  });

  test('a store that is away, or hangs, fails no request, and is told later', async () => {
    const store = memoryStore();
    const { count } = store;
    const fails = vi.fn(() => Promise.reject(new Error('away')));
    Object.assign(store, { count: fails });
    const counting = countingIn(store, 10);
    counting.count(EXCHANGED);
    await later(50);
    expect(fails).toHaveBeenCalled();
    counting.count(EXCHANGED);
    Object.assign(store, { count });
    await vi.waitFor(async () =>
      expect(await readCounts(store)).toEqual([{ day: today(), counts: { exchanged: 2 } }]),
    );
    Object.assign(store, { count: () => new Promise(() => {}) });
    const base = await shopApplication(optionsFor({ session: { store } }));
    expect((await client(base).ask('/me', { token: tokenOf('ada') })).status).toBe(200);
  });
});

describe('prom-client', () => {
  test('the counter in a registry of the application’s', async () => {
    const register = new Registry();
    expect(prometheusRegistry(register)).toBe(register);
    const app = express();
    app.use(cutover(optionsFor()));
    app.get('/metrics', async (_req, res) => {
      res.type(register.contentType).send(await register.metrics());
    });
    const base = await listen(app);
    const expired = tokenOf('ada', { exp: 1 });
    for (const _ of [1, 2]) await client(base).ask('/x', { token: expired });
    const before = (await client(base).ask('/metrics')).text;
    const value = /^jwt_to_session_events_total\{type="refused",reason="expired"\} (\d+)$/m;
    expect(Number(value.exec(before)?.[1])).toBe(2);
    await client(base).ask('/x', { token: expired });
    expect(Number(value.exec((await client(base).ask('/metrics')).text)?.[1])).toBe(3);
  });

  test('a registry of its own, with the type that scrapers want', async () => {
    const registry = prometheusRegistry();
    expect(registry.contentType).toMatch(/text\/plain|openmetrics/);
    expect(await registry.metrics()).toContain('# TYPE jwt_to_session_events_total counter');
  });
});
