import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express4 from 'express';
import express5 from 'express5';
import { onTestFinished } from 'vitest';

export const EXPRESSES = [
  ['Express 4', express4],
  ['Express 5', express5],
] as const;

/** Listens on a free loopback port until the test is over. */
export async function listen(app: Parameters<typeof createServer>[1]): Promise<string> {
  const server: Server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const { port }: AddressInfo = addressOf(server);
  return `http://127.0.0.1:${port}`;
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

export interface Asked {
  readonly method?: string;
  readonly token?: string;
  readonly headers?: Record<string, string>;
  readonly json?: object;
  /** Leave the jar's cookies out of this request. */
  readonly noCookie?: boolean;
}

/** How an answer sets the session's cookie; its trace is beside it. */
export function sessionCookies(headers: Headers): readonly string[] {
  return headers.getSetCookie().filter((line) => line.startsWith('session='));
}

/** Kept from before any test puts its own in the place. */
const send = globalThis.fetch;

/** An HTTP client with a cookie jar. */
export interface Client {
  ask(path: string, asked?: Asked): Promise<Answer>;
  readonly cookies: Map<string, string>;
}

export function client(base: string, cookies: Map<string, string> = new Map()): Client {
  return {
    cookies,
    async ask(path, { method = 'GET', token, headers = {}, json, noCookie = false } = {}) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const response = await send(base + path, {
        method,
        redirect: 'manual',
        headers: {
          ...(cookie !== '' && !noCookie ? { cookie } : {}),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(json ? { 'content-type': 'application/json' } : {}),
          ...headers,
        },
        ...(json ? { body: JSON.stringify(json) } : {}),
      });
      const text = await response.text();
      for (const line of response.headers.getSetCookie()) {
        const [pair = '', ...attributes] = line.split('; ');
        const [name = '', value = ''] = pair.split(/=(.*)/s);
        const over = attributes.some((one) => /^expires=/i.test(one) && new Date(one.slice(8)) < new Date());
        if (over) cookies.delete(name);
        else cookies.set(name, value);
      }
      return { status: response.status, headers: response.headers, text, json: parsed(text) };
    },
  };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
