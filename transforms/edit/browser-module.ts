import { posix } from 'node:path';
import type { BrowserClient } from '../project/browser/client.js';
import type { TokenPlace } from '../project/browser/places.js';
import type { Keeper } from '../project/browser/storage-libraries.js';
import type { Sources } from '../project/sources.js';
import {
  importLines,
  type ModuleImport,
  relativeSpecifier,
  type Settled,
  settled,
} from './module-imports.js';
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
 * @param folder where it is to stand instead
 * @param rendered the pages that load it are rendered on a server first
 */
export function browserModuleOf(
  client: BrowserClient,
  sources: Sources,
  renews: boolean,
  { folder: given, rendered = false }: { readonly folder?: string; readonly rendered?: boolean } = {},
): BrowserModule {
  const entry = client.entry?.file.path ?? 'index.js';
  const folder = given ?? posix.dirname(entry);
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
    text: moduleText(client, path, styleOf(text), renews, rendered ? NOWHERE : ''),
  };
}

/** SvelteKit's file for what is done at the start in the browser; undefined where there is one already. */
export function kitHooksOf(
  client: BrowserClient,
  sources: Sources,
  renews = false,
): BrowserModule | undefined {
  const inside = sources.listed.filter(({ path }) => path.startsWith(posix.join(client.folder, 'src/')));
  if (inside.some(({ path }) => /\/hooks(?:\.client)?(?:\/index)?\.[jt]s$/.test(path))) return undefined;
  const typed = inside.some(({ path }) => path.endsWith('.ts'));
  const path = posix.join(client.folder, `src/hooks.client.${typed ? 'ts' : 'js'}`);
  const style = styleOf(client.files[0]?.text ?? '');
  const { newline, semicolon } = style;
  const init = [
    '',
    '/** SvelteKit waits for it before it shows the pages. */',
    `export const init = () => sessionReady${semicolon}`,
  ];
  const text = moduleText(client, path, style, renews, '') + init.join(newline) + newline;
  return { path, specifier: './hooks.client', text };
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
  client: BrowserClient,
  path: string,
  style: Style,
  renews: boolean,
  condition: string,
): string {
  const { newline, semicolon } = style;
  const { imports, settings, call } = adoptionParts(client, path, style, renews);
  const lines = [
    ...imports,
    '',
    ...settings,
    '/** Settled when a token that an earlier version left in this browser has become a session. */',
    `export const sessionReady = ${condition}${call}${semicolon}`,
  ];
  return lines.join(newline) + newline;
}

/** What a module that takes up earlier logins is made of. */
export interface AdoptionParts {
  readonly imports: readonly string[];
  /** What is told to axios before. */
  readonly settings: readonly string[];
  readonly call: string;
}

export function adoptionParts(
  { places, base, credentials }: BrowserClient,
  path: string,
  style: Style,
  renews: boolean,
): AdoptionParts {
  const { newline, semicolon, indent } = style;
  const { expression } = base;
  const keepers = places.flatMap(({ keeper }) => keeper ?? []);
  const objects = keepers.flatMap(({ object }) => object ?? []);
  const names = settled([...(expression ? [expression] : []), ...objects], path, OWN_NAMES);
  const functions = keepers.slice(0, 1).flatMap(functionsOf);
  const settings = new Set(
    keepers.flatMap((keeper) => (keeper.settings ? [relativeSpecifier(path, keeper.settings.path)] : [])),
  );
  const at = expression ? below(names.textOf(expression), base.path) : quoted(style, base.path);
  const sorted = [...places].sort((a, b) => rank(a) - rank(b));
  const [only] = sorted;
  const renewing = renews ? ['renews: true'] : [];
  const { axios } = credentials;
  const options = !only
    ? `{ from: [], at: ${at} }`
    : sorted.length === 1
      ? `{ ${[...fields(only, style, names), ...renewing, `at: ${at}`].join(', ')} }`
      : [
          '{',
          `${indent}from: [`,
          ...sorted.map((place) => `${indent}${indent}{ ${fields(place, style, names).join(', ')} },`),
          `${indent}],`,
          ...renewing.map((one) => `${indent}${one},`),
          `${indent}at: ${at},`,
          '}',
        ].join(newline);
  const filled = /\bprocess\.env\b/.test(at) && path.endsWith('.js');
  const imports = [
    ...(filled ? ['/* eslint-disable no-undef -- the build fills in process.env */'] : []),
    `import { adoptLegacyToken } from ${quoted(style, SHIM_CLIENT)}${semicolon}`,
    ...(axios ? [`import axios from ${quoted(style, 'axios')}${semicolon}`] : []),
    ...importLines('module', [...functions, ...names.imports], style).map((line) =>
      line.replace(/;$/, semicolon),
    ),
    ...[...settings].map((one) => `import ${quoted(style, one.replace(/\.[jt]sx?$/, ''))}${semicolon}`),
  ];
  const told = axios
    ? [
        "// The session's cookie goes with every request to the API.",
        `axios.defaults.withCredentials = true${semicolon}`,
        '',
      ]
    : [];
  return { imports, settings: told, call: `adoptLegacyToken(${options})` };
}

/** A path below an expression; a template goes on as it is. */
function below(expression: string, path: string): string {
  const template = /^`([^`]*)`$/.exec(expression)?.[1];
  return `\`${template ?? `\${${expression}}`}${path}\``;
}

/** What the library is asked by, under the names that web storage has for it. */
function keeperText({ object, methods }: Keeper, names: Settled | undefined): string {
  const holder = object && (names?.textOf(object) ?? object.text);
  if (!methods) return holder ?? '';
  const { get, set, remove } = methods;
  if (!holder) return `{ getItem: ${get}, setItem: ${set}, removeItem: ${remove} }`;
  const calls = [
    `getItem: (key) => ${holder}.${get}(key)`,
    `setItem: (key, value) => ${holder}.${set}(key, value)`,
    `removeItem: (key) => ${holder}.${remove}(key)`,
  ];
  return `{ ${calls.join(', ')} }`;
}

/** Functions of a library by their names. */
function functionsOf({ functions, methods, library }: Keeper): readonly ModuleImport[] {
  if (!functions || !methods) return [];
  const names = Object.values(methods).map((name) => ({ name, local: name }));
  return [{ specifier: library, kind: 'name', names }];
}

/** Access tokens first: a refresh token is tried where there is no other. */
function rank({ family }: TokenPlace): number {
  return family === 'refresh' ? 1 : 0;
}

function fields(place: TokenPlace, style: Style, names?: Settled): string[] {
  const { storage, key, field, within = [], flag, keeper } = place;
  return [
    `storage: ${keeper ? keeperText(keeper, names) : quoted(style, storage)}`,
    `key: ${quoted(style, key)}`,
    ...(field === undefined ? [] : [`field: ${quoted(style, [...within, field].join('.'))}`]),
    ...(flag ? ['flag: true'] : []),
  ];
}
