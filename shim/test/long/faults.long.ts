import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster, Redis } from 'ioredis';
import { afterAll, describe, expect, test } from 'vitest';
import { findService } from '../../../scripts/services.js';
import { startPostgres } from '../support/databases.js';
import { freePort, startCluster, startRedis } from '../support/redis.js';
import { startShop } from '../support/shop-on.js';
import { load, type Outcome } from './load.js';

/** Real servers under a constant load, and what becomes of its answers when they fail. `npm run faults` */
const rows: [string, Outcome][] = [];
const USERS = 16;
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs a fault in the middle of a load of twelve seconds. */
async function under(
  name: string,
  store: object,
  fault: (child: ChildProcess) => Promise<void>,
): Promise<Outcome> {
  const { base, child } = await startShop(store);
  const running = load(base, USERS);
  await later(3000);
  await fault(child);
  await later(6000);
  const outcome = await running.stop();
  child.kill('SIGKILL');
  rows.push([name, outcome]);
  return outcome;
}

/** What must hold whatever fails. */
function sound(outcome: Outcome): void {
  expect(outcome.wrong).toBe(0);
  expect(outcome.odd).toBe(0);
  expect(outcome.ok).toBeGreaterThan(500);
  expect(outcome.slowest).toBeLessThan(4000);
}

afterAll(() => {
  const heads = [
    'fault',
    'requests',
    '200',
    '503',
    'broken',
    'odd',
    'slowest ms',
    'sessions lost',
    'served as somebody else',
    'revived after logout',
  ];
  const lines = rows.map(([name, o]) => [
    name,
    o.requests,
    o.ok,
    o.unavailable,
    o.broken,
    o.odd,
    o.slowest,
    o.lost,
    o.wrong,
    o.revived,
  ]);
  for (const line of [heads, heads.map(() => '---'), ...lines]) console.log(`| ${line.join(' | ')} |`);
});

describe('Redis', () => {
  const kept = ['--appendonly', 'yes', '--appendfsync', 'always'];

  test('stopped and started', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kept-'));
    const port = await freePort();
    let redis = await startRedis({ port, args: [...kept, '--dir', folder] });
    const outcome = await under('Redis stopped for 2 s, with its file', { kind: 'redis', port }, async () => {
      await redis.stop();
      await later(2000);
      redis = await startRedis({ port, args: [...kept, '--dir', folder] });
    });
    await redis.stop();
    sound(outcome);
    expect(outcome.lost).toBe(0);
    expect(outcome.revived).toBe(0);
  });

  test('paused', async () => {
    const redis = await startRedis();
    const admin = new Redis(redis.url);
    const outcome = await under('CLIENT PAUSE 1500', { kind: 'redis', port: redis.port }, async () => {
      await admin.call('CLIENT', 'PAUSE', '1500', 'ALL');
    });
    admin.disconnect();
    await redis.stop();
    sound(outcome);
    expect(outcome.lost).toBe(0);
    expect(outcome.revived).toBe(0);
  });

  test('frozen', async () => {
    const redis = await startRedis();
    const outcome = await under('SIGSTOP for 3 s', { kind: 'redis', port: redis.port }, async () => {
      redis.child.kill('SIGSTOP');
      await later(3000);
      redis.child.kill('SIGCONT');
    });
    await redis.stop();
    sound(outcome);
    expect(outcome.lost).toBe(0);
    expect(outcome.revived).toBe(0);
  });

  test('a Cluster of six loses a master', async () => {
    const cluster = await startCluster();
    const outcome = await under(
      'kill -9 of a Cluster master',
      { kind: 'cluster', ports: cluster.ports },
      async () => {
        const admin = new Cluster(cluster.ports.map((port) => ({ host: '127.0.0.1', port })));
        const slots = await admin.cluster('SLOTS');
        const master = Array.isArray(slots) ? Number(slots[0]?.[2]?.[1]) : 0;
        admin.disconnect();
        cluster.servers.find(({ port }) => port === master)?.child.kill('SIGKILL');
        await later(3000);
      },
    );
    await cluster.stop();
    sound(outcome);
  });

  test.each([[false], [true]])('Sentinel fails over, WAIT %s', async (wait) => {
    const master = await startRedis();
    const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(master.port)] });
    const sentinels = await Promise.all([1, 2, 3].map(() => startSentinel(master.port)));
    await later(3000);
    const ports = sentinels.map(({ port }) => port);
    const name = `Sentinel failover, ${wait ? 'WAIT for the replica' : 'as it comes'}`;
    const outcome = await under(name, { kind: 'sentinel', ports, wait }, async () => {
      master.child.kill('SIGKILL');
      await later(4000);
    });
    for (const { child } of sentinels) child.kill('SIGKILL');
    await replica.stop();
    expect(outcome.wrong).toBe(0);
    expect(outcome.odd).toBe(0);
    // With WAIT nothing is acknowledged that only the dead master had.
    if (wait) expect(outcome.lost).toBe(0);
  });
});

test('PostgreSQL restarts', async () => {
  const database = await startPostgres();
  const outcome = await under(
    'PostgreSQL restarted',
    { kind: 'knex', config: { ...database.config, pool: { min: 0, max: 8 } } },
    () => database.restart(),
  );
  await database.stop();
  sound(outcome);
  expect(outcome.lost).toBe(0);
  expect(outcome.revived).toBe(0);
});

test('SIGTERM: requests that run are answered', async () => {
  const redis = await startRedis();
  const { base, child } = await startShop({ kind: 'redis', port: redis.port });
  const open = Array.from({ length: 20 }, () => fetch(`${base}/slow`).then(({ status }) => status));
  await later(200);
  child.kill('SIGTERM');
  expect(await Promise.all(open)).toEqual(Array.from({ length: 20 }, () => 200));
  await redis.stop();
});

async function startSentinel(master: number): Promise<{ port: number; child: ChildProcess }> {
  const port = await freePort();
  const file = join(mkdtempSync(join(tmpdir(), 'sentinel-')), 'sentinel.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `sentinel monitor shop 127.0.0.1 ${master} 2`,
    'sentinel down-after-milliseconds shop 1000',
    'sentinel failover-timeout shop 5000',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const child = spawn(findService('redis-server') ?? 'redis-server', [file, '--sentinel'], {
    stdio: 'ignore',
  });
  return { port, child };
}
