import type { Call } from './recipe.js';

/** What an application answered. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

interface Kept {
  readonly value: string;
  readonly path: string;
}

/** A client that keeps cookies as browsers do. */
export interface Browser {
  send(call: Call, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

/**
 * A browser without cookies yet, that visits one origin.
 *
 * @param seen what is made of the text of an answer
 */
export function browserAt(origin: string, seen = (body: string) => body): Browser {
  const cookies = new Map<string, Kept>();
  return {
    async send(call, headers = {}) {
      const sent = [...cookies].filter(([, { path }]) => call.path.startsWith(path));
      const cookie = sent.map(([name, { value }]) => `${name}=${value}`).join('; ');
      const response = await fetch(origin + call.path, {
        method: call.method,
        headers: { 'Content-Type': 'application/json', ...(cookie ? { Cookie: cookie } : {}), ...headers },
        redirect: 'manual',
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      });
      for (const line of response.headers.getSetCookie()) keep(cookies, line);
      return { status: response.status, body: seen(await response.text()) };
    },
  };
}

function keep(cookies: Map<string, Kept>, line: string): void {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
  const name = pair.slice(0, pair.indexOf('='));
  const value = pair.slice(name.length + 1);
  const attribute = (wanted: string) =>
    attributes.find((one) => one.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1);
  const expires = attribute('expires');
  const gone = attribute('max-age') === '0' || (expires && Date.parse(expires) < Date.now());
  if (gone || !value) cookies.delete(name);
  else cookies.set(name, { value, path: attribute('path') ?? '/' });
}
