// https://reactrouter.com/api/framework-conventions/entry.client.tsx
import { posix } from 'node:path';
import type { BrowserClient } from '../project/browser/client.js';
import type { SourceFile } from '../project/source.js';
import type { Sources } from '../project/sources.js';
import { browserModuleOf } from './browser-module.js';
import { quoted, styleOf } from './style.js';
import type { WaitingRequests } from './waiting-requests.js';

/** Frameworks that start the pages by themselves, unless the application has a file for it, and what that file mounts. */
const ROUTERS = [
  { framework: '@react-router/dev', component: 'HydratedRouter', module: 'react-router/dom' },
  { framework: '@remix-run/dev', component: 'RemixBrowser', module: '@remix-run/react' },
] as const;

/**
 * The file by which React Router and Remix start the pages, so that they do it once an earlier login has become a
 * session; undefined where there is one, or another framework.
 */
export function routerEntry(
  client: BrowserClient,
  sources: Sources,
  renews: boolean,
): WaitingRequests | undefined {
  const root = rootOf(client, sources);
  const home = root && sources.packageOf(root);
  const router = ROUTERS.find(({ framework }) => home?.dependencies.has(framework));
  if (!root || !router || !home?.dependencies.has('react-dom')) return undefined;
  const folder = posix.dirname(root.path);
  const path = posix.join(folder, `entry.client${posix.extname(root.path)}`);
  if (sources.listed.some((file) => file.path.startsWith(posix.join(folder, 'entry.client.'))))
    return undefined;
  const module = browserModuleOf({ ...client, entry: { file: root } }, sources, renews);
  const style = styleOf(root.text);
  const { newline, semicolon, indent } = style;
  const from = (specifier: string) => `from ${quoted(style, specifier)}${semicolon}`;
  const lines = [
    `import { sessionReady } ${from(module.specifier)}`,
    `import { startTransition, StrictMode } ${from('react')}`,
    `import { hydrateRoot } ${from('react-dom/client')}`,
    `import { ${router.component} } ${from(router.module)}`,
    '',
    '// The pages start when an earlier login has become a session.',
    'sessionReady.finally(() => {',
    `${indent}startTransition(() => {`,
    `${indent.repeat(2)}hydrateRoot(`,
    `${indent.repeat(3)}document,`,
    `${indent.repeat(3)}<StrictMode>`,
    `${indent.repeat(4)}<${router.component} />`,
    `${indent.repeat(3)}</StrictMode>,`,
    `${indent.repeat(2)})${semicolon}`,
    `${indent}})${semicolon}`,
    `})${semicolon}`,
  ];
  const text = lines.join(newline) + newline;
  const edit = { file: path, start: 0, end: 0, text, because: 'the start of the pages' };
  return { module, edits: [edit], starts: true };
}

/** The module around all routes, which stands in the folder that the framework starts from. */
function rootOf({ folder }: BrowserClient, sources: Sources): SourceFile | undefined {
  const named = ['app', 'src', 'src/app'].flatMap((place) =>
    ['tsx', 'jsx'].map((extension) => posix.join(folder, place, `root.${extension}`)),
  );
  return named.map((path) => sources.at(path)).find((file) => file !== undefined);
}
