import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Application, outerEnvironment } from './application.js';

/** What stays the same while versions of an application come and go: its address, its data, its secrets. */
export interface Deployment {
  readonly port: number;
  readonly dataFolder: string;
  readonly redis: string;
}

export interface RunningServer {
  readonly origin: string;
  /** What it has written to its log. */
  printed(): string;
  stop(): Promise<void>;
}

/**
 * Starts the server of an application as its own process and waits until it answers.
 *
 * @param client the application whose built client it serves: its own, or that of another version
 */
export async function startServer(
  application: Application,
  deployment: Deployment,
  client: Application = application,
): Promise<RunningServer> {
  const { port, dataFolder, redis } = deployment;
  const origin = `http://127.0.0.1:${port}`;
  const env = {
    ...outerEnvironment(),
    PORT: String(port),
    HOST: '127.0.0.1',
    JWT_SECRET: 'the secret of the notes application',
    SESSION_SECRET: 'the secret that signs session cookies',
    REDIS_URL: redis,
    BCRYPT_ROUNDS: '4',
    CLIENT_URL: origin,
    CLIENT_DIST: client.clientDist,
    DATA_FILE: join(dataFolder, 'notes.json'),
    OUTBOX_FILE: join(dataFolder, 'outbox.jsonl'),
  };
  const cwd = join(application.folder, 'server');
  const child = spawn(process.execPath, ['server.js'], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk;
    });
  await listening(child);
  return { origin, printed: () => output, stop: () => stopped(child) };
}

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let printed = '';
    const hear = (chunk: Buffer) => {
      printed += chunk;
      if (printed.includes('listening on')) resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${printed}`)));
  });
}

function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill();
  });
}

/** The link in the last e-mail that the application sent. */
export async function lastMailedLink(deployment: Deployment): Promise<string> {
  const lines = (await readFile(join(deployment.dataFolder, 'outbox.jsonl'), 'utf8')).trim().split('\n');
  const { text } = JSON.parse(lines.at(-1) ?? '{}');
  const link = /https?:\/\/\S+/.exec(text)?.[0];
  if (!link) throw new Error(`no link in ${text}`);
  return link;
}
