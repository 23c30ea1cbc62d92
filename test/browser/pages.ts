import type { Page } from 'playwright-core';

/** What a visitor of the notes application does, told in the visitor's words. */

export async function register(page: Page, origin: string, name: string): Promise<void> {
  await page.goto(`${origin}/register`);
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('E-mail').fill(emailOf(name));
  await page.getByLabel('Password').fill(passwordOf(name));
  await page.getByRole('button', { name: 'Register' }).click();
  await page.getByRole('button', { name: 'Log out' }).waitFor();
}

export async function logIn(
  page: Page,
  origin: string,
  name: string,
  password = passwordOf(name),
): Promise<void> {
  await page.goto(`${origin}/login`);
  await page.getByLabel('E-mail').fill(emailOf(name));
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('button', { name: 'Log out' }).waitFor();
}

export async function logOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
}

/** Opens the application, and says as whom it greets: `null` when it asks to log in. */
export async function openedAs(page: Page, origin: string): Promise<string | null> {
  await page.goto(origin);
  const name = page.locator('header nav span');
  await name
    .or(page.getByRole('heading', { name: 'Log in' }))
    .first()
    .waitFor();
  return (await name.count()) ? await name.textContent() : null;
}

export async function addNote(page: Page, title: string): Promise<void> {
  // What was asked for before the note must not arrive after it.
  await notesShown(page);
  await page.getByLabel('Title').fill(title);
  await page.getByRole('button', { name: 'Add note' }).click();
  await page.getByRole('heading', { name: title }).waitFor();
}

/** The titles of the notes that are on the page, newest first. */
export async function titles(page: Page): Promise<string[]> {
  await page.getByRole('heading', { name: 'My notes' }).waitFor();
  await notesShown(page);
  return page.locator('.notes h2').allTextContents();
}

function notesShown(page: Page): Promise<void> {
  return page.locator('.notes li').or(page.getByText('No notes yet.')).first().waitFor();
}

/** What script on the page can read of storages and cookies. */
export function readableByScript(page: Page): Promise<{ storage: Record<string, string>; cookies: string }> {
  return page.evaluate('({ storage: { ...localStorage, ...sessionStorage }, cookies: document.cookie })');
}

export const emailOf = (name: string): string => `${name.toLowerCase()}@example.com`;
export const passwordOf = (name: string): string => `the password of ${name}`;
