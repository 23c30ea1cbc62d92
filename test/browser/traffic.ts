import type { Page } from 'playwright-core';

/** What a page sent: address and headers, cookies among them, as they went out. */
export interface Sent {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A JWT that is signed; a marker is not. */
export const JWT = /\beyJ[\w-]+\.eyJ[\w-]+\.[\w-]{20,}/;

/** Keeps the browser's own log of what a page sends, from here on. */
export async function trafficOf(page: Page): Promise<readonly Sent[]> {
  const log = await page.context().newCDPSession(page);
  const sent = new Map<string, Sent>();
  const heard = (id: string, more: Partial<Sent>): void => {
    const known = sent.get(id) ?? { url: '', headers: {}, body: '' };
    sent.set(id, { ...known, ...more, headers: { ...known.headers, ...more.headers } });
    all.splice(0, all.length, ...sent.values());
  };
  const all: Sent[] = [];
  log.on(
    'Network.requestWillBeSent',
    ({ requestId, request: { url, urlFragment = '', headers, postData } }) =>
      heard(requestId, { url: url + urlFragment, headers, body: postData ?? '' }),
  );
  log.on('Network.requestWillBeSentExtraInfo', ({ requestId, headers }) => heard(requestId, { headers }));
  await log.send('Network.enable');
  return all;
}

/** Where a JWT or an Authorization header went out, other than for the exchange that ends it. */
export function leaks(traffic: readonly Sent[]): string[] {
  return traffic
    .filter(({ url }) => !url.endsWith('/session/exchange'))
    .filter((sent) => {
      const names = Object.keys(sent.headers).map((name) => name.toLowerCase());
      return names.includes('authorization') || JWT.test(JSON.stringify(sent));
    })
    .map(({ url }) => url);
}

/** Everything that a script which gets onto the page can reach without the application's help. */
export async function reachable(page: Page): Promise<string> {
  return page.evaluate(`(() => {
    const found = [document.cookie, location.href];
    for (const one of [localStorage, sessionStorage]) found.push(JSON.stringify({ ...one }));
    const seen = new Set([window]);
    const walk = (value, depth) => {
      if (typeof value === 'string') found.push(value);
      if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return;
      if (seen.has(value) || depth > 4 || value instanceof Node) return;
      seen.add(value);
      for (const key of Object.keys(value)) {
        try { walk(value[key], depth + 1); } catch {}
      }
    };
    for (const key of Object.keys(window)) {
      try { walk(window[key], 0); } catch {}
    }
    return found.join('\\n');
  })()`);
}
