import type { Page } from 'playwright-core';

/** What a page sent: address and headers, cookies among them, as they went out; of a socket, also what it said. */
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
  const all: Sent[] = [];
  const heard = (id: string, more: Partial<Sent>): void => {
    const known = sent.get(id) ?? { url: '', headers: {}, body: '' };
    const body = known.body + (more.body ?? '');
    sent.set(id, { ...known, ...more, body, headers: { ...known.headers, ...more.headers } });
    all.splice(0, all.length, ...sent.values());
  };
  // A request that is redirected goes out again under the same number, and so do its headers.
  const hop = (counts: Map<string, number>, id: string): string => {
    const count = (counts.get(id) ?? 0) + 1;
    counts.set(id, count);
    return `${id} ${count}`;
  };
  const requests = new Map<string, number>();
  const heads = new Map<string, number>();
  log.on(
    'Network.requestWillBeSent',
    ({ requestId, request: { url, urlFragment = '', headers, postData } }) =>
      heard(hop(requests, requestId), { url: url + urlFragment, headers, body: postData ?? '' }),
  );
  log.on('Network.requestWillBeSentExtraInfo', ({ requestId, headers }) =>
    heard(hop(heads, requestId), { headers }),
  );
  log.on('Network.webSocketCreated', ({ requestId, url }) => heard(requestId, { url }));
  log.on('Network.webSocketWillSendHandshakeRequest', ({ requestId, request: { headers } }) =>
    heard(requestId, { headers }),
  );
  log.on('Network.webSocketFrameSent', ({ requestId, response }) =>
    heard(requestId, { body: response.payloadData }),
  );
  await log.send('Network.enable');
  return all;
}

/** Where a JWT or an Authorization header went out, other than for the exchange that ends it. */
export function leaks(traffic: readonly Sent[]): string[] {
  return traffic
    .filter(({ url }) => !url.endsWith('/session/exchange'))
    .filter((sent) => {
      const names = Object.keys(sent.headers).map((name) => name.toLowerCase());
      return names.includes('authorization') || JWT.test(decoded(JSON.stringify(sent)));
    })
    .map(({ url }) => url);
}

function decoded(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, (one) => {
    try {
      return decodeURIComponent(one);
    } catch {
      return one;
    }
  });
}

/**
 * Everything that a script which gets onto the page can reach without the application's help: storages, cookies,
 * the address, and what hangs on `window`, with its maps, sets, and properties that are not listed.
 */
export async function reachable(page: Page): Promise<string> {
  return page.evaluate(`(() => {
    const found = [document.cookie, location.href, document.referrer, JSON.stringify(history.state)];
    for (const one of [localStorage, sessionStorage]) found.push(JSON.stringify({ ...one }));
    const seen = new Set([window]);
    const walk = (value, depth) => {
      if (typeof value === 'string') found.push(value);
      if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return;
      if (seen.has(value) || depth > 6 || value instanceof Node) return;
      seen.add(value);
      if (value instanceof Map) walk([...value], depth);
      if (value instanceof Set) walk([...value], depth);
      for (const key of Reflect.ownKeys(value)) {
        try { walk(value[key], depth + 1); } catch {}
      }
    };
    for (const key of Reflect.ownKeys(window)) {
      try { walk(window[key], 0); } catch {}
    }
    return found.join('\\n');
  })()`);
}
