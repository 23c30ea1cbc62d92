import { expect, test } from 'vitest';
import { client } from './support/server.js';
import { optionsFor, shopApplication, tokenOf } from './support/shop.js';

/** A client without a cookie jar: a script, an old mobile application. */
async function script(
  base: string,
  path: string,
  asked: Parameters<ReturnType<typeof client>['ask']>[1] = {},
) {
  return client(base).ask(path, {
    ...asked,
    noCookie: true,
    headers: { 'sec-fetch-mode': '', ...asked?.headers },
  });
}

test('a client with a cookie jar works as it is', async () => {
  const jar = client(await shopApplication(optionsFor()));
  await jar.ask('/me', { token: tokenOf('ada') });
  expect((await jar.ask('/me')).json.id).toBe('ada');
});

test('a script logs in, uses its handle, logs out, and the handle is worth nothing', async () => {
  const base = await shopApplication(optionsFor({ bearer: true }));
  const { json } = await script(base, '/login', { method: 'POST', json: { id: 'ada' } });
  const handle = String(json.token);
  expect(handle).toMatch(/^session\.[\w-]+\.[\w-]+$/);
  const me = await script(base, '/me', { token: handle });
  expect(me.json.id).toBe('ada');
  expect(me.headers.getSetCookie()).toEqual([]);
  expect(me.json.authorization).toBeUndefined();
  // No browser adds a header by itself: other origins are no danger.
  const posted = await script(base, '/count', {
    method: 'POST',
    token: handle,
    headers: { origin: 'https://x.example' },
  });
  expect(posted.json.count).toBe(1);
  expect((await script(base, '/session', { token: handle })).json.marker).toBe(handle);
  for (const forged of [
    `${handle}A`,
    `${handle.slice(0, -2)}AA`,
    handle.replace('session.', 'session.A'),
    'session..',
    'session.',
  ])
    expect((await script(base, '/me', { token: forged })).status, forged).toBe(401);
  expect((await script(base, '/logout', { method: 'POST', token: handle })).status).toBe(200);
  expect((await script(base, '/me', { token: handle })).status).toBe(401);
});

test('a legacy token is exchanged for a handle, and spent when the handle comes back', async () => {
  const base = await shopApplication(optionsFor({ bearer: true }));
  const token = tokenOf('ada');
  const handle = String((await script(base, '/session/exchange', { method: 'POST', token })).json.marker);
  expect((await script(base, '/me', { token })).status).toBe(200);
  expect((await script(base, '/me', { token: handle })).status).toBe(200);
  expect((await script(base, '/me', { token })).status).toBe(401);
});

test('a browser is given a marker, never a handle', async () => {
  const base = await shopApplication(
    optionsFor({ bearer: true, trustedOrigins: ['https://app.example.com'] }),
  );
  for (const headers of [
    { 'sec-fetch-site': 'same-origin' },
    { origin: 'https://app.example.com' },
    { cookie: 'a=1' },
  ]) {
    const { json } = await client(base).ask('/login', { method: 'POST', json: { id: 'ada' }, headers });
    expect(String(json.token)).toMatch(/^eyJ/);
  }
});

test('without bearer: true a handle opens nothing', async () => {
  const { session } = optionsFor();
  const [on, off] = await Promise.all(
    [true, false].map((bearer) => shopApplication(optionsFor({ bearer, session }))),
  );
  const { json } = await script(on ?? '', '/login', { method: 'POST', json: { id: 'ada' } });
  expect((await script(on ?? '', '/me', { token: String(json.token) })).status).toBe(200);
  expect((await script(off ?? '', '/me', { token: String(json.token) })).status).toBe(401);
});
