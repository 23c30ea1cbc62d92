import { access, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { migrate } from '../../transforms/migrate.js';
import type { Outcome, Step } from '../../transforms/words.js';
import type { Ports, Prepared, Recipe, Setting } from './recipe.js';
import { run } from './server.js';

/** Copies a checkout, sets its server up as its README says, and installs what it needs. */
export async function copied(checkout: string, to: string, recipe: Recipe, ports: Ports): Promise<void> {
  await copiedAlone(checkout, to);
  await prepared(to, recipe, ports);
}

/** Copies a checkout; what is installed in the copy is kept. */
export async function copiedAlone(checkout: string, to: string): Promise<void> {
  await emptied(to);
  await cp(checkout, to, { recursive: true, filter: (from) => !/\/(?:node_modules|\.git)$/.test(from) });
}

/** Sets a folder of a copy up, and installs what it needs. */
export async function prepared<Given extends Ports>(
  copy: string,
  { folder, files, settings = () => [], packages = [] }: Prepared<Given>,
  ports: Given,
): Promise<void> {
  const at = join(copy, folder);
  for (const [path, text] of Object.entries(files?.(ports) ?? {})) {
    await mkdir(dirname(join(at, path)), { recursive: true });
    await writeFile(join(at, path), text);
  }
  await set(at, settings(ports));
  if (await exists(markOf(at))) return;
  await npm(['install', '--no-save', ...packages], at);
  await writeFile(markOf(at), '');
}

/** Written last: an installation that was cut off, or that npm has taken something out of since, is made anew. */
const markOf = (folder: string) => join(folder, 'node_modules/.driven');

/** Changes places of a folder, each of which must be there. */
export async function set(at: string, settings: readonly Setting[]): Promise<void> {
  for (const { file, find, put } of settings) {
    const text = await readFile(join(at, file), 'utf8');
    if (!text.includes(find)) throw new Error(`${file} has no ${find}`);
    await writeFile(
      join(at, file),
      text.replaceAll(find, () => put),
    );
  }
}

/** Everything but installed packages goes. */
async function emptied(folder: string): Promise<void> {
  if (!(await exists(folder))) return;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      await emptied(path);
      if (!(await readdir(path)).length) await rm(path, { recursive: true });
    } else await rm(path);
  }
}

/** Takes one step, writes it, and returns what came of it. */
export async function migrated(at: string, step: Step): Promise<Outcome> {
  const outcome = await migrate({ root: at, steps: [step] });
  for (const { path, before, after } of outcome.files) {
    if (after === undefined || before === after) continue;
    await mkdir(dirname(join(at, path)), { recursive: true });
    await writeFile(join(at, path), after);
  }
  return outcome;
}

/** Installs what a step added to the dependencies; the shim is the package that was packed here. */
export async function installed(
  at: string,
  { packages = [] }: Pick<Prepared, 'packages'>,
  shim: string,
): Promise<void> {
  // npm takes out what the step no longer depends on, and the next run begins with it.
  await rm(markOf(at), { force: true });
  await npm(['install', '--no-save', shim, ...packages], at);
}

/** Packs the shim as npm would publish it; returns the archive. */
export async function packed(root: string, to: string): Promise<string> {
  const { status, said } = await run(
    ['npm', 'pack', '--ignore-scripts', '--pack-destination', to],
    join(root, 'shim'),
  );
  const archive = /\S+\.tgz/.exec(said)?.[0];
  if (status !== 0 || !archive) throw new Error(`npm pack failed:\n${said.slice(-1_000)}`);
  return join(to, archive);
}

/** The errors that a type check gives, without where in a file they are. */
export async function typeErrors(server: string, command: readonly string[]): Promise<string[]> {
  const { said } = await run(command, server);
  return said
    .split('\n')
    .filter((line) => /error TS\d+/.test(line))
    .map((line) => line.replace(/\(\d+,\d+\)/, ''));
}

async function npm(given: readonly string[], cwd: string): Promise<void> {
  const { status, said } = await run(['npm', ...given, '--no-audit', '--no-fund', '--legacy-peer-deps'], cwd);
  if (status !== 0) throw new Error(`npm ${given.join(' ')} failed:\n${said.slice(-2_000)}`);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
