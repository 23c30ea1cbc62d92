import { test as base } from 'vitest';
import { openSite } from '../apps/site.js';
import { versionsOf } from '../apps/versions.js';
import { startBrowser } from '../services/browser.js';

/**
 * A test with the notes application at hand: its `versions`, made once for the file, and for each test a `site`
 * that serves the original one, and a `context` and a `page` of a browser that has never been there.
 */
export const test = base
  .extend('application', { scope: 'file' }, () => 'notes')
  .extend('versions', { scope: 'file' }, async ({ application }, { onCleanup }) => {
    const versions = await versionsOf(application);
    onCleanup(versions.remove);
    return versions;
  })
  .extend('site', async ({ versions }, { onCleanup }) => {
    const site = await openSite();
    onCleanup(site.close);
    await site.deploy(versions.original);
    return site;
  })
  .extend('browser', { scope: 'file' }, async ({ application: _application }, { onCleanup }) => {
    const browser = await startBrowser();
    onCleanup(() => browser.close());
    return browser;
  })
  .extend('context', async ({ browser }, { onCleanup }) => {
    const context = await browser.newContext();
    onCleanup(() => context.close());
    return context;
  })
  .extend('page', ({ context }) => context.newPage());
