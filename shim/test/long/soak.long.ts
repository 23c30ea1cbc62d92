import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { startRedis } from '../support/redis.js';
import { startShop } from '../support/shop-on.js';
import { load } from './load.js';

/** Five minutes with a hundred thousand sessions: memory stays flat. `npm run soak` */
const MINUTES = Number(process.env.SOAK_MINUTES ?? 5);
const SESSIONS = 100_000;

test(`${MINUTES} minutes with ${SESSIONS} sessions`, async () => {
  const redis = await startRedis();
  await fill(redis.url);
  const { base, child } = await startShop({ kind: 'redis', port: redis.port });
  const running = load([base], 32);
  const samples: number[] = [];
  for (let sample = 0; sample < 10; sample += 1) {
    await new Promise((resolve) => setTimeout(resolve, MINUTES * 6000));
    samples.push(residentMegabytes(child));
  }
  const outcome = await running.stop();
  child.kill('SIGKILL');
  await redis.stop();
  console.log(`resident memory, MB: ${samples.join(' ')}`);
  console.log(JSON.stringify(outcome));
  expect(outcome).toMatchObject({ lost: 0, wrong: 0, odd: 0, broken: 0, revived: 0 });
  // Flat: the second half needs no more than the first had needed, with room for the collector's moods.
  const [early, late] = [samples.slice(2, 5), samples.slice(5)].map((part) => Math.max(...part));
  expect(late ?? 0).toBeLessThan((early ?? 0) * 1.15);
});

async function fill(url: string): Promise<void> {
  const client = new Redis(url);
  const now = Math.floor(Date.now() / 1000);
  for (let from = 0; from < SESSIONS; from += 1000) {
    const batch = client.pipeline();
    for (let at = from; at < from + 1000; at += 1) {
      const login = { user: `u${at}`, claims: { id: `u${at}` }, iat: now, exp: now + 86_400 };
      batch.set(`sess:filler-${at}`, JSON.stringify({ cookie: {}, sessionLogin: login }), 'EX', 86_400);
      batch.zadd(`sessions-of:u${at}`, (now + 86_400) * 1000, `filler-${at}`);
    }
    await batch.exec();
  }
  client.disconnect();
}

function residentMegabytes({ pid }: ChildProcess): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  return Math.round((pages * 4096) / 1024 / 1024);
}
