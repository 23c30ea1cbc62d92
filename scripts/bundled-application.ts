import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { cp, mkdtemp, readdir, realpath, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** The root of this repository, seen from the sources and from what is built of them. */
const isBuilt = basename(dirname(import.meta.dirname)) === 'dist';
export const REPOSITORY = join(import.meta.dirname, isBuilt ? '../..' : '..');

/** Where a bundled application is. */
export const bundled = (name: string): string => join(REPOSITORY, 'fixtures/apps', name);

/** The server of every bundled application that is only another client. */
const SERVER = join(bundled('notes'), 'server');

/** What was installed, built or stored by hand is not part of an application. */
const LEFT_BEHIND: ReadonlySet<string> = new Set(['node_modules', 'dist', 'out', 'data', '.env']);

/** Copies an application into a temporary folder, with the packages of this repository, the shim among them. */
export async function copyApplication(from: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `${basename(from)}-`));
  await symlink(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'), 'dir');
  const parts = new Map((await readdir(from)).map((part) => [part, join(from, part)]));
  if (!parts.has('server')) parts.set('server', SERVER);
  for (const [part, path] of parts) {
    if (LEFT_BEHIND.has(part)) continue;
    const filter = (one: string): boolean => !LEFT_BEHIND.has(basename(one));
    await cp(path, join(folder, part), { recursive: true, filter });
    // Packages that npm could not put into the folder above, because another version is there.
    const own = await realpath(join(path, 'node_modules')).catch(() => undefined);
    if (own) await symlink(own, join(folder, part, 'node_modules'), 'dir');
  }
  return folder;
}

export interface RunningServer {
  /** What it has written to its log. */
  printed(): string;
  stop(): Promise<void>;
}

/** Starts `server.js` of a folder as its own process, and waits until it says that it is listening. */
export async function startServer(folder: string, env: NodeJS.ProcessEnv): Promise<RunningServer> {
  const child = spawn(process.execPath, ['server.js'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk;
        if (output.includes('listening on')) resolve();
      });
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`the server ended with ${code}:\n${output}`)));
  });
  return { printed: () => output, stop: () => stopped(child) };
}

function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill();
  });
}

/**
 * A loopback port that nobody listens at. It is none of those that systems hand out to connections, so that no
 * connection of somebody else takes it before it is used.
 */
export async function freePort(): Promise<number> {
  const port = randomInt(20_000, 32_000);
  return (await isFree(port)) ? port : freePort();
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
