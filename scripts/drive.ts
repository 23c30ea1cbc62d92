import { access, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { migrate } from '../transforms/migrate.js';
import { STEPS, type Step } from '../transforms/words.js';
import { type Ports, RECIPES, type Recipe } from './drive/recipes.js';
import { freePort, listening, type Running, run, start } from './drive/server.js';
import { type Answer, login, send } from './drive/visits.js';

/**
 * Boots checkouts of public applications before and after a migration, and compares what they answer:
 * `npm run drive -- --mongo <stand-in for MongoDB> [--steps install] [--tests] <checkout> …`
 */
const given = await yargs(hideBin(process.argv))
  .usage('$0 <checkout..>')
  .option('mongo', {
    type: 'string',
    describe: 'script that serves the MongoDB protocol on the port it is given',
  })
  .option('steps', { type: 'string', default: 'install', describe: 'steps of the migration, with commas' })
  .option('tests', { type: 'boolean', default: false, describe: "run the application's own tests as well" })
  .option('folder', {
    type: 'string',
    describe: 'where the copies go; kept between runs, so that npm installs once',
  })
  .demandCommand(1)
  .strict()
  .parse();
const root = join(import.meta.dirname, '../..');
const steps = given.steps.split(',').filter((step): step is Step => STEPS.some((known) => known === step));
const folder = given.folder ? resolve(given.folder) : await mkdtemp(join(tmpdir(), 'drive-'));

await mkdir(folder, { recursive: true });

let failures = 0;
for (const checkout of given._.map(String)) {
  const name = basename(checkout);
  const recipe = RECIPES[name];
  console.log(`\n${name}`);
  if (!recipe) {
    console.log(`  there is no recipe for it in scripts/drive/recipes.ts`);
    failures++;
    continue;
  }
  try {
    await drive(resolve(checkout), name, recipe);
  } catch (error) {
    failures++;
    console.log(`  FAILED ${error instanceof Error ? error.message : String(error)}`);
  }
}
process.exitCode = failures ? 1 : 0;

async function drive(checkout: string, name: string, recipe: Recipe): Promise<void> {
  const [before, after] = [join(folder, name, 'before'), join(folder, name, 'after')];
  const ports: Ports = { application: recipe.port ?? (await freePort()), database: await freePort() };
  const origin = `http://127.0.0.1:${ports.application}`;
  const database = recipe.database === 'mongo' ? startMongo(ports.database) : undefined;
  try {
    await prepare(checkout, before, recipe, ports);
    const original = await serve(before, recipe, ports);
    const { old, was } = await asItWas(origin, recipe).finally(() => original.stop());

    await rm(after, { recursive: true, force: true });
    await cp(before, after, { recursive: true, force: true, verbatimSymlinks: true });
    await migrated(join(after));
    await link(join(after, recipe.folder));
    const running = await serve(after, recipe, ports);
    try {
      // Where the database dies with the application, the user is made anew.
      if (recipe.database === 'none') await login(origin, recipe);
      await compare(origin, recipe, old.token, was);
    } catch (error) {
      console.log(running.said().slice(-1_500));
      throw error;
    } finally {
      await running.stop();
    }
    if (given.tests && recipe.tests) await ownTests(recipe, before, after, ports);
  } finally {
    await database?.stop();
  }
}

async function asItWas(origin: string, recipe: Recipe): Promise<{ old: { token: string }; was: Before }> {
  const old = await login(origin, recipe);
  const was = {
    token: await send(origin, recipe.guarded, recipe.attach(old.token)),
    none: await send(origin, recipe.guarded),
    wrong: await send(origin, recipe.guarded, recipe.attach('a.wrong.token')),
  };
  return { old, was };
}

function startMongo(port: number): Running {
  if (!given.mongo) throw new Error('it keeps its data in MongoDB: give --mongo');
  return start(['node', resolve(given.mongo), String(port)], folder, {});
}

async function prepare(checkout: string, to: string, recipe: Recipe, ports: Ports): Promise<void> {
  await mkdir(to, { recursive: true });
  await cp(checkout, to, { recursive: true, filter: (from) => !/\/(?:node_modules|\.git)$/.test(from) });
  for (const [path, text] of Object.entries(recipe.files(ports))) {
    await mkdir(dirname(join(to, recipe.folder, path)), { recursive: true });
    await writeFile(join(to, recipe.folder, path), text);
  }
  // The mark is written last: an installation that was cut off is made anew.
  const mark = join(to, recipe.folder, 'node_modules/.driven');
  if (await exists(mark)) return;
  const installed = await run(
    ['npm', 'install', '--no-audit', '--no-fund', '--legacy-peer-deps'],
    join(to, recipe.folder),
  );
  if (installed.status !== 0) throw new Error(`npm install failed:\n${installed.said.slice(-2_000)}`);
  await writeFile(mark, '');
}

async function migrated(at: string): Promise<void> {
  const outcome = await migrate({ root: at, steps });
  for (const { path, before, after } of outcome.files) {
    if (after === undefined || before === after) continue;
    await mkdir(dirname(join(at, path)), { recursive: true });
    await writeFile(join(at, path), after);
    console.log(`  ${before === undefined ? 'added' : 'changed'} ${path}`);
  }
  for (const site of outcome.sites.filter(({ action }) => action === 'manual'))
    console.log(`  manual ${site.file}:${site.line} ${site.reason}`);
}

/** Puts our shim, built here, where npm would put the published one. */
async function link(at: string): Promise<void> {
  const to = join(at, 'node_modules/@jwt-to-session/shim');
  await mkdir(dirname(to), { recursive: true });
  await cp(join(root, 'shim'), to, {
    recursive: true,
    filter: (from) => !/shim\/(?:src|test|node_modules)(?:\/|$)/.test(from),
  });
  const wanted = ['express-session', 'jsonwebtoken', 'ms', 'on-headers', 'cookie', 'cookie-signature'];
  const installed = await run(
    [
      'npm',
      'install',
      '--no-audit',
      '--no-fund',
      '--no-save',
      '--legacy-peer-deps',
      '--omit=dev',
      '--prefix',
      to,
    ],
    to,
  );
  if (installed.status !== 0)
    throw new Error(`the shim needs ${wanted.join(', ')}:\n${installed.said.slice(-1_000)}`);
  // What else the session module imports, where the application had it not.
  const signs = join(at, 'node_modules/jsonwebtoken');
  if (!(await exists(signs))) await symlink(join(to, 'node_modules/jsonwebtoken'), signs);
}

async function serve(at: string, recipe: Recipe, ports: Ports): Promise<Running> {
  const environment = { ...recipe.environment(ports), SESSION_SECRET: 'a long random text, for once' };
  const running = start(recipe.start, join(at, recipe.folder), environment);
  await listening(ports.application, running);
  return running;
}

interface Before {
  readonly token: Answer;
  readonly none: Answer;
  readonly wrong: Answer;
}

async function compare(origin: string, recipe: Recipe, oldToken: string, was: Before): Promise<void> {
  const guarded = (headers: Record<string, string> = {}) => send(origin, recipe.guarded, headers);
  const exchanged = await guarded(recipe.attach(oldToken));
  same('a token from before is let in', exchanged, was.token);
  told('and a session cookie comes back', exchanged.cookie !== undefined);
  const byCookie = { Cookie: exchanged.cookie ?? '' };
  same('the cookie alone is let in', await guarded(byCookie), was.token);
  same('no token is answered as before', await guarded(), was.none);
  same('a wrong token is answered as before', await guarded(recipe.attach('a.wrong.token')), was.wrong);
  const again = await login(origin, recipe);
  const anew = await guarded({
    ...recipe.attach(again.token),
    ...(again.cookie ? { Cookie: again.cookie } : {}),
  });
  same('a new login is let in', anew, was.token);
  const endpoint = await sessionEndpoint(origin);
  const left = await send(origin, { method: 'DELETE', path: endpoint }, byCookie);
  told(`logout at ${endpoint} answers 204`, left.status === 204);
  same('after logout the cookie opens nothing', await guarded(byCookie), was.none);
  const replayed = await guarded(recipe.attach(oldToken));
  told(
    'after logout the token from before opens nothing',
    replayed.status !== was.token.status || was.token.status === was.none.status,
  );
}

async function sessionEndpoint(origin: string): Promise<string> {
  for (const path of ['/api/session', '/v1/session', '/session']) {
    const answer = await send(origin, { method: 'GET', path });
    if (answer.status === 401 && answer.body.includes('no session')) return path;
  }
  throw new Error('the shim has no endpoint');
}

function same(what: string, now: Answer, before: Answer): void {
  const agree = now.status === before.status && withoutStamps(now.body) === withoutStamps(before.body);
  told(`${what} (${now.status})`, agree);
  if (!agree)
    console.log(
      `    before ${before.status} ${before.body.slice(0, 200)}\n    after  ${now.status} ${now.body.slice(0, 200)}`,
    );
}

/** Times and stack traces differ from one answer to the next. */
function withoutStamps(body: string): string {
  return body.replace(/"stack":"(?:[^"\\]|\\.)*"/g, '""').replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '');
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function told(what: string, holds: boolean): void {
  if (!holds) failures++;
  console.log(`  ${holds ? 'ok  ' : 'FAIL'} ${what}`);
}

async function ownTests(recipe: Recipe, before: string, after: string, ports: Ports): Promise<void> {
  for (const at of [before, after]) {
    const environment = {
      ...recipe.environment(ports),
      NODE_ENV: 'test',
      SESSION_SECRET: 'a long random text, for once',
    };
    const { status, said } = await run(recipe.tests ?? [], join(at, recipe.folder), environment);
    const counted = said
      .split('\n')
      .filter((line) => /^Tests?:/.test(line))
      .join(' ');
    told(`its own tests ${at === before ? 'before' : 'after'}: ${counted || `exit ${status}`}`, status === 0);
    if (status !== 0)
      console.log(
        said
          .split('\n')
          .filter((line) => /●/.test(line))
          .slice(0, 40)
          .join('\n'),
      );
  }
}
