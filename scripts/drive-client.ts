import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { patchOf } from '../transforms/report/diff.js';
import type { Step } from '../transforms/words.js';
import { freePort } from './bundled-application.js';
import { copied, copiedAlone, installed, migrated, packed, prepared, set } from './drive/checkout.js';
import type { ClientPorts, ClientRecipe } from './drive/client-recipe.js';
import { CLIENTS } from './drive/clients.js';
import { flushRedis, startDatabase, startRedis } from './drive/databases.js';
import { drivingOptions } from './drive/options.js';
import { type Serving, servePages } from './drive/pages.js';
import type { Recipe } from './drive/recipe.js';
import { RECIPES } from './drive/recipes.js';
import { accepts, type Running, run, start } from './drive/server.js';
import { inColumns } from './drive/table.js';
import { loggedIn, type Place, returned, returnedOffline, type Sights, visit } from './drive/visitor.js';
import { findService } from './services.js';

/**
 * Builds the clients of checkouts as they are and after `client`, and uses them in a browser with their servers as
 * they are, after `install` and after `server`:
 * `npm run drive-client -- [--mongo <stand-in for MongoDB>] [--folder <kept between runs>] <checkout> …`
 */
const given = await drivingOptions().parse();
const root = join(import.meta.dirname, '../..');
const folder = given.folder ? resolve(given.folder) : await mkdtemp(join(tmpdir(), 'drive-'));

const ENDED = 'reloads when the server has ended it';

/** What a client shows otherwise that does not notice that its session is over. */
const AFTER_ITS_END: ReadonlySet<string> = new Set([
  'goes on when the server has ended it',
  ENDED,
  'logs in after that',
]);

await mkdir(folder, { recursive: true });
const shim = await packed(root, folder);
const executablePath = findService('chromium');
const browser = await chromium.launch({
  ...(executablePath ? { executablePath } : {}),
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});

let failures = 0;
for (const checkout of given._.map(String)) {
  const name = basename(checkout);
  console.log(`\n${name}`);
  try {
    await drive(resolve(checkout), name);
  } catch (error) {
    failed(error instanceof Error ? error.message : String(error));
  }
}
await browser.close();
process.exitCode = failures ? 1 : 0;

/** An application that is being driven: its client, its server, and where both are. */
interface Driven {
  readonly at: string;
  readonly client: ClientRecipe;
  readonly server: Recipe;
  readonly clientAt: string;
  readonly serverAt: string;
  readonly ports: ClientPorts;
  readonly redis: number;
  readonly pages: Serving;
}

async function drive(checkout: string, name: string): Promise<void> {
  const client = CLIENTS[name];
  const server = RECIPES[client?.server ?? name];
  if (!client || !server) throw new Error('there is no recipe for it in scripts/drive/clients');
  const at = join(folder, name);
  const redis = await startRedis();
  const database = await startDatabase(server.database, given.mongo && resolve(given.mongo));
  const ports: ClientPorts = {
    application: await freePort(),
    database: database.port,
    pages: await freePort(),
  };
  const pages = servePages(ports.pages, client.passedOn, ports.application);
  try {
    const parts = client.server
      ? { client: join(at, 'client'), server: join(at, 'server') }
      : { client: at, server: at };
    await copied(
      client.server ? join(dirname(checkout), client.server) : checkout,
      parts.server,
      server,
      ports,
    );
    if (client.server) await copiedAlone(checkout, parts.client);
    await prepared(parts.client, client, ports);
    const serverAt = join(parts.server, server.folder);
    await set(serverAt, client.known?.(ports) ?? []);
    const clientAt = join(parts.client, client.folder);
    await driveSteps({ at, client, server, clientAt, serverAt, ports, redis: redis.port, pages });
  } finally {
    pages.close();
    await database.stop();
    await redis.stop();
  }
}

async function driveSteps(driven: Driven): Promise<void> {
  const columns: Column[] = [];
  const column = (title: string, sights: Sights) => columns.push({ title, sights });
  const place = placeOf(driven);
  const earlier = () => loggedIn(browser, place);

  const before = await built(driven, 'before');
  let running = await served(driven);
  try {
    driven.pages.show(before.folder);
    const original = await visit(browser, place, false);
    // What those see who come again, before anything has changed.
    for (const again of [returned, returnedOffline])
      for (const [name, sight] of await again(await earlier(), place))
        if (!original.has(name)) original.set(name, sight);
    column('original', original);
    const ofOriginal = [
      await earlier(),
      await earlier(),
      await earlier(),
      await earlier(),
      await earlier(),
    ] as const;

    await step(driven, 'install');
    running = await restarted(driven, running);
    column('install, from before', await returned(ofOriginal[0], place));
    column('install', await visit(browser, place, false));
    const ofInstall = await earlier();

    await step(driven, 'client');
    const after = await built(driven, 'after');
    for (const complaint of after.complaints.filter((one) => !before.complaints.includes(one)))
      failed(`client makes it complain: ${complaint}`);
    driven.pages.show(after.folder);
    column('client, from before', await returned(ofOriginal[1], place));
    column('client, from before, offline', await returnedOffline(ofOriginal[2], place));
    column('client', await visit(browser, place, true));
    const ofClient = await earlier();

    await step(driven, 'server');
    running = await restarted(driven, running);
    column('server, from before', await returned(ofOriginal[3], place));
    column('server, from install', await returned(ofInstall, place));
    column('server, from client', await returned(ofClient, place));
    column('server', await visit(browser, place, true));
    driven.pages.show(before.folder);
    column('server, old client, from before', await returned(ofOriginal[4], place));
    // Elsewhere it sends no cookie: there the client is deployed before the server.
    if (driven.client.passedOn.length) column('server, old client', await visit(browser, place, false));
  } finally {
    await writeFile(`${driven.at}.log`, running.said());
    await running.stop();
    report(driven, columns);
  }
}

interface Column {
  readonly title: string;
  readonly sights: Sights;
}

async function step({ at, client, server, clientAt, serverAt }: Driven, one: Step): Promise<void> {
  const outcome = await migrated(at, one);
  await writeFile(`${at}.${one}.diff`, patchOf(outcome));
  for (const site of outcome.sites.filter(({ action }) => action === 'manual'))
    console.log(`  manual after ${one}: ${site.file}:${site.line} ${site.reason}`);
  if (one === 'install') await installed(serverAt, server, shim);
  if (one === 'client') await installed(clientAt, client, shim);
}

/** Builds the client, and keeps what came of it and what was complained of. */
async function built(
  { at, client, clientAt, ports }: Driven,
  name: string,
): Promise<{ folder: string; complaints: string[] }> {
  const environment = client.environment?.(ports) ?? {};
  const { status, said } = await run(client.build, clientAt, environment);
  const checked = client.lint ? (await run(client.lint, clientAt, environment)).said : '';
  await writeFile(`${at}.${name}.build`, said + checked);
  if (status !== 0) throw new Error(`it does not build ${name}:\n${said.slice(-2_000)}`);
  const kept = `${at}.${name}`;
  await rm(kept, { recursive: true, force: true });
  await cp(join(clientAt, client.built), kept, { recursive: true });
  return { folder: kept, complaints: complaintsIn(said + checked) };
}

/** What linters and compilers say of a place, without the place. */
function complaintsIn(said: string): string[] {
  const places = /^\s*(?:Line )?\d+:\d+:?\s+|^.*error (?=TS\d+)/;
  return said
    .split('\n')
    .filter((line) => places.test(line))
    .map((line) => line.replace(places, '').replace(/\s+/g, ' ').trim());
}

async function served({ server, serverAt, ports, redis }: Driven): Promise<Running> {
  const running = start(server.start, serverAt, {
    REDIS_URL: `redis://127.0.0.1:${redis}`,
    SESSION_SECRET: 'a long random text, for once',
    CLIENT_ORIGIN: `http://localhost:${ports.pages}`,
    ...server.environment?.(ports),
  });
  await accepts(ports.application, running, server.ready);
  return running;
}

async function restarted(driven: Driven, running: Running): Promise<Running> {
  await running.stop();
  return served(driven);
}

function placeOf({ client, server, ports, redis }: Driven): Place {
  const origin = `http://localhost:${ports.pages}`;
  const api = `http://localhost:${ports.application}`;
  return {
    origin,
    pages: client.pages,
    api: [`${api}/`, ...client.passedOn.map((path) => origin + path)],
    async end(page) {
      await spoilTokens(page);
      await flushRedis(redis);
    },
    async opened(cookie) {
      return (await fetch(api + server.guarded.path, { headers: { cookie } })).status;
    },
  };
}

/** Signatures of the JWTs that a page keeps fit no longer. */
async function spoilTokens(page: Page): Promise<void> {
  await page.evaluate(`for (const storage of [localStorage, sessionStorage])
    for (const [key, value] of Object.entries(storage))
      storage.setItem(key, value.replace(/(eyJ[\\w-]+\\.[\\w-]+\\.)[\\w-]{6}/g, '$1AAAAAA'));`);
}

function report({ client }: Driven, columns: readonly Column[]): void {
  const [original] = columns;
  if (!original) return;
  for (const { title, sights } of columns) {
    const rows = [...sights].map(([name, sight]) => {
      const expected = expectedOf(name, title, original.sights, client);
      const isRight = expected === undefined || sight === expected;
      if (!isRight) failed(`${title}: ${name}: ${sight}`);
      return ['', isRight ? '' : '≠', name, sight];
    });
    console.log(`  ${title}\n${inColumns(rows)}`);
  }
}

/** What is to be seen: what the original shows, or what a session makes of it. */
function expectedOf(
  name: string,
  title: string,
  original: Sights,
  { unaware }: ClientRecipe,
): string | undefined {
  const isOld = /^original|^install|old client/.test(title);
  if (name.startsWith('what ')) return isOld ? undefined : 'no JWT';
  // A client of before logs out in its page alone.
  if (name === 'and what the cookies opened') return isOld ? undefined : 'opens no longer';
  // Nor is anything promised where the original is at a loss itself.
  const isLost = original.get(ENDED)?.startsWith('failed');
  if (AFTER_ITS_END.has(name) && (isLost || (unaware && !isOld))) return undefined;
  if (name === 'goes on when the server has ended it') return 'as a guest';
  return original.get(name);
}

function failed(what: string): void {
  failures++;
  console.log(`  FAIL ${what}`);
}
