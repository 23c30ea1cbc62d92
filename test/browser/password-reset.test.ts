import jwt from 'jsonwebtoken';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { JWT_SECRET } from '../apps/site.js';
import type { Versions } from '../apps/versions.js';
import { describeWith } from '../services/needed.js';
import { emailOf, logIn, logOut, openedAs, register } from './pages.js';
import { test } from './visit.js';

const STATES: readonly (keyof Versions)[] = ['original', 'installed', 'served', 'whole'];

describeWith(['chromium', 'redis-server'], 'the link that resets a password', () => {
  describe.each(STATES)('%s', (state) => {
    test('is a JWT of ten minutes, works, and logs nobody in', async ({ versions, site, page }) => {
      await register(page, site.origin, 'Ada');
      await logOut(page);
      await site.deploy(versions[state], state === 'whole' ? versions.whole : versions.original);
      await askForLink(page, site.origin);
      const link = await site.lastMailedLink();
      const token = link.split('/').at(-1) ?? '';
      const payload = jwt.verify(token, JWT_SECRET, { complete: true }).payload;
      expect(payload).toMatchObject({ id: expect.any(String), purpose: 'password-reset' });
      expect(typeof payload === 'object' && Number(payload.exp) - Number(payload.iat)).toBe(600);

      if (state !== 'original') await logsNobodyIn(site.origin, token);
      await choosePassword(page, link, 'another password');
      expect(await openedAs(page, site.origin)).toBeNull();
      await logIn(page, site.origin, 'Ada', 'another password');
    });
  });

  test('that was mailed before the migration works after it', async ({ versions, site, page }) => {
    await register(page, site.origin, 'Ada');
    await logOut(page);
    await askForLink(page, site.origin);
    await site.deploy(versions.whole);
    await choosePassword(page, await site.lastMailedLink(), 'another password');
    await logIn(page, site.origin, 'Ada', 'another password');
  });
});

async function askForLink(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/forgot-password`);
  await page.getByLabel('E-mail').fill(emailOf('Ada'));
  await page.getByRole('button', { name: 'Send me a link' }).click();
  await page.getByRole('status').waitFor();
}

async function choosePassword(page: Page, link: string, password: string): Promise<void> {
  await page.goto(link);
  await page.getByLabel('New password').fill(password);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Your password has been changed').waitFor();
}

/** As a Bearer token, everywhere that one is taken. */
async function logsNobodyIn(origin: string, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  const answers = [
    await fetch(`${origin}/api/auth/me`, { headers }),
    await fetch(`${origin}/api/notes`, { headers }),
    await fetch(`${origin}/api/session`, { headers }),
    await fetch(`${origin}/api/session/exchange`, { method: 'POST', headers }),
  ];
  expect(answers.map((answer) => answer.status)).toEqual([401, 401, 401, 401]);
  expect(answers.flatMap((answer) => answer.headers.getSetCookie())).toEqual([]);
}
