import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Application, bundledApplication } from '../apps/application.js';
import { openSite, type Site } from '../apps/site.js';
import { newProfile, type Profile } from '../services/browser.js';
import { describeWith } from '../services/needed.js';
import { addNote, logIn, logOut, openedAs, readableByScript, register, titles } from './pages.js';

describeWith(['chromium', 'redis-server'], 'the notes application as it stands, on JWTs', () => {
  let application: Application;
  let site: Site;
  let profile: Profile;
  let browser: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    application = await bundledApplication('notes');
    await application.buildClient();
    site = await openSite();
    await site.deploy(application);
    profile = await newProfile();
    browser = await profile.open();
    page = await browser.newPage();
    await register(page, site.origin, 'Ada');
    await logOut(page);
  });

  afterAll(async () => {
    await browser.close();
    await profile.remove();
    await site.close();
    await application.remove();
  });

  test('a visitor is asked to log in', async () => {
    expect(await openedAs(page, site.origin)).toBeNull();
  });

  test('who logs in keeps notes, and a token that script can read', async () => {
    await logIn(page, site.origin, 'Ada');
    await addNote(page, 'Milk');
    await page.reload();
    expect(await titles(page)).toEqual(['Milk']);
    const { storage } = await readableByScript(page);
    expect(storage.token).toMatch(/^eyJ/);
    await logOut(page);
    expect(await openedAs(page, site.origin)).toBeNull();
  });

  test('the first user is the admin, the second is not', async () => {
    await register(page, site.origin, 'Ben');
    await page.goto(`${site.origin}/admin`);
    await page.getByText('This page is for the admin only.').waitFor();
    await logOut(page);
    await logIn(page, site.origin, 'Ada');
    await page.getByRole('link', { name: 'Users' }).click();
    await page.getByRole('cell', { name: 'ben@example.com' }).waitFor();
    await logOut(page);
  });
});
