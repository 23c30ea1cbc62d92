import { spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bundled, copyApplication, REPOSITORY } from '../../scripts/bundled-application.js';
import { migrate } from '../../transforms/migrate.js';
import type { Outcome, Step } from '../../transforms/words.js';

/** A copy of one of the bundled applications that tests migrate, build and start. */
export interface Application {
  readonly folder: string;
  /** Where its built client is. */
  readonly clientDist: string;
  /** Another copy, as this one is now. */
  copy(): Promise<Application>;
  /** Migrates the copy on disk. */
  migrate(...steps: Step[]): Promise<Outcome>;
  /** The API is at an address of its own where one is given. */
  buildClient(api?: string): Promise<void>;
  remove(): Promise<void>;
}

/** A copy in a temporary folder, with the packages of this repository, the local shim among them. */
export async function bundledApplication(name: string): Promise<Application> {
  return at(await copyApplication(bundled(name)));
}

function at(folder: string): Application {
  return {
    folder,
    clientDist: join(folder, 'client/dist'),
    copy: async () => at(await copyApplication(folder)),
    migrate: (...steps) => migrated(folder, steps),
    buildClient: async (api) => {
      const client = join(folder, 'client');
      const env: Record<string, string> = api === undefined ? {} : { VITE_API_URL: api };
      const compiler = await compilerOf(client);
      if (compiler) await run(process.execPath, [tool(compiler)], client);
      await run(process.execPath, [tool('vite/bin/vite.js'), 'build', '--logLevel', 'warn'], client, env);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

const tool = (path: string): string => join(REPOSITORY, 'node_modules', path);

/** What a build of this client checks its types with first. */
async function compilerOf(client: string): Promise<string | undefined> {
  const { scripts } = JSON.parse(await readFile(join(client, 'package.json'), 'utf8'));
  if (/\btsc\b/.test(scripts.build)) return 'typescript/bin/tsc';
  return /\bngc\b/.test(scripts.build) ? '@angular/compiler-cli/bundles/src/bin/ngc.js' : undefined;
}

async function migrated(folder: string, steps: readonly Step[]): Promise<Outcome> {
  const outcome = await migrate({ root: folder, steps });
  for (const { path, status, after } of outcome.files) {
    if (status === 'deleted') await rm(join(folder, path));
    if ((status !== 'modified' && status !== 'added') || after === undefined) continue;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), after);
  }
  return outcome;
}

export interface Finished {
  readonly code: number | null;
  /** What it printed, to both outputs. */
  readonly output: string;
}

/** Runs a program as somebody at a terminal would: nothing of the test runner's environment goes along. */
export function finished(
  program: string,
  given: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, given, { cwd, env: { ...outerEnvironment(), ...env } });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk;
      });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** As `finished`, for what must work. */
export async function run(
  program: string,
  given: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { code, output } = await finished(program, given, cwd, env);
  if (code !== 0) throw new Error(`${[program, ...given].join(' ')} ended with ${code}:\n${output}`);
  return output;
}

/** The environment without what vitest put there: React builds differently when NODE_ENV is test. */
export function outerEnvironment(): NodeJS.ProcessEnv {
  const { NODE_ENV: _, ...others } = process.env;
  return Object.fromEntries(Object.entries(others).filter(([name]) => !/^(?:VITEST|NODE_TEST)/.test(name)));
}
