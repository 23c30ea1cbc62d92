import { posix } from 'node:path';
import type { BrowserClient } from '../project/browser/client.js';
import type { TokenPlace } from '../project/browser/places.js';
import type { Sources } from '../project/sources.js';
import { importLines, settled } from './module-imports.js';
import { SHIM_CLIENT } from './names.js';
import { quoted, type Style, styleOf } from './style.js';

/** The module that takes up what an earlier version of the page left in the browser. */
export interface BrowserModule {
  readonly path: string;
  /** How the entry imports it. */
  readonly specifier: string;
  readonly text: string;
}

const OWN_NAMES = new Set(['adoptLegacyToken', 'axios', 'sessionReady']);

/**
 * Writes the session module of a browser application, beside its entry.
 *
 * @param shown where the pages that load it are shown: those of some frameworks are rendered on a server first
 */
export function browserModuleOf(
  client: BrowserClient,
  sources: Sources,
  renews: boolean,
  shown: 'in browsers' | 'rendered on a server' = 'in browsers',
): BrowserModule {
  const entry = client.entry?.file.path ?? 'index.js';
  const folder = posix.dirname(entry);
  const extension = /\.tsx?$/.test(entry) ? '.ts' : '.js';
  const taken = (name: string) =>
    sources.listed.some(({ path }) => {
      const inside = posix.relative(folder, path);
      return inside.replace(/\.[^./]+$/, '') === name || inside.startsWith(`${name}/`);
    });
  const name = ['session', 'browser-session', 'jwt-session'].find((one) => !taken(one)) ?? 'login-session';
  const text = client.entry?.file.text ?? '';
  const extended = /(?:from|import)\s*['"]\.{1,2}\/[^'"]+\.js['"]/.test(text);
  const path = posix.join(folder, name + extension);
  return {
    path,
    specifier: `./${name}${extended ? '.js' : ''}`,
    text: moduleText(client, path, styleOf(text), renews, shown === 'in browsers' ? '' : NOWHERE),
  };
}

/** The call that takes up earlier logins, in one line as a comment shows it. */
export function adoptionOf({ places, base }: BrowserClient, renews: boolean): string {
  const style = styleOf('');
  const at = base.expression ? below(base.expression.text, base.path) : quoted(style, base.path);
  const listed = [...places]
    .sort((a, b) => rank(a) - rank(b))
    .map((place) => `{ ${fields(place, style).join(', ')} }`);
  const renewing = renews ? 'renews: true, ' : '';
  return `adoptLegacyToken({ from: [${listed.join(', ')}], ${renewing}at: ${at} })`;
}

/** There is nothing to take up on a server. */
const NOWHERE = "typeof window === 'undefined' ? Promise.resolve() : ";

function moduleText(
  { places, base, credentials }: BrowserClient,
  path: string,
  style: Style,
  renews: boolean,
  condition: string,
): string {
  const { newline, semicolon, indent } = style;
  const { expression } = base;
  const names = settled(expression ? [expression] : [], path, OWN_NAMES);
  const at = expression ? below(names.textOf(expression), base.path) : quoted(style, base.path);
  const sorted = [...places].sort((a, b) => rank(a) - rank(b));
  const [only] = sorted;
  const renewing = renews ? ['renews: true'] : [];
  const { axios } = credentials;
  const options = !only
    ? `{ from: [], at: ${at} }`
    : sorted.length === 1
      ? `{ ${[...fields(only, style), ...renewing, `at: ${at}`].join(', ')} }`
      : [
          '{',
          `${indent}from: [`,
          ...sorted.map((place) => `${indent}${indent}{ ${fields(place, style).join(', ')} },`),
          `${indent}],`,
          ...renewing.map((one) => `${indent}${one},`),
          `${indent}at: ${at},`,
          '}',
        ].join(newline);
  const filled = /\bprocess\.env\b/.test(at) && path.endsWith('.js');
  const lines = [
    ...(filled ? ['/* eslint-disable no-undef -- the build fills in process.env */'] : []),
    `import { adoptLegacyToken } from ${quoted(style, SHIM_CLIENT)}${semicolon}`,
    ...(axios ? [`import axios from ${quoted(style, 'axios')}${semicolon}`] : []),
    ...importLines('module', names.imports, style).map((line) => line.replace(/;$/, semicolon)),
    '',
    ...(axios
      ? [
          "// The session's cookie goes with every request to the API.",
          `axios.defaults.withCredentials = true${semicolon}`,
          '',
        ]
      : []),
    '/** Settled when a token that an earlier version left in this browser has become a session. */',
    `export const sessionReady = ${condition}adoptLegacyToken(${options})${semicolon}`,
  ];
  return lines.join(newline) + newline;
}

/** A path below an expression; a template goes on as it is. */
function below(expression: string, path: string): string {
  const template = /^`([^`]*)`$/.exec(expression)?.[1];
  return `\`${template ?? `\${${expression}}`}${path}\``;
}

/** Access tokens first: a refresh token is tried where there is no other. */
function rank({ family }: TokenPlace): number {
  return family === 'refresh' ? 1 : 0;
}

function fields({ storage, key, field, within = [], flag }: TokenPlace, style: Style): string[] {
  return [
    `storage: ${quoted(style, storage)}`,
    `key: ${quoted(style, key)}`,
    ...(field === undefined ? [] : [`field: ${quoted(style, [...within, field].join('.'))}`]),
    ...(flag ? ['flag: true'] : []),
  ];
}
