import { test as base } from 'vitest';
import { freeAddresses } from '../apps/addresses.js';
import { openSite } from '../apps/site.js';
import { type Versions, versionsOf } from '../apps/versions.js';
import { startBrowser } from '../services/browser.js';

interface Live {
  readonly server: keyof Versions;
  readonly client: keyof Versions;
}

/**
 * A test with an application at hand, the notes application unless another is named: its `versions`, made once for
 * the file, and for each test a `site` that serves the original one, or what `live` names, and a `context` and a
 * `page` of a browser that has never been there.
 */
export const test = base
  .extend('application', { scope: 'file' }, () => 'notes')
  // Whether its API is at another address than its pages.
  .extend('apart', { scope: 'file' }, () => false)
  .extend('addresses', { scope: 'file' }, ({ apart }) => freeAddresses(apart))
  .extend('versions', { scope: 'file' }, async ({ application, addresses }, { onCleanup }) => {
    const versions = await versionsOf(application, addresses);
    onCleanup(versions.remove);
    return versions;
  })
  // What the site serves at first: the server of one version, the client of one.
  .extend('live', (): Live => ({ server: 'original', client: 'original' }))
  .extend('site', async ({ versions, addresses, live }, { onCleanup }) => {
    const site = await openSite(addresses);
    onCleanup(site.close);
    await site.deploy(versions[live.server], versions[live.client]);
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
