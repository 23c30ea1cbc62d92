import type { Page } from 'playwright-core';

/** Fills a page's form, its fields named by selectors, and presses its button. */
export async function submitted(
  page: Page,
  path: string,
  fields: Readonly<Record<string, string>>,
  button: string,
): Promise<void> {
  await page.goto(path);
  for (const [selector, value] of Object.entries(fields)) await page.locator(selector).fill(value);
  await page.getByRole('button', { name: button }).click();
}
