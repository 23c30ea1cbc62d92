import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import jwt from 'jsonwebtoken';
import { expect } from 'vitest';
import { REPOSITORY } from '../../scripts/bundled-application.js';
import { type Application, run } from '../apps/application.js';
import { JWT_SECRET } from '../apps/site.js';
import { newProfile } from '../services/browser.js';
import { describeWith } from '../services/needed.js';
import { addNote, logIn, logOut, openedAs, readableByScript, register, titles } from './pages.js';
import { test } from './visit.js';

describeWith(['chromium', 'redis-server'], 'a browser that is logged in while everything is migrated', () => {
  test('stays logged in, then lives on a session', async ({ versions, site, onTestFinished }) => {
    const profile = await newProfile();
    onTestFinished(profile.remove);
    await register(profile.page, site.origin, 'Ada');
    await addNote(profile.page, 'Milk');
    const token = (await readableByScript(profile.page)).storage.token ?? '';
    expect(jwt.verify(token, JWT_SECRET)).toMatchObject({ id: expect.any(String) });

    const migrated = await versions.original.copy();
    onTestFinished(migrated.remove);
    await migrateByCommandLine(migrated);
    await migrated.buildClient();
    await site.deploy(migrated);
    await profile.restart();

    expect(await openedAs(profile.page, site.origin)).toBe('Ada');
    expect(await titles(profile.page)).toEqual(['Milk']);
    await hasNoTokenFor(profile.page, site.origin, token);
    const [cookie, trace, ...others] = await profile.context.cookies();
    expect(others).toEqual([]);
    expect(trace).toMatchObject({ name: 'session-was-open', value: '1', httpOnly: true });
    expect(cookie).toMatchObject({ name: 'session', httpOnly: true, sameSite: 'Lax' });
    expect((await readableByScript(profile.page)).cookies).toBe('');

    await profile.page.reload();
    expect(await titles(profile.page)).toEqual(['Milk']);
    await profile.restart();
    expect(await openedAs(profile.page, site.origin)).toBe('Ada');

    const old = { cookie: `session=${cookie?.value}` };
    expect((await asked(site.origin, old)).status).toBe(200);
    const other = await profile.context.newPage();
    expect(await openedAs(other, site.origin)).toBe('Ada');
    await logOut(other);
    await expect.poll(async () => (await asked(site.origin, old)).status).toBe(401);
    await profile.page.bringToFront();
    expect(await openedAs(profile.page, site.origin)).toBeNull();

    await opensNothing(site.origin, token);
    await logIn(profile.page, site.origin, 'Ada');
    await hasNoTokenFor(profile.page, site.origin, token);
  });

  test('keeps its session when the window closes, and no JWT is taken any more', async ({
    versions,
    site,
    page,
    onTestFinished,
  }) => {
    await register(page, site.origin, 'Ada');
    const token = (await readableByScript(page)).storage.token ?? '';
    const payload = jwt.verify(token, JWT_SECRET, { complete: false });
    const fresh = () => {
      const id = typeof payload === 'string' ? payload : payload.id;
      return jwt.sign({ id }, JWT_SECRET, { expiresIn: '30d', jwtid: crypto.randomUUID() });
    };
    const closing = await versions.whole.copy();
    onTestFinished(closing.remove);
    const closes = Date.now() + 12_000;
    await closeWindow(closing, new Date(closes));
    await site.deploy(closing, versions.whole);
    expect(await openedAs(page, site.origin)).toBe('Ada');
    expect((await asked(site.origin, { authorization: `Bearer ${fresh()}` })).status).toBe(200);
    await wait(closes + 100 - Date.now());
    await opensNothing(site.origin, fresh());
    expect(await openedAs(page, site.origin)).toBe('Ada');
  });
});

async function migrateByCommandLine({ folder }: Application): Promise<void> {
  const program = join(REPOSITORY, 'dist/bin/jwt-to-session.js');
  await run(process.execPath, [program, 'migrate', folder, '--write', '--yes'], folder);
}

async function closeWindow({ folder }: Application, closes: Date): Promise<void> {
  const module = join(folder, 'server/session.js');
  const text = await readFile(module, 'utf8');
  const changed = text.replace(/closes: '[^']+'/, `closes: '${closes.toISOString()}'`);
  expect(changed).not.toBe(text);
  await writeFile(module, changed);
}

type Asking = { cookie: string } | { authorization: string };

function asked(origin: string, headers: Asking): Promise<Response> {
  return fetch(`${origin}/api/auth/me`, { headers });
}

/** The token gets an answer neither from the application nor from the exchange, and no cookie. */
async function opensNothing(origin: string, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  const answers = [
    await asked(origin, headers),
    await fetch(`${origin}/api/session/exchange`, { method: 'POST', headers }),
  ];
  for (const answer of answers) {
    expect(answer.status).toBe(401);
    expect(answer.headers.getSetCookie()).toEqual([]);
  }
}

/** Nothing that script can read is the token, or opens anything when it is sent as one. */
async function hasNoTokenFor(
  page: Parameters<typeof readableByScript>[0],
  origin: string,
  token: string,
): Promise<void> {
  const { storage } = await readableByScript(page);
  expect(storage).not.toHaveProperty('token');
  for (const value of Object.values(storage)) {
    expect(value).not.toContain(token);
    await opensNothing(origin, value);
  }
}
