import { posix } from 'node:path';
import type { BrowserClient } from '../project/browser/client.js';
import { keyName } from '../project/definitions.js';
import type { Package } from '../project/packages.js';
import { type SourceFile, startOf } from '../project/source.js';
import type { Sources } from '../project/sources.js';
import { adoptionParts, type BrowserModule } from './browser-module.js';
import type { Edit } from './edits.js';
import { quoted, styleOf } from './style.js';

/** How an application takes up earlier logins that a framework starts out of sight, and waits for at its start. */
export interface FrameworkStart {
  readonly module: BrowserModule;
  readonly edits: readonly Edit[];
  readonly framework: string;
}

/** Undefined where the framework has no place for it that is known, or another file stands there. */
export function frameworkStartOf(
  client: BrowserClient,
  home: Package | undefined,
  sources: Sources,
  renews: boolean,
): FrameworkStart | undefined {
  if (client.entry || !home) return undefined;
  return nuxtPlugin(client, home, sources, renews) ?? quasarBoot(client, home, sources, renews);
}

/** A plugin of Nuxt 3, or a later one, that runs in the browser alone and before all others. */
function nuxtPlugin(
  client: BrowserClient,
  home: Package,
  sources: Sources,
  renews: boolean,
): FrameworkStart | undefined {
  const [, version] = /"nuxt":\s*"[^\d"]*(\d+)/.exec(home.text) ?? [];
  if (!(Number(version) >= 3)) return undefined;
  const inside = insideOf(client, sources);
  const [, above = ''] =
    inside
      .map((path) => /^((?:app|src|client)\/)?(?:app\.vue$|(?:pages|plugins|layouts)\/)/.exec(path))
      .find(Boolean) ?? [];
  const extension = inside.some((path) => path.endsWith('.ts')) ? 'ts' : 'js';
  const own = `${above}plugins/session.client.${extension}`;
  if (inside.some((path) => path.startsWith(`${above}plugins/session.client`))) return undefined;
  const path = posix.join(client.folder, own);
  const style = styleOf(client.files[0]?.text ?? '');
  const { newline, semicolon, indent } = style;
  const { imports, settings, call } = adoptionParts(client, path, style, renews);
  const names = ['defineNuxtPlugin', ...(call.includes('useRuntimeConfig(') ? ['useRuntimeConfig'] : [])];
  const lines = [
    `import { ${names.join(', ')} } from ${quoted(style, '#imports')}${semicolon}`,
    ...imports,
    '',
    ...settings,
    '/** Nuxt waits for earlier logins before other plugins ask anything, and before it shows the pages. */',
    'export default defineNuxtPlugin({',
    `${indent}name: ${quoted(style, 'session')},`,
    `${indent}enforce: ${quoted(style, 'pre')},`,
    `${indent}setup: () =>`,
    `${indent}${indent}${call.replaceAll(newline, newline + indent + indent)},`,
    `})${semicolon}`,
  ];
  const module = { path, specifier: './session.client', text: lines.join(newline) + newline };
  return { module, edits: [], framework: 'Nuxt' };
}

/** A boot file of Quasar, the first in its list. */
function quasarBoot(
  client: BrowserClient,
  home: Package,
  sources: Sources,
  renews: boolean,
): FrameworkStart | undefined {
  if (!home.dependencies.has('quasar')) return undefined;
  const inside = insideOf(client, sources);
  if (inside.some((path) => /^src-(?:ssr|capacitor|cordova|electron|bex)\/|^src\/boot\/session\./.test(path)))
    return undefined;
  const config = inside.find((path) => /^quasar\.con(?:f|fig)\.(?:[cm]?js|ts)$/.test(path));
  const told = config && sources.at(posix.join(client.folder, config));
  const first = told && bootList(told);
  if (!told || !first) return undefined;
  const extension = inside.some((path) => /^src\/.*\.ts$/.test(path)) ? 'ts' : 'js';
  const path = posix.join(client.folder, `src/boot/session.${extension}`);
  const style = styleOf(client.files.find((file) => file !== told)?.text ?? told.text);
  const { newline, semicolon } = style;
  const { imports, settings, call } = adoptionParts(client, path, style, renews);
  const lines = [
    ...imports,
    '',
    ...settings,
    '/** Quasar waits for earlier logins before it mounts the application. */',
    `export default () => ${call}${semicolon}`,
  ];
  const name = quoted(styleOf(told.text), 'session');
  const text = first.empty ? name : first.line === undefined ? `${name}, ` : `${name},${first.line}`;
  return {
    module: { path, specifier: './session', text: lines.join(newline) + newline },
    edits: [
      {
        file: told.path,
        start: first.at,
        end: first.at,
        text,
        stays: true,
        because: 'it waits for earlier logins',
      },
    ],
    framework: 'Quasar',
  };
}

interface BootList {
  readonly at: number;
  readonly empty: boolean;
  /** What stands before the first item, where each has a line of its own. */
  readonly line?: string;
}

/** Where the list `boot` of Quasar's configuration begins. */
function bootList(file: SourceFile): BootList | undefined {
  for (const path of file.paths.values()) {
    if (!path.isObjectProperty() || keyName(path.node) !== 'boot') continue;
    const { value } = path.node;
    if (value.type !== 'ArrayExpression') continue;
    const [first] = value.elements;
    if (!first) return { at: startOf(value) + 1, empty: true };
    const at = startOf(first);
    const [line] = /\r?\n[ \t]*$/.exec(file.text.slice(0, at)) ?? [];
    return { at, empty: false, ...(line === undefined ? {} : { line }) };
  }
  return undefined;
}

/** The paths of an application's files, from its folder on. */
function insideOf({ folder }: BrowserClient, sources: Sources): string[] {
  const prefix = folder === '' ? '' : `${folder}/`;
  return sources.listed.flatMap(({ path }) => (path.startsWith(prefix) ? [path.slice(prefix.length)] : []));
}
