import { expect } from 'vitest';
import { describeWith } from '../services/needed.js';
import { addNote, logIn, logOut, openedAs, readableByScript, register, titles } from './pages.js';
import { test } from './visit.js';

describeWith(['chromium', 'redis-server'], 'the notes application as it stands, on JWTs', () => {
  test('who logs in keeps notes, and a token that script can read', async ({ site, page }) => {
    expect(await openedAs(page, site.origin)).toBeNull();
    await register(page, site.origin, 'Ada');
    await logOut(page);
    await logIn(page, site.origin, 'Ada');
    await addNote(page, 'Milk');
    await page.reload();
    expect(await titles(page)).toEqual(['Milk']);
    const { storage } = await readableByScript(page);
    expect(storage.token).toMatch(/^eyJ/);
    await logOut(page);
    expect(await openedAs(page, site.origin)).toBeNull();
  });

  test('the first user is the admin, the second is not', async ({ site, page }) => {
    await register(page, site.origin, 'Ada');
    await logOut(page);
    await register(page, site.origin, 'Ben');
    await page.goto(`${site.origin}/admin`);
    await page.getByText('This page is for the admin only.').waitFor();
    await logOut(page);
    await logIn(page, site.origin, 'Ada');
    await page.getByRole('link', { name: 'Users' }).click();
    await page.getByRole('cell', { name: 'ben@example.com' }).waitFor();
  });
});
