import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Knex } from 'knex';
import { findService, type ServiceName } from '../../../scripts/services.js';
import { freePort } from './redis.js';

export interface Database {
  /** What knexStore is given. */
  readonly config: Knex.Config;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A database refuses to run as root: then its own user runs it. */
function runAs(user: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const of = (flag: string) => Number(spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout.trim());
  return { uid: of('-u'), gid: of('-g') };
}

function folderFor(owner: { uid?: number; gid?: number }): string {
  const folder = mkdtempSync(join(tmpdir(), 'database-'));
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(folder, owner.uid, owner.gid);
  return folder;
}

/** A server's program, by its whole path: Debian keeps those that are not meant to be called by name. */
function must(name: ServiceName): string {
  const path = findService(name);
  if (path) return realpathSync(path);
  throw new Error(`${name} is not on this machine: node dist/scripts/services.js says how to install it`);
}

/** A real PostgreSQL on a free loopback port, in a folder of its own. */
export async function startPostgres(): Promise<Database> {
  const postgres = must('postgres');
  const initdb = join(dirname(postgres), 'initdb');
  const owner = runAs('postgres');
  const folder = folderFor(owner);
  const data = join(folder, 'data');
  const port = await freePort();
  const made = spawnSync(initdb, ['-D', data, '-U', 'tests', '-A', 'trust', '--no-sync'], {
    ...owner,
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  const args = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-c', 'fsync=off'];
  const connection = { host: '127.0.0.1', port, user: 'tests', database: 'postgres' };
  return running(
    () => spawn(postgres, args, { ...owner, stdio: 'ignore' }),
    { client: 'pg', connection },
    folder,
    'SIGINT',
  );
}

/** A real MariaDB (or MySQL) on a free loopback port, in a folder of its own. */
export async function startMariadb(): Promise<Database> {
  const server = must('mariadbd');
  const install = join(dirname(server).replace(/sbin$/, 'bin'), 'mariadb-install-db');
  const owner = runAs('mysql');
  const folder = folderFor(owner);
  const data = join(folder, 'data');
  const port = await freePort();
  const common = ['--no-defaults', `--datadir=${data}`];
  const made = spawnSync(install, [...common, '--auth-root-authentication-method=normal', '--skip-test-db'], {
    ...owner,
    cwd: folder,
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`mariadb-install-db: ${made.stderr}${made.stdout}`);
  const args = [
    ...common,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--socket=${join(folder, 'socket')}`,
    `--pid-file=${join(folder, 'pid')}`,
  ];
  const connection = { host: '127.0.0.1', port, user: 'root', database: 'mysql' };
  return running(
    () => spawn(server, args, { ...owner, cwd: folder, stdio: 'ignore' }),
    { client: 'mysql2', connection },
    folder,
    'SIGKILL',
  );
}

/** SQLite in a file, by a driver that needs nothing built or downloaded at installation. */
export async function startSqlite(): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'database-'));
  const load = createRequire(import.meta.url);
  const Dialect: typeof Knex.Client = load('knex/lib/dialects/better-sqlite3/index.js');
  class Libsql extends Dialect {
    _driver() {
      return load('libsql');
    }
  }
  Object.assign(Libsql.prototype, { driverName: 'libsql' });
  return {
    config: {
      client: Libsql,
      connection: { filename: join(folder, 'sessions.db') },
      pool: { min: 1, max: 1 },
      useNullAsDefault: true,
    },
    restart: async () => {},
    stop: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function running(
  start: () => ChildProcess,
  config: Knex.Config,
  folder: string,
  signal: NodeJS.Signals,
): Promise<Database> {
  let child = start();
  const end = async () => {
    const closed = new Promise((resolve) => child.once('close', resolve));
    child.kill(signal);
    await closed;
  };
  await answers(config, () => child);
  return {
    config,
    async restart() {
      await end();
      child = start();
      await answers(config, () => child);
    },
    async stop() {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(config: Knex.Config, child: () => ChildProcess): Promise<void> {
  const { default: knex } = await import('knex');
  const begun = Date.now();
  for (;;) {
    const log = { warn() {}, error() {}, debug() {}, deprecate() {} };
    const db = knex({ ...config, pool: { min: 0, max: 1 }, acquireConnectionTimeout: 1000, log });
    try {
      await db.raw('select 1');
      return;
    } catch (error) {
      if (child().exitCode !== null || Date.now() - begun > 30_000) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    } finally {
      await db.destroy();
    }
  }
}
