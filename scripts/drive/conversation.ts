import { setTimeout as wait } from 'node:timers/promises';
import { type Answer, type Browser, browserAt } from './browser.js';
import { bearer, field, type Person, type Recipe } from './recipe.js';

/** What each visit was answered, by its name. */
export type Visits = ReadonlyMap<string, Answer>;

/** Somebody who is logged in: his browser, what it attaches, and what the login answered. */
export interface LoggedIn {
  readonly browser: Browser;
  readonly headers: Readonly<Record<string, string>>;
  readonly answer: unknown;
}

/** How a client shows who it is: by what the login gave it, as it always did, or by the session cookie alone. */
export type Client = { readonly by: 'token' } | { readonly by: 'cookie'; readonly endpoint: string };

const WRONG = 'a.wrong.token';

let people = 0;

/** Somebody whom the application does not know yet. */
export function somebody(): Person {
  people++;
  const name = `ann${process.pid % 10_000}x${people}`;
  return { name, email: `${name}@example.com`, password: 'Correct-horse-1' };
}

/** Registers somebody and logs him in. */
export async function logIn(
  origin: string,
  recipe: Recipe,
  client: Client,
  visits = new Map<string, Answer>(),
): Promise<LoggedIn> {
  const person = somebody();
  const browser = browserAt(origin, without(person));
  const registered = recipe.register && (await browser.send(recipe.register(person)));
  if (registered) visits.set('register', registered);
  let answer = await browser.send(recipe.login(person));
  // Some answer a registration, or start to listen, before the user is in the database.
  for (let tries = 0; tries < 20 && answer.status >= 400; tries++) {
    await wait(250);
    answer = await browser.send(recipe.login(person));
  }
  visits.set('log in', answer);
  const login = parsed(answer.body);
  const token = recipe.token?.(login);
  if (recipe.token && typeof token !== 'string')
    throw new Error(`it answers ${registered?.body.slice(0, 300)} and then ${answer.body.slice(0, 300)}`);
  return { browser, answer: login, headers: await accepted(browser, recipe, client, token) };
}

/** What a client attaches after it was given a token; one that lives by the cookie has it exchanged and forgets it. */
async function accepted(
  browser: Browser,
  { attach }: Recipe,
  client: Client,
  token: unknown,
): Promise<Readonly<Record<string, string>>> {
  if (typeof token !== 'string' || !attach) return {};
  if (client.by === 'token') return attach(token);
  const header: unknown = parsed(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString());
  const isMarker = field('alg')(header) === 'none';
  if (!isMarker) await browser.send({ method: 'POST', path: `${client.endpoint}/exchange` }, bearer(token));
  return {};
}

/** Goes through an application as a user does: everything once, and logged out at the end. */
export async function conversation(origin: string, recipe: Recipe, client: Client): Promise<Visits> {
  const visits = new Map<string, Answer>();
  const user = await logIn(origin, recipe, client, visits);
  const { browser } = user;
  let { headers } = user;
  const guest = browserAt(origin);
  visits.set('protected', await browser.send(recipe.guarded, headers));
  visits.set('protected, as a guest', await guest.send(recipe.guarded));
  if (recipe.attach)
    visits.set('protected, wrong token', await guest.send(recipe.guarded, recipe.attach(WRONG)));
  if (recipe.forbidden) visits.set('wrong role', await browser.send(recipe.forbidden, headers));
  if (recipe.refresh) {
    const renewed = await browser.send(recipe.refresh(user.answer), headers);
    visits.set('refresh', renewed);
    headers = await accepted(browser, recipe, client, recipe.refreshed?.(parsed(renewed.body)));
    visits.set('protected, refreshed', await browser.send(recipe.guarded, headers));
  }
  const own = recipe.logout?.(user.answer);
  const logout =
    own ?? (client.by === 'cookie' ? ({ method: 'DELETE', path: client.endpoint } as const) : undefined);
  if (!logout) return visits;
  visits.set('log out', await browser.send(logout, headers));
  visits.set('protected, logged out', await browser.send(recipe.guarded, headers));
  return visits;
}

/** Takes out what differs from one person to the next. */
function without({ name, email }: Person): (body: string) => string {
  return (body) => body.replaceAll(email, 'somebody@example.com').replaceAll(name, 'somebody');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
