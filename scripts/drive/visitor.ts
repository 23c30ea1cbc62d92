import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Pages } from './client-recipe.js';
import { somebody } from './conversation.js';
import type { Person } from './recipe.js';
import { JWT, leaks, reachable, trafficOf } from './traffic.js';

/** What a visitor saw, by what he did. */
export type Sights = Map<string, string>;

/** Where an application is driven. */
export interface Place {
  readonly origin: string;
  readonly pages: Pages;
  /** The beginnings of the addresses that its server answers. */
  readonly api: readonly string[];
  /** Makes the server refuse the login that a page has. */
  end(page: Page): Promise<void>;
  /** What a request of a user is answered with these cookies. */
  opened(cookie: string): Promise<number>;
}

/** A visitor with a browser of his own, who is logged in. */
export interface Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly person: Person;
}

const PATIENCE = 8_000;

/** Opens a browser that was never there. */
export async function newcomer(browser: Browser, { origin }: Place): Promise<Page> {
  const context = await browser.newContext({ baseURL: origin });
  context.setDefaultTimeout(PATIENCE);
  // What pages fetch from elsewhere is not on this machine.
  await context.route(
    (url) => url.hostname !== 'localhost',
    (route) => route.abort(),
  );
  return context.newPage();
}

export async function loggedIn(browser: Browser, place: Place): Promise<Visitor> {
  const page = await newcomer(browser, place);
  const person = somebody();
  await place.pages.register(page, person);
  await seen(page, place, person);
  return { page, person, context: page.context() };
}

/** Goes through an application as its users do, in two tabs, as two persons. */
export async function visit(browser: Browser, place: Place, session: boolean): Promise<Sights> {
  const { pages } = place;
  const { sights, see } = looking();
  const page = await newcomer(browser, place);
  const context = page.context();
  const errors = errorsOf(page);
  const traffic = await trafficOf(page);
  const one = somebody();
  const other = somebody();
  const who = (tab: Page) => seen(tab, place, one, other);

  await see('opens a page for users as a guest', () => opened(page, place, one, other));
  await see('registers', () => pages.register(page, one).then(() => who(page)));
  await see('uses it', () => used(page, place));
  await see('reloads', () => page.reload().then(() => opened(page, place, one, other)));
  const second = await context.newPage();
  const more = await trafficOf(second);
  await see('opens a second tab', () => opened(second, place, one, other));
  await see('uses it there', () => used(second, place));
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  await page.bringToFront();
  if (session) await see('what script can reach', () => reached(page));
  await see('logs out', () => pages.logOut(page).then(() => who(page)));
  await see('opens a page for users then', () => opened(page, place, one, other));
  await see('and what the cookies opened', async () => opensStill(await place.opened(cookie)));
  await see('opens the second tab anew', () => opened(second, place, one, other));
  await page.bringToFront();
  await see('registers another', () => pages.register(page, other).then(() => who(page)));
  await see('uses it as the other', () => used(page, place));
  await see('opens the second tab as the other', () => opened(second, place, one, other));
  await page.bringToFront();
  await see('the other logs out', () => pages.logOut(page).then(() => who(page)));
  await see('logs in', () => pages.logIn(page, one).then(() => who(page)));
  await see('opens a page for users', () => opened(page, place, one, other));
  const before = traffic.length;
  await place.end(page);
  if (session) await see('goes on when the server has ended it', () => wentOn(page, place, one, other));
  await see('reloads when the server has ended it', () => opened(page, place, one, other));
  await see('and stays there', async () => {
    const calm = traffic.length;
    await page.waitForTimeout(1_000);
    const isQuiet = traffic.length - calm < 3 && calm - before < 100;
    return isQuiet ? 'quietly' : 'and asks without end';
  });
  await see('logs in after that', () => pages.logIn(page, one).then(() => who(page)));
  if (session) await see('what script can reach at the end', () => reached(page));
  if (session) await see('what went out', async () => said(leaks([...traffic, ...more])));
  sights.set('errors', [...errors].sort().join('; '));
  await context.close();
  return sights;
}

/** Somebody who was logged in before something was deployed comes again. */
export async function returned({ context, page, person }: Visitor, place: Place): Promise<Sights> {
  const { sights, see } = looking();
  const traffic = await trafficOf(page);
  await see('comes again', () => opened(page, place, person));
  await see('uses it again', () => used(page, place));
  await see('reloads it', () => page.reload().then(() => opened(page, place, person)));
  await see('what script can reach', () => reached(page));
  await see('what went out', async () => said(leaks(traffic)));
  await see('logs out at last', () => place.pages.logOut(page).then(() => seen(page, place, person)));
  await see('opens a page for users at last', () => opened(page, place, person));
  await context.close();
  return sights;
}

/** He comes while the server is away, and again when it is back. */
export async function returnedOffline({ context, page, person }: Visitor, place: Place): Promise<Sights> {
  const { sights, see } = looking();
  const isApi = (url: URL) => place.api.some((beginning) => url.href.startsWith(beginning));
  await context.route(isApi, (route) => route.abort('connectionrefused'));
  await page.goto(place.pages.gated);
  await page.waitForTimeout(1_500);
  await context.unroute(isApi);
  await see('comes when the server is back', () => opened(page, place, person));
  await see('uses it then', () => used(page, place));
  await see('what script can reach', () => reached(page));
  await context.close();
  return sights;
}

/** Notes what is seen, or what went wrong. */
function looking(): { sights: Sights; see: (name: string, look: () => Promise<string>) => Promise<void> } {
  const sights: Sights = new Map();
  return {
    sights,
    see: async (name, look) => {
      sights.set(name, await look().catch((error: unknown) => `failed: ${firstLine(error)}`));
    },
  };
}

/** Opens a page for users, and says as whom. */
async function opened(page: Page, place: Place, ...people: readonly Person[]): Promise<string> {
  await page.goto(place.pages.gated);
  return seen(page, place, ...people);
}

/** Says whom the page greets, once it has made up its mind. */
async function seen(page: Page, { pages }: Place, ...people: readonly Person[]): Promise<string> {
  const guest = pages.guest(page);
  const names = people.map(({ name }) => page.getByText(name));
  const any = names.reduce((all, name) => all.or(name), guest);
  await any.first().waitFor();
  await page.waitForLoadState('networkidle');
  await any.first().waitFor();
  const shown = await Promise.all(names.map((name) => name.count()));
  const at = shown.findIndex((count) => count > 0);
  return at < 0 ? 'as a guest' : at === 0 ? 'as himself' : 'as the other';
}

async function used(page: Page, { pages }: Place): Promise<string> {
  return pages.use(page).then(
    () => 'done',
    (error: unknown) => `failed: ${firstLine(error)}`,
  );
}

/** Uses a page whose login was ended meanwhile. */
async function wentOn(page: Page, place: Place, ...people: readonly Person[]): Promise<string> {
  await place.pages.use(page).catch(() => {});
  return seen(page, place, ...people);
}

async function reached(page: Page): Promise<string> {
  const found = JWT.exec(await reachable(page));
  return found ? `a JWT: ${found[0].slice(0, 60)}` : 'no JWT';
}

function said(urls: readonly string[]): string {
  return urls.length ? `a JWT, to ${[...new Set(urls)].join(', ')}` : 'no JWT';
}

function opensStill(status: number): string {
  return status < 400 ? 'opens still' : 'opens no longer';
}

/** What no handler of the page caught. */
function errorsOf(page: Page): ReadonlySet<string> {
  const errors = new Set<string>();
  // Looking at everything on `window` calls what is not meant to be called.
  const isOurs = (error: string) => error.endsWith('Illegal invocation');
  page.on('pageerror', (error) => {
    if (!isOurs(error.message)) errors.add(firstLine(error));
  });
  return errors;
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0] ?? '';
}
