import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { onTestFinished } from 'vitest';

/** The built command line, as a user's shell starts it. */
export const BIN = join(import.meta.dirname, '../../dist/bin/jwt-to-session.js');

export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs the command line without a terminal and waits for its end. */
export function run(args: readonly string[], { cwd, env }: RunOptions = {}): Promise<Run> {
  const child = spawn(process.execPath, [BIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...bare(process.env), ...env },
    ...(cwd ? { cwd } : {}),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}

/** The environment without what the machine that tests says about colours. */
function bare(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { NO_COLOR: _no, FORCE_COLOR: _force, CI: _ci, ...rest } = env;
  return rest;
}

/** Makes a folder of the given texts that is gone after the test. */
export async function folderOf(files: Record<string, string | Buffer>): Promise<string> {
  const folder = await emptyFolder();
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

/** Copies a folder to a place that is gone after the test. */
export async function copyOf(source: string): Promise<string> {
  const folder = await emptyFolder();
  await cp(source, folder, { recursive: true, filter: (path) => !path.includes('node_modules') });
  return folder;
}

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cli-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Every file below a folder with its bytes, git's own left out. */
export async function snapshot(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !relative(folder, path).startsWith('.git/'))
    .sort();
  const texts = await Promise.all(paths.map((path) => readFile(path, 'latin1')));
  return Object.fromEntries(paths.map((path, index) => [relative(folder, path), texts[index] ?? '']));
}

/** A small server that signs, reads and checks a login token. */
export const SMALL: Record<string, string> = {
  'package.json': '{ "name": "small", "dependencies": { "express": "4", "jsonwebtoken": "9" } }\n',
  'server.js': `const express = require('express');
const jwt = require('jsonwebtoken');
const app = express();
app.use(express.json());

app.post('/login', (req, res) => {
  const token = jwt.sign({ id: req.body.id }, process.env.JWT_SECRET, { expiresIn: '1h' });
  res.json({ token });
});

app.get('/me', (req, res) => {
  try {
    const claims = jwt.verify(req.headers.authorization.split(' ')[1], process.env.JWT_SECRET);
    res.json({ id: claims.id });
  } catch {
    res.sendStatus(401);
  }
});

app.listen(3000);
`,
  'sum.js': 'module.exports = (a, b) => a + b;\n',
};
