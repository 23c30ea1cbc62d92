import { setTimeout as wait } from 'node:timers/promises';
import type { Call, Recipe } from './recipes.js';

/** What an application answered. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  /** The session cookie that came with it, as a request sends it back. */
  readonly cookie?: string;
}

/** Sends one request. */
export async function send(
  origin: string,
  call: Call,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(origin + call.path, {
    method: call.method,
    headers: { 'Content-Type': 'application/json', ...headers },
    redirect: 'manual',
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
  });
  const set = response.headers.getSetCookie().find((one) => one.startsWith('session='));
  const cookie = set?.split(';')[0];
  return { status: response.status, body: await response.text(), ...(cookie ? { cookie } : {}) };
}

/** Registers where that is needed, and logs in. */
export async function login(origin: string, recipe: Recipe): Promise<{ token: string; cookie?: string }> {
  await send(origin, recipe.register);
  let answer = await send(origin, recipe.login);
  // Some answer a registration, or start to listen, before the user is in the database.
  for (let tries = 0; tries < 20 && typeof tokenIn(answer, recipe) !== 'string'; tries++) {
    await wait(250);
    answer = await send(origin, recipe.login);
  }
  const token = tokenIn(answer, recipe);
  if (typeof token !== 'string')
    throw new Error(`the login answers ${answer.status} ${answer.body.slice(0, 300)}`);
  return { token, ...(answer.cookie ? { cookie: answer.cookie } : {}) };
}

function tokenIn(answer: Answer, recipe: Recipe): unknown {
  return recipe.token(parsed(answer.body));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
