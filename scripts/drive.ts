import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { patchOf } from '../transforms/report/diff.js';
import type { Step } from '../transforms/words.js';
import { freePort } from './bundled-application.js';
import { type Answer, browserAt } from './drive/browser.js';
import { copied, installed, migrated, packed, typeErrors } from './drive/checkout.js';
import { type Client, conversation, type LoggedIn, logIn } from './drive/conversation.js';
import { startDatabase, startRedis } from './drive/databases.js';
import { drivingOptions } from './drive/options.js';
import type { Ports, Recipe } from './drive/recipe.js';
import { RECIPES } from './drive/recipes.js';
import { accepts, run, start } from './drive/server.js';
import { type Column, tableOf } from './drive/table.js';

/**
 * Boots checkouts of public applications as they are, after `install` and after `server`, and compares what they
 * answer: `npm run drive -- [--mongo <stand-in for MongoDB>] [--tests] [--folder <kept between runs>] <checkout> …`
 */
const given = await drivingOptions()
  .option('tests', { type: 'boolean', default: false, describe: "run the application's own tests as well" })
  .parse();
const root = join(import.meta.dirname, '../..');
const folder = given.folder ? resolve(given.folder) : await mkdtemp(join(tmpdir(), 'drive-'));
const STEPS: readonly Step[] = ['install', 'server'];
const TOKEN: Client = { by: 'token' };

await mkdir(folder, { recursive: true });
const shim = await packed(root, folder);

let failures = 0;
for (const checkout of given._.map(String)) {
  const name = basename(checkout);
  const recipe = RECIPES[name];
  console.log(`\n${name}`);
  try {
    if (!recipe) throw new Error('there is no recipe for it in scripts/drive/recipes');
    await drive(resolve(checkout), join(folder, name), recipe);
  } catch (error) {
    failed(error instanceof Error ? error.message : String(error));
  }
}
process.exitCode = failures ? 1 : 0;

/** An application that is being driven. */
interface Driven {
  readonly at: string;
  readonly recipe: Recipe;
  readonly ports: Ports;
  readonly redis: string;
}

async function drive(checkout: string, at: string, recipe: Recipe): Promise<void> {
  const redis = await startRedis();
  const database = await startDatabase(recipe.database, given.mongo && resolve(given.mongo));
  try {
    const ports: Ports = { application: await freePort(), database: database.port };
    const driven: Driven = { at, recipe, ports, redis: `redis://127.0.0.1:${redis.port}` };
    await copied(checkout, at, recipe, ports);
    await driveSteps(driven);
  } finally {
    await database.stop();
    await redis.stop();
  }
}

async function driveSteps(driven: Driven): Promise<void> {
  const { at, recipe } = driven;
  const origin = `http://127.0.0.1:${driven.ports.application}`;
  const server = join(at, recipe.folder);
  const types = await checked(driven);
  await ownTests(driven, 'original');
  const columns: Column[] = [];
  // Logged in before a step, and still after it: one for each step that follows.
  const before = new Map<Step, LoggedIn>();
  await whileServed(driven, async () => {
    columns.push({ title: 'original', visits: await conversation(origin, recipe, TOKEN) });
    for (const step of STEPS) before.set(step, await logIn(origin, recipe, TOKEN));
  });
  let inSession: LoggedIn | undefined;
  for (const step of STEPS) {
    const outcome = await migrated(at, step);
    await writeFile(`${at}.${step}.diff`, patchOf(outcome));
    for (const site of outcome.sites.filter(({ action }) => action === 'manual'))
      console.log(`  manual after ${step}: ${site.file}:${site.line} ${site.reason}`);
    if (step === 'install') await installed(server, recipe, shim);
    for (const error of (await checked(driven)).filter((one) => !types.includes(one)))
      failed(`${step} makes an error of types: ${error}`);
    await ownTests(driven, step);
    await whileServed(driven, async () => {
      const cookie: Client = { by: 'cookie', endpoint: await sessionEndpoint(origin) };
      columns.push({ title: `${step}, JWT`, visits: await conversation(origin, recipe, TOKEN) });
      columns.push({
        title: `${step}, cookie`,
        visits: await conversation(origin, recipe, cookie),
      });
      const user = before.get(step);
      if (user)
        columns.push({
          title: `${step}, from before`,
          visits: await carriedOver(origin, recipe, user, inSession),
        });
      inSession = await logIn(origin, recipe, cookie);
    });
  }
  const [original, ...others] = columns;
  if (!original) return;
  const { text, differences } = tableOf(original, others);
  console.log(text);
  for (const difference of differences) failed(difference);
}

/** Visits of those who were logged in before a step. */
async function carriedOver(
  origin: string,
  recipe: Recipe,
  user: LoggedIn,
  inSession: LoggedIn | undefined,
): Promise<ReadonlyMap<string, Answer>> {
  const visits = new Map<string, Answer>();
  visits.set('JWT from before', await user.browser.send(recipe.guarded, user.headers));
  visits.set('the cookie it became', await user.browser.send(recipe.guarded));
  if (recipe.refresh) {
    const stale = browserAt(origin);
    visits.set(
      'refresh with it',
      await (recipe.token ? user.browser : stale).send(recipe.refresh(user.answer)),
    );
  }
  if (inSession) visits.set('session of the step before', await inSession.browser.send(recipe.guarded));
  return visits;
}

async function whileServed(driven: Driven, use: () => Promise<void>): Promise<void> {
  const { at, recipe, ports } = driven;
  const server = join(at, recipe.folder);
  if (recipe.build) {
    const { status, said } = await run(recipe.build, server);
    if (status !== 0) throw new Error(`it does not build:\n${said.slice(-2_000)}`);
  }
  const running = start(recipe.start, server, environment(driven));
  try {
    await accepts(ports.application, running, recipe.ready);
    await use();
  } catch (error) {
    await writeFile(`${at}.log`, running.said());
    console.log(`  what it said is in ${at}.log, and ends with\n${running.said().slice(-500)}`);
    throw error;
  } finally {
    await running.stop();
  }
}

function environment({ recipe, ports, redis }: Driven): Record<string, string> {
  return {
    REDIS_URL: redis,
    SESSION_SECRET: 'a long random text, for once',
    ...recipe.environment?.(ports),
  };
}

async function checked({ at, recipe }: Driven): Promise<string[]> {
  return recipe.types ? typeErrors(join(at, recipe.folder), recipe.types) : [];
}

async function ownTests(driven: Driven, when: string): Promise<void> {
  const { at, recipe } = driven;
  if (!given.tests || !recipe.tests) return;
  const { status, said } = await run(recipe.tests, join(at, recipe.folder), {
    ...environment(driven),
    NODE_ENV: 'test',
  });
  const lines = said.split('\n');
  const counted = lines.filter((line) => /^Tests?:/.test(line)).join(' ');
  console.log(`  its own tests, ${when}: ${counted || `exit ${status}`}`);
  if (status !== 0)
    failed(
      lines
        .filter((line) => /●/.test(line))
        .slice(0, 40)
        .join('\n'),
    );
}

async function sessionEndpoint(origin: string): Promise<string> {
  for (const path of ['/api/session', '/v1/session', '/session']) {
    const answer = await browserAt(origin).send({ method: 'GET', path });
    if (answer.status === 401 && answer.body.includes('no session')) return path;
  }
  throw new Error('the shim has no endpoint');
}

function failed(what: string): void {
  failures++;
  console.log(`  FAIL ${what}`);
}
