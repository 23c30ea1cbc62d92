import type { Settled } from '../edit/module-imports.js';
import { quoted, type Style } from '../edit/style.js';
import type { Acceptance } from '../project/acceptance/acceptance.js';
import type { RefreshKey } from '../project/acceptance/refresh-keys.js';
import { lifetimeText } from '../project/from-now.js';
import type { Portable } from '../project/portable.js';

/** The option `keys` of the session module: what login tokens are checked with, and refresh tokens. */
export function keyLines(
  { keys, refresh }: Acceptance,
  names: Settled,
  keyText: (key: Portable) => string,
  style: Style,
): string[] {
  const objects = keys.map(({ key, algorithms, issuer, audience, textAs }) => {
    const parts = [
      keyText(key) === 'key' ? 'key' : `key: ${keyText(key)}`,
      `algorithms: [${algorithms.map((one) => quoted(style, one)).join(', ')}]`,
      ...(textAs === undefined ? [] : [`textAs: ${quoted(style, textAs)}`]),
      ...(issuer ? [`issuer: ${names.textOf(issuer)}`] : []),
      ...(audience ? [`audience: ${names.textOf(audience)}`] : []),
    ];
    return `{ ${parts.join(', ')} }`;
  });
  const [only] = objects;
  if (objects.length === 1 && only && !refresh.length) return [`      keys: ${only},`];
  return [
    '      keys: [',
    ...objects.map((object) => `        ${object},`),
    ...refresh.flatMap((one) => refreshKeyLines(one, names, style)),
    '      ],',
  ];
}

/** A refresh token opens a session as the route that renews logins would make a login token. */
function refreshKeyLines(
  { key, expiresIn, algorithms, renewal }: RefreshKey,
  names: Settled,
  style: Style,
): string[] {
  const signed = key && [
    `key: ${names.textOf(key)}`,
    `algorithms: [${algorithms.map((one) => quoted(style, one)).join(', ')}]`,
  ];
  const parts = [
    ...(signed ?? ['opaque: true']),
    'refresh: true',
    ...(expiresIn === undefined ? [] : [`expiresIn: ${lengthText(expiresIn, names, style)}`]),
  ];
  if (!renewal) return [`        { ${parts.join(', ')} },`];
  const text = names.textOf(renewal);
  const payload = key ? 'payload' : '_payload';
  const parameters = /\btoken\b/.test(text) ? `${payload}, _req, token` : payload;
  return [
    '        {',
    ...parts.map((part) => `          ${part},`),
    '          // As the route that renews logins does it.',
    `          claims: async (${parameters}) => {`,
    ...text.split('\n').map((line) => `            ${line}`),
    '          },',
    '        },',
  ];
}

function lengthText(length: Portable | number, names: Settled, style: Style): string {
  return typeof length === 'number'
    ? lifetimeText(length, (text) => quoted(style, text))
    : names.textOf(length);
}

/** The expressions from the application's code that a refresh key repeats. */
export function portablesOfRefreshKey({ key, expiresIn, renewal }: RefreshKey): Portable[] {
  return [key, expiresIn, renewal].filter((one) => one !== undefined && typeof one !== 'number');
}
