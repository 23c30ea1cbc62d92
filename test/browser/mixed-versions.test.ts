import { describe, expect } from 'vitest';
import type { Versions } from '../apps/versions.js';
import { describeWith } from '../services/needed.js';
import { addNote, logIn, logOut, openedAs, readableByScript, register, titles } from './pages.js';
import { test } from './visit.js';

/** Pairs that are live at once while the steps are deployed: a server, and the client that a browser still has. */
const PAIRS: readonly { pair: string; server: keyof Versions; client: keyof Versions }[] = [
  { pair: 'the old client on the server after install', server: 'installed', client: 'original' },
  { pair: 'the old client on the server after server', server: 'served', client: 'original' },
  { pair: 'the new client on the server after install', server: 'installed', client: 'whole' },
  { pair: 'the new client on the server after every step', server: 'whole', client: 'whole' },
];

describeWith(['chromium', 'redis-server'], 'versions that are live at once', () => {
  describe.each(PAIRS)('$pair', ({ server, client }) => {
    const deployed = test.override('live', { server, client });

    test('keeps who was logged in before', async ({ versions, site, page }) => {
      await register(page, site.origin, 'Ada');
      await addNote(page, 'From before');
      await site.deploy(versions[server], versions[client]);
      expect(await openedAs(page, site.origin)).toBe('Ada');
      expect(await titles(page)).toEqual(['From before']);
      await page.reload();
      expect(await titles(page)).toEqual(['From before']);
    });

    deployed('logs in, works, logs out', async ({ site, page }) => {
      await register(page, site.origin, 'Ada');
      await addNote(page, 'Milk');
      await page.reload();
      expect(await titles(page)).toEqual(['Milk']);
      await page.getByRole('button', { name: 'Delete Milk' }).click();
      await page.getByText('No notes yet.').waitFor();
      await page.getByRole('link', { name: 'Users' }).click();
      await page.getByRole('cell', { name: 'ada@example.com' }).waitFor();
      await logOut(page);
      expect(await openedAs(page, site.origin)).toBeNull();
      await logIn(page, site.origin, 'Ada');
      expect(await openedAs(page, site.origin)).toBe('Ada');
    });

    test('serves Ben as Ben who logs in after Ada has logged out', async ({
      versions,
      site,
      context,
      page,
    }) => {
      await register(page, site.origin, 'Ada');
      await addNote(page, 'Only for Ada');
      await site.deploy(versions[server], versions[client]);
      expect(await openedAs(page, site.origin)).toBe('Ada');
      await logOut(page);
      await register(page, site.origin, 'Ben');
      expect(await titles(page)).toEqual([]);
      await addNote(page, 'Only for Ben');
      expect(await openedAs(page, site.origin)).toBe('Ben');
      expect(await openedAs(await context.newPage(), site.origin)).toBe('Ben');
      // The cookie by itself, as an image or a link sends it.
      const byCookie = await context.request.get(`${site.origin}/api/auth/me`);
      expect(byCookie.ok() ? (await byCookie.json()).name : 'Ben').toBe('Ben');
      await page.bringToFront();
      await logOut(page);
      await logIn(page, site.origin, 'Ada');
      expect(await titles(page)).toEqual(['Only for Ada']);
    });

    deployed(
      'lets tests in that log in by a request of the browser and store what it answers',
      async ({ site, context, page }) => {
        const data = { name: 'Ada', email: 'ada@example.com', password: 'Ada-password' };
        const answer = await context.request.post(`${site.origin}/api/auth/register`, { data });
        const { token } = await answer.json();
        await page.addInitScript(`localStorage.setItem('token', ${JSON.stringify(token)})`);
        expect(await openedAs(page, site.origin)).toBe('Ada');
        await addNote(page, 'Milk');
        await page.reload();
        expect(await titles(page)).toEqual(['Milk']);
      },
    );
  });

  test('keeps who logged in by the old client on the server after server', async ({
    versions,
    site,
    page,
  }) => {
    await site.deploy(versions.served, versions.original);
    await register(page, site.origin, 'Ada');
    await site.deploy(versions.whole, versions.whole);
    expect(await openedAs(page, site.origin)).toBe('Ada');
    expect((await readableByScript(page)).storage.token).toBeUndefined();
    await page.reload();
    expect(await openedAs(page, site.origin)).toBe('Ada');
  });
});
