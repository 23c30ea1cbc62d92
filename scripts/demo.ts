import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pc from 'picocolors';
import {
  bundled,
  copyApplication,
  freePort,
  REPOSITORY,
  type RunningServer,
  startServer,
} from './bundled-application.js';
import { type Conversation, conversationWith, short } from './conversation.js';

/**
 * Migrates the bundled notes application in a temporary copy and shows what becomes of its logins. All that it
 * prints happened; what should have happened and did not ends it with 1.
 */
const started = Date.now();
const port = await freePort();
const notes = conversationWith(`http://127.0.0.1:${port}`);
const folder = await copyApplication(bundled('notes'));
let server: RunningServer | undefined;
process.once('SIGINT', () => {
  rmSync(folder, { recursive: true, force: true });
  process.exit(130);
});

try {
  const jwts = await theOriginal(notes);
  await migrating();
  const cookie = await theExchange(notes, jwts.ada);
  await theLogout(notes, cookie);
  await theClosingWindow(notes, jwts);
  say(`\nDone in ${Math.round((Date.now() - started) / 1000)} seconds. The diff for an application of your own, which changes nothing:
${pc.bold('node dist/bin/jwt-to-session.js migrate path/to/application')}`);
} catch (error) {
  process.exitCode = 1;
  console.error(pc.red(`\nThe demo stopped: ${error instanceof Error ? error.message : error}`));
  if (server?.printed()) console.error(pc.dim(`What the server wrote:\n${server.printed()}`));
} finally {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
}

interface Jwts {
  readonly ada: string;
  readonly ben: string;
  readonly eve: string;
}

async function theOriginal({ request }: Conversation): Promise<Jwts> {
  chapter('The application as it stands: Express and React, logged in with JWTs');
  await serve();
  const register = async (name: string): Promise<string> => {
    const account = { name, email: `${name.toLowerCase()}@example.com`, password: `the password of ${name}` };
    const { body } = await request('POST /api/auth/register', { json: account, expect: 201, quiet: true });
    const jwt = JSON.parse(body).token;
    say(`${name} registers, in a browser that keeps a JWT in localStorage: ${pc.yellow(short(jwt))}`);
    return jwt;
  };
  const jwts = { ada: await register('Ada'), ben: await register('Ben'), eve: await register('Eve') };
  await request('POST /api/notes', { jwt: jwts.ada, json: { title: 'Milk' }, expect: 201 });
  await server?.stop();
  return jwts;
}

async function migrating(): Promise<void> {
  chapter('The migration: jwt-to-session migrate, a dry run that prints the diff and the report');
  commandLine('migrate', folder);
  say(`\nAnd the same with ${pc.bold('--write')}, into the temporary copy ${folder}.`);
  commandLine('migrate', folder, '--write', '--yes', '--format', 'json');
  const module = join(folder, 'server/session.js');
  const written = await readFile(module, 'utf8');
  const window = /window: \{ closes: ('[^']+') \},/;
  if (!window.test(written)) throw new Error(`no window in the session module:\n${written}`);
  await writeFile(
    module,
    written.replace(window, "window: { closes: process.env.WINDOW_CLOSES || $1 }, grace: '1s',"),
  );
  say('To be seen in under a minute, two times are shortened there: the grace of ten seconds in which a JWT');
  say(
    'may still come beside its new session to one, and in the last chapter the window of weeks to seconds.',
  );
}

async function theExchange({ request }: Conversation, jwt: string): Promise<string> {
  chapter('Ada comes back to the migrated server, with the JWT that the old one gave her');
  await serve();
  const first = await request('GET /api/notes', { jwt, expect: 200, body: 'Milk' });
  const cookie = first.cookie ?? missing('a session cookie in the answer to a valid JWT');
  say('She is still logged in: the JWT has been exchanged for a session, whose cookie no script can read.');
  await request('GET /api/auth/me', { cookie, expect: 200, body: 'ada@example.com' });
  say('The cookie is enough from now on. It has come back, so the JWT is spent after a second of grace.');
  await wait(1_500);
  await request('GET /api/notes', { jwt, expect: 401 });
  say('Whoever finds the old JWT now has nothing.');
  return cookie;
}

async function theLogout({ request }: Conversation, cookie: string): Promise<void> {
  chapter('Ada logs out');
  await request('DELETE /api/session', { cookie, expect: 204 });
  await request('GET /api/auth/me', { cookie, expect: 401 });
  say('The session has ended on the server: a copy of the cookie is worth nothing.');
}

async function theClosingWindow({ request }: Conversation, jwts: Jwts): Promise<void> {
  chapter('The window closes: a server that takes JWTs for eight more seconds');
  await server?.stop();
  const closes = Date.now() + 8_000;
  await serve({ WINDOW_CLOSES: new Date(closes).toISOString() });
  const before = await request('GET /api/auth/me', { jwt: jwts.ben, expect: 200, body: 'ben@example.com' });
  const cookie = before.cookie ?? missing('a session cookie before the window closes');
  say('Ben comes in time. Eve comes after the window has closed; her JWT is valid for another month.');
  await wait(closes + 200 - Date.now());
  await request('GET /api/auth/me', { jwt: jwts.eve, expect: 401 });
  await request('GET /api/auth/me', { cookie, expect: 200, body: 'ben@example.com' });
  say('No JWT opens anything any more. Eve logs in again, and Ben goes on with his session.');
}

async function serve(more: NodeJS.ProcessEnv = {}): Promise<void> {
  const { REDIS_URL: _redis, ...env } = process.env;
  server = await startServer(join(folder, 'server'), {
    ...env,
    PORT: String(port),
    HOST: '127.0.0.1',
    JWT_SECRET: 'the secret that JWTs are signed with',
    SESSION_SECRET: 'the secret that session cookies are signed with',
    DATA_FILE: join(folder, 'server/data/notes.json'),
    ...more,
  });
}

function commandLine(...given: readonly string[]): void {
  const program = join(REPOSITORY, 'dist/bin/jwt-to-session.js');
  const quiet = given.includes('--write');
  const { status, stderr } = spawnSync(process.execPath, [program, ...given], {
    cwd: tmpdir(),
    stdio: ['ignore', quiet ? 'ignore' : 'inherit', 'pipe'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`jwt-to-session ${given.join(' ')} ended with ${status}:\n${stderr}`);
}

function chapter(title: string): void {
  say(`\n${pc.bold(pc.cyan(`── ${title}`))}\n`);
}

function say(text: string): void {
  console.log(text);
}

function missing(what: string): never {
  throw new Error(`there should have been ${what}`);
}
