import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** A process of ours, with what it has said so far. */
export interface Running {
  readonly process: ChildProcess;
  said(): string;
  stop(): Promise<void>;
}

/** Starts a command. It is stopped by its id, with whatever it started. */
export function start(command: readonly string[], cwd: string, environment: Record<string, string>): Running {
  const [file = '', ...given] = command;
  const child = spawn(file, given, { cwd, env: { ...process.env, ...environment }, detached: true });
  let text = '';
  child.stdout.on('data', (part: Buffer) => {
    text += String(part);
  });
  child.stderr.on('data', (part: Buffer) => {
    text += String(part);
  });
  return {
    process: child,
    said: () => text,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      const gone = once(child, 'exit');
      process.kill(-child.pid, 'SIGKILL');
      await gone;
    },
  };
}

/** Runs a command to its end. */
export async function run(
  command: readonly string[],
  cwd: string,
  environment: Record<string, string> = {},
): Promise<{ status: number | null; said: string }> {
  const running = start(command, cwd, environment);
  if (running.process.exitCode === null) await once(running.process, 'exit');
  return { status: running.process.exitCode, said: running.said() };
}

/** Waits until a port of this machine answers. */
export async function listening(port: number, running: Running): Promise<void> {
  const until = Date.now() + 60_000;
  while (Date.now() < until) {
    if (running.process.exitCode !== null) break;
    const answers = await fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
    if (answers) return;
    await wait(200);
  }
  throw new Error(`nothing answers on port ${port}:\n${running.said().slice(-2_000)}`);
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address === 'string' || !address) throw new Error('no port is free');
  return address.port;
}
