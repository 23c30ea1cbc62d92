import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
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

/** Chromium, for tests whose visitors each come with a context of their own. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: serviceAt('chromium'), args: ARGUMENTS, headless: true });
}

/** Chromium with a profile on disk: cookies and storage outlive pages, and the browser itself. */
export interface Profile {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Quits the browser and starts it again with what the profile remembers. */
  restart(): Promise<void>;
  remove(): Promise<void>;
}

export async function newProfile(): Promise<Profile> {
  const folder = await mkdtemp(join(tmpdir(), 'chromium-'));
  let context = await launch(folder);
  let page = await firstPage(context);
  return {
    get page() {
      return page;
    },
    get context() {
      return context;
    },
    restart: async () => {
      await context.close();
      context = await launch(folder);
      page = await firstPage(context);
    },
    remove: async () => {
      await context.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function launch(folder: string): Promise<BrowserContext> {
  const executablePath = serviceAt('chromium');
  return chromium.launchPersistentContext(folder, { executablePath, args: ARGUMENTS, headless: true });
}

async function firstPage(context: BrowserContext): Promise<Page> {
  return context.pages()[0] ?? (await context.newPage());
}
