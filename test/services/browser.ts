import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import { serviceAt } from './needed.js';

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A browser profile: what a visitor's browser remembers while pages and servers change. */
export interface Profile {
  /** Opens the browser with this profile; close the context to quit it. */
  open(): Promise<BrowserContext>;
  remove(): Promise<void>;
}

export async function newProfile(): Promise<Profile> {
  const folder = await mkdtemp(join(tmpdir(), 'chromium-'));
  return {
    open: () =>
      chromium.launchPersistentContext(folder, {
        executablePath: serviceAt('chromium'),
        args: ARGUMENTS,
        headless: true,
      }),
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}
