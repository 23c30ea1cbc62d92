import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';
import { expect, test } from 'vitest';
import { startRedis } from '../support/redis.js';
import { client } from '../support/server.js';
import { tokenOf } from '../support/shop.js';
import { startProcess } from '../support/shop-on.js';

/** What a request costs, authenticated in each way, side by side in one run. `npm run bench:shim` */
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const SECONDS = 3;
const CONNECTIONS = 32;

interface Way {
  readonly name: string;
  /** As `cost-process.mjs` knows it. */
  readonly way: string;
  /** The headers of the next request. */
  headers(base: string): Promise<() => Record<string, string>>;
}

const withCookie = async (base: string, token?: string) => {
  const browser = client(base);
  await browser.ask('/', token === undefined ? {} : { token });
  const cookie = `session=${browser.cookies.get('session')}`;
  return () => ({ cookie });
};
const withToken = async () => {
  const authorization = `Bearer ${tokenOf('ada')}`;
  return () => ({ authorization });
};

const WAYS: readonly Way[] = [
  { name: 'no authentication', way: 'none', headers: async () => () => ({}) },
  { name: 'jsonwebtoken, a string as secret', way: 'jsonwebtoken', headers: withToken },
  { name: 'express-session with connect-redis', way: 'express-session', headers: (base) => withCookie(base) },
  { name: 'cutover, a session', way: 'cutover', headers: (base) => withCookie(base, tokenOf('ada')) },
  { name: 'cutover, the same token again', way: 'cutover', headers: withToken },
  {
    name: 'cutover, a token exchanged',
    way: 'cutover',
    async headers() {
      // Signed before the clock starts: more of them than a round can use.
      const fresh = Array.from({ length: 12_000 }, (_, at) =>
        tokenOf(`user-${at}`, { nonce: Math.random() }),
      );
      return () => ({ authorization: `Bearer ${fresh.pop() ?? tokenOf('ada', { nonce: Math.random() })}` });
    },
  },
];

interface Measured {
  /** Requests a second; says little on a machine that others use too. */
  readonly rate: number;
  /** Microseconds of processor time that the server spent on a request. */
  readonly cost: number;
}

test(`${ROUNDS} rounds of ${SECONDS} s each`, async () => {
  const redis = await startRedis();
  const measured = new Map<string, Measured[]>(WAYS.map(({ name }) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { name, way, headers } of WAYS) {
      const { base, child } = await startProcess('cost-process.mjs', { way, port: redis.port });
      const next = await headers(base);
      await drive(base, child, next, 1);
      measured.get(name)?.push(await drive(base, child, next, SECONDS));
      child.kill();
    }
  }
  await redis.stop();
  const costs = (name: string) => median((measured.get(name) ?? []).map(({ cost }) => cost));
  const plain = costs('no authentication');
  console.log(
    '| | µs of processor time a request | of no authentication | requests/s |\n| --- | --- | --- | --- |',
  );
  for (const [name, all] of measured) {
    const rate = median(all.map((one) => one.rate));
    console.log(
      `| ${name} | ${Math.round(costs(name))} | ${(costs(name) / plain).toFixed(2)} | ${Math.round(rate)} |`,
    );
  }
});

async function drive(
  base: string,
  child: ChildProcess,
  next: () => Record<string, string>,
  duration: number,
): Promise<Measured> {
  const before = processorTime(child);
  const result = await autocannon({
    url: base,
    connections: CONNECTIONS,
    duration,
    requests: [{ setupRequest: (request) => ({ ...request, headers: { ...request.headers, ...next() } }) }],
  });
  expect(result.non2xx + result.errors).toBe(0);
  return {
    rate: result.requests.average,
    cost: (processorTime(child) - before) / result.requests.total,
  };
}

/** Of a process, in microseconds: the 14th and 15th field, in hundredths of a second (Linux). */
function processorTime({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
