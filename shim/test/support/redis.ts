import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findService, type ServiceName } from '../../../scripts/services.js';

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** The process, to be stopped and continued. */
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

/** Whether tests that need a service run: without it they are reported as skipped, and fail where CI is set. */
export function isHere(name: ServiceName): boolean {
  if (findService(name) || process.env.CI === 'true') return true;
  console.warn(`${name} is not on this machine: tests that need it are skipped`);
  return false;
}

/** A real Redis on a free loopback port. Throws, naming what to install, when there is none on this machine. */
export async function startRedis(
  given: { port?: number; args?: readonly string[] } = {},
): Promise<RedisServer> {
  const port = given.port ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--dir',
    folder,
    ...(given.args ?? []),
  ];
  const program = findService('redis-server');
  if (!program) throw new Error('redis-server is not on this machine: apt-get install redis-server');
  const child = spawn(program, args, { stdio: 'ignore' });
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
  });
  failed.catch(() => {});
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await Promise.race([answers(port), failed]);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    child,
    async stop() {
      child.kill('SIGKILL');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(port: number): Promise<void> {
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 20, maxRetriesPerRequest: null });
  client.on('error', () => {});
  await client.ping();
  client.disconnect();
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address && typeof address === 'object') resolve(address.port);
        else reject(new Error('no port'));
      });
    });
  });
}

export interface RedisCluster {
  readonly servers: readonly RedisServer[];
  readonly ports: readonly number[];
  stop(): Promise<void>;
}

/** Three masters and three replicas on loopback. */
export async function startCluster(): Promise<RedisCluster> {
  const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000', '--appendonly', 'no'];
  const servers: RedisServer[] = [];
  for (let count = 0; count < 6; count += 1) servers.push(await startClusterNode(args));
  const ports = servers.map(({ port }) => port);
  const created = spawnSync(
    'redis-cli',
    [
      '--cluster',
      'create',
      ...ports.map((port) => `127.0.0.1:${port}`),
      '--cluster-replicas',
      '1',
      '--cluster-yes',
    ],
    { encoding: 'utf8' },
  );
  if (created.status !== 0) throw new Error(`redis-cli --cluster create: ${created.stdout}${created.stderr}`);
  await Promise.all(ports.map(isClusterReady));
  return {
    servers,
    ports,
    async stop() {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

/** A node's bus listens ten thousand ports higher, so its own must be low enough. */
async function startClusterNode(args: readonly string[]): Promise<RedisServer> {
  for (;;) {
    const port = await freePort();
    if (port < 55_000) return startRedis({ port, args });
    const lower = 20_000 + Math.floor(Math.random() * 25_000);
    try {
      return await startRedis({ port: lower, args });
    } catch {
      // Somebody has it: another one.
    }
  }
}

async function isClusterReady(port: number): Promise<void> {
  const client = new Redis(port, '127.0.0.1');
  while (!(await client.cluster('INFO')).includes('cluster_state:ok'))
    await new Promise((resolve) => setTimeout(resolve, 50));
  client.disconnect();
}
