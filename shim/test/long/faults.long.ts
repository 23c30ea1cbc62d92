import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
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
  const running = load([base], USERS);
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

describe('the process', () => {
  const kept = { kind: 'redis' };

  /** Processes one after the other on one port; the load goes on meanwhile. */
  async function oneAfterTheOther(name: string, end: (round: number) => object, signal?: NodeJS.Signals) {
    const redis = await startRedis();
    const listen = await freePort();
    const first = await startShop({ ...kept, port: redis.port, listen, ...end(0) });
    const running = load([first.base], USERS);
    const until = Date.now() + 20_000;
    let { child } = first;
    let round = 0;
    while (Date.now() < until) {
      const gone = once(child, 'exit');
      if (signal) {
        await later(1000);
        child.kill(signal);
      }
      await gone;
      round += 1;
      ({ child } = await startShop({ ...kept, port: redis.port, listen, ...end(round) }));
    }
    const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    const outcome = await running.stop();
    child.kill('SIGKILL');
    await gone;
    await redis.stop();
    rows.push([`${name}, ${round} times`, outcome]);
    expect(round).toBeGreaterThan(3);
    return outcome;
  }

  test('killed between any two writes', async () => {
    // Never after the same number of writes, so that it dies in the middle of everything in turn.
    const outcome = await oneAfterTheOther('process killed between two writes', (round) => ({
      dieAfter: 200 + ((round * 37) % 101),
    }));
    expect(outcome).toMatchObject({ wrong: 0, odd: 0, lost: 0, revived: 0 });
    expect(outcome.broken).toBeGreaterThan(0);
  });

  test('SIGTERM under load, another in its place', async () => {
    const outcome = await oneAfterTheOther('SIGTERM, another process in its place', () => ({}), 'SIGTERM');
    expect(outcome).toMatchObject({ wrong: 0, odd: 0, lost: 0, revived: 0 });
  });

  test('SIGTERM: requests that run are answered', async () => {
    const redis = await startRedis();
    const { base, child } = await startShop({ ...kept, port: redis.port });
    const open = Array.from({ length: 20 }, () => fetch(`${base}/slow`).then(({ status }) => status));
    await later(200);
    child.kill('SIGTERM');
    expect(await Promise.all(open)).toEqual(Array.from({ length: 20 }, () => 200));
    await redis.stop();
  });

  test('one of two has its clock moved an hour ahead, an hour back, and set right', async () => {
    const redis = await startRedis();
    const shops = [
      await startShop({ ...kept, port: redis.port }),
      await startShop({ ...kept, port: redis.port }),
    ];
    const running = load(
      shops.map(({ base }) => base),
      USERS,
    );
    for (const hours of [1, -1, 0]) {
      await later(4000);
      shops[0]?.child.send({ clock: hours * 3_600_000 });
    }
    await later(2000);
    const outcome = await running.stop();
    for (const { child } of shops) child.kill('SIGKILL');
    await redis.stop();
    rows.push(['clock of one process moved by an hour, to and fro', outcome]);
    sound(outcome);
    expect(outcome).toMatchObject({ lost: 0, revived: 0, broken: 0, unavailable: 0 });
  });
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
