import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** A process of ours, with what it has said so far. */
export interface Running {
  readonly process: ChildProcess;
  said(): string;
  stop(): Promise<void>;
}

/** The user whose process it is, where that is another. */
export interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

/** Starts a command. It is stopped by its id, with whatever it started. */
export function start(
  command: readonly string[],
  cwd: string,
  environment: Record<string, string>,
  owner: Owner = {},
): Running {
  const [file = '', ...given] = command;
  const env = { ...process.env, ...environment };
  const child = spawn(file, given, { ...owner, cwd, env, detached: true });
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

/** Waits until a process accepts connections on a port of this machine, and has said that it is ready. */
export async function accepts(port: number, running: Running, ready = ''): Promise<void> {
  for (const until = Date.now() + 60_000; Date.now() < until; await wait(200)) {
    if (running.process.exitCode !== null) break;
    if (!running.said().includes(ready)) continue;
    const socket = connect(port, '127.0.0.1');
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (open) return;
  }
  throw new Error(`nothing listens on port ${port}:\n${running.said().slice(-2_000)}`);
}
