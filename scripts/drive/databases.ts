import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from '../bundled-application.js';
import { findService, type ServiceName } from '../services.js';
import type { Database } from './recipe.js';
import { accepts, type Owner, start } from './server.js';

/** Something that an application needs beside it, on a port of this machine until it is stopped. */
export interface Serving {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Starts what an application keeps its data in.
 *
 * @param mongo the script that serves the MongoDB protocol on the port it is given
 */
export async function startDatabase(kind: Database, mongo: string | undefined): Promise<Serving> {
  if (kind === 'none') return { port: await freePort(), stop: async () => {} };
  if (kind === 'postgres') return startPostgres();
  if (kind === 'mariadb') return startMariadb();
  if (!mongo) throw new Error('it keeps its data in MongoDB: give --mongo');
  return served((port) => ['node', mongo, String(port)], folderOf({}), {});
}

/** Where the sessions are. */
export async function startRedis(): Promise<Serving> {
  const program = found('redis-server');
  const command = (port: number) => [program, '--port', String(port), '--bind', '127.0.0.1', '--save', ''];
  return served(command, folderOf({}), {});
}

/** Takes every session away. */
export async function flushRedis(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.end('FLUSHALL\r\n');
  await once(socket.resume(), 'close');
}

async function startPostgres(): Promise<Serving> {
  // Debian keeps the program beside it that makes a database where no one calls it by name.
  const program = realpathSync(found('postgres'));
  const owner = ownerNamed('postgres');
  const folder = folderOf(owner);
  const data = join(folder, 'data');
  made(
    [join(dirname(program), 'initdb'), '-D', data, '-U', 'tests', '-A', 'trust', '--no-sync'],
    folder,
    owner,
  );
  const command = (port: number) => [
    program,
    '-D',
    data,
    '-p',
    String(port),
    '-h',
    '127.0.0.1',
    '-k',
    folder,
  ];
  return served(command, folder, owner);
}

async function startMariadb(): Promise<Serving> {
  const program = found('mariadbd');
  const owner = ownerNamed('mysql');
  const folder = folderOf(owner);
  const common = ['--no-defaults', `--datadir=${join(folder, 'data')}`];
  const install = join(dirname(program).replace(/sbin$/, 'bin'), 'mariadb-install-db');
  made([install, ...common, '--auth-root-authentication-method=normal'], folder, owner);
  // A database that an application asks for is made when the server starts.
  const database = join(folder, 'database.sql');
  made(['sh', '-c', `echo 'CREATE DATABASE testdb;' > ${database}`], folder, owner);
  const command = (port: number) => [
    program,
    ...common,
    `--init-file=${database}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--socket=${join(folder, 'socket')}`,
    `--pid-file=${join(folder, 'pid')}`,
  ];
  return served(command, folder, owner);
}

async function served(
  command: (port: number) => readonly string[],
  folder: string,
  owner: Owner,
): Promise<Serving> {
  const port = await freePort();
  const running = start(command(port), folder, {}, owner);
  const stop = async () => {
    await running.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await accepts(port, running);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, stop };
}

/** A database refuses to run as root: then its own user runs it. */
function ownerNamed(user: string): Owner {
  if (process.getuid?.() !== 0) return {};
  const of = (flag: string) => Number(spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout.trim());
  return { uid: of('-u'), gid: of('-g') };
}

function folderOf({ uid, gid }: Owner): string {
  const folder = mkdtempSync(join(tmpdir(), 'driven-'));
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
  return folder;
}

function made([file = '', ...given]: readonly string[], cwd: string, owner: Owner): void {
  const { status, stderr, stdout } = spawnSync(file, given, { ...owner, cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${file} failed: ${stderr}${stdout}`);
}

function found(name: ServiceName): string {
  const path = findService(name);
  if (!path) throw new Error(`${name} is not on this machine: node dist/scripts/services.js installs it`);
  return path;
}
