import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { JWT, leaks, reachable, trafficOf } from '../../scripts/drive/traffic.js';
import type { Site } from '../apps/site.js';
import type { Versions } from '../apps/versions.js';
import { describeWith } from '../services/needed.js';
import { addNote, logIn, logOut, openedAs, readableByScript, register, titles } from './pages.js';
import { test as visit } from './visit.js';

const PAIRS: readonly { pair: string; server: keyof Versions; client: keyof Versions }[] = [
  { pair: 'as it stands', server: 'original', client: 'original' },
  { pair: 'the new client on the server after install', server: 'installed', client: 'whole' },
  { pair: 'the new client on the server after every step', server: 'whole', client: 'whole' },
];
const MIGRATED = PAIRS.filter(({ client }) => client === 'whole');

/** What visitors of every bundled application do, before its migration and after. */
export function journeys(application: string, { apart = false, cookie = false } = {}): void {
  const visitor = visit.override('application', application).override('apart', apart);

  describeWith(['chromium', 'redis-server'], application, () => {
    describe.each(PAIRS)('$pair', ({ server, client }) => {
      const test = visitor.override('live', { server, client });

      test('logs in, reloads, works, opens a second tab, logs out, lets another in', async ({
        site,
        context,
        page,
      }) => {
        const traffic = await trafficOf(page);
        expect(await openedAs(page, site.origin)).toBeNull();
        await register(page, site.origin, 'Ada');
        await addNote(page, 'Milk');
        await page.reload();
        expect(await titles(page)).toEqual(['Milk']);
        expect(await openedAs(page, site.origin)).toBe('Ada');
        const second = await context.newPage();
        const more = await trafficOf(second);
        expect(await openedAs(second, site.origin)).toBe('Ada');
        await addNote(second, 'Bread');
        const session = await context.cookies(site.api);
        await page.bringToFront();
        if (client === 'whole') await holdsNoToken(page);
        await logOut(page);
        await hasEnded(site, session);
        await second.bringToFront();
        expect(await openedAs(second, site.origin)).toBeNull();
        await page.bringToFront();
        await register(page, site.origin, 'Ben');
        expect(await titles(page)).toEqual([]);
        await second.bringToFront();
        expect(await openedAs(second, site.origin)).toBe('Ben');
        await page.bringToFront();
        await logOut(page);
        await logIn(page, site.origin, 'Ada');
        expect(await titles(page)).toEqual(['Bread', 'Milk']);
        if (client !== 'whole') return expect(JSON.stringify(traffic)).toMatch(JWT);
        await holdsNoToken(page);
        expect(traffic.length).toBeGreaterThan(10);
        expect(more.length).toBeGreaterThan(2);
        expect(leaks([...traffic, ...more])).toEqual([]);
      });

      test('asks to log in again, once, when the server has ended the login', async ({ site, page }) => {
        await register(page, site.origin, 'Ada');
        await addNote(page, 'Milk');
        await site.endLogins();
        const traffic = await trafficOf(page);
        await page.getByLabel('Title').fill('Too late');
        await page.getByRole('button', { name: 'Add note' }).click();
        await page.getByRole('heading', { name: 'Log in' }).waitFor();
        expect(await openedAs(page, site.origin)).toBeNull();
        await page.waitForLoadState('networkidle');
        const asked = traffic.filter(({ url }) => url.includes('/api/'));
        expect(asked.length, asked.map(({ url }) => url).join('\n')).toBeLessThan(8);
        await logIn(page, site.origin, 'Ada');
        expect(await titles(page)).toEqual(['Milk']);
      });
    });

    if (apart)
      visitor(
        'nobody is logged out by install, client and server, deployed in this order',
        async ({ versions, site, page }) => {
          await register(page, site.origin, 'Ada');
          await addNote(page, 'Milk');
          await site.deploy(versions.installed, versions.original);
          expect(await openedAs(page, site.origin)).toBe('Ada');
          await addNote(page, 'Bread');
          await site.deploy(versions.installed, versions.whole);
          // Until it is loaded again, a page that is open is one of before.
          await addNote(page, 'Eggs');
          expect(await openedAs(page, site.origin)).toBe('Ada');
          await holdsNoToken(page);
          const traffic = await trafficOf(page);
          await addNote(page, 'Tea');
          await site.deploy(versions.whole);
          await addNote(page, 'Salt');
          await page.reload();
          expect(await titles(page)).toEqual(['Salt', 'Tea', 'Eggs', 'Bread', 'Milk']);
          expect(await openedAs(page, site.origin)).toBe('Ada');
          expect(leaks(traffic)).toEqual([]);
          await holdsNoToken(page);
        },
      );

    describe.each(MIGRATED)('$pair', ({ server, client }) => {
      visitor(
        'takes up the token of an earlier visit, as the same user',
        async ({ versions, site, page }) => {
          await register(page, site.origin, 'Ada');
          await addNote(page, 'Milk');
          await site.deploy(versions[server], versions[client]);
          const traffic = await trafficOf(page);
          expect(await openedAs(page, site.origin)).toBe('Ada');
          expect(await titles(page)).toEqual(['Milk']);
          await page.reload();
          expect(await titles(page)).toEqual(['Milk']);
          await holdsNoToken(page);
          // Before any script of the new page runs, the browser has sent the old cookie for the page itself.
          const sent = leaks(traffic).filter((url) => !cookie || /\/(?:api|session)\b/.test(url));
          expect(sent).toEqual([]);
          await logOut(page);
          expect(await openedAs(page, site.origin)).toBeNull();
        },
      );

      visitor(
        'keeps that token while the server is away, and takes it up when it is back',
        async ({ versions, site, page }) => {
          await register(page, site.origin, 'Ada');
          await addNote(page, 'Milk');
          await site.deploy(versions[server], versions[client]);
          const back = await away(site, page);
          await page.goto(site.origin);
          await page.waitForLoadState('networkidle');
          expect(JSON.stringify((await readableByScript(page)).storage)).toMatch(JWT);
          await back();
          await site.deploy(versions[server], versions[client]);
          expect(await openedAs(page, site.origin)).toBe('Ada');
          expect(await titles(page)).toEqual(['Milk']);
          await holdsNoToken(page);
        },
      );
    });
  });
}

async function holdsNoToken(page: Page): Promise<void> {
  expect(await reachable(page)).not.toMatch(JWT);
}

/** The cookies of before the logout open nothing any more. */
async function hasEnded(site: Site, cookies: readonly { name: string; value: string }[]): Promise<void> {
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const status = async () => (await fetch(`${site.api}/api/auth/me`, { headers: { cookie } })).status;
  await expect.poll(status).toBe(401);
}

/** The server does not answer; where it serves the pages too, only its API does not. */
async function away(site: Site, page: Page): Promise<() => Promise<void>> {
  if (site.api !== site.origin) {
    await site.stop();
    return async () => {};
  }
  await page.route('**/api/**', (route) => route.abort('connectionrefused'));
  return () => page.unroute('**/api/**');
}
