import { posix } from 'node:path';
import type { BrowserClient } from '../project/browser/client.js';
import { type WaitingPlace, waitingPlaces } from '../project/browser/first-requests.js';
import type { SourceFile } from '../project/source.js';
import { endOf, startOf } from '../project/source.js';
import type { Sources } from '../project/sources.js';
import { type BrowserModule, browserModuleOf } from './browser-module.js';
import type { Edit } from './edits.js';
import { relativeSpecifier } from './module-imports.js';
import { isTaken } from './names.js';
import { indentationAt, quoted, styleOf } from './style.js';

/** How an application that a framework starts out of sight takes up earlier logins: its requests wait for that. */
export interface WaitingRequests {
  readonly module: BrowserModule;
  readonly edits: readonly Edit[];
  /** The pages do not start before. */
  readonly starts?: true;
}

/** Undefined where some request that needs the session passes elsewhere, or the module can't stand by itself. */
export function waitingRequests(
  client: BrowserClient,
  sources: Sources,
  renews: boolean,
): WaitingRequests | undefined {
  const places = waitingPlaces(sources, client);
  const first = places?.find(({ instance }) => instance !== undefined) ?? places?.[0];
  if (!places || !first) return undefined;
  const waiting = new Set(places.map(({ file }) => file));
  const asking = new Set(
    client.accesses.flatMap(({ file, operation }) =>
      operation === 'get' && !waiting.has(file) ? [file] : [],
    ),
  );
  // What the module asks for must not ask for the module: neither would be there first.
  const paths = new Set([...waiting, ...asking].map(({ path }) => path));
  if (client.base.expression?.imports.some(({ file }) => file && paths.has(file.path))) return undefined;
  if ([...waiting].some((file) => isTaken(file, 'sessionReady'))) return undefined;
  const started = { ...client, entry: { file: first.file } };
  const module = browserModuleOf(started, sources, renews, {
    folder: folderBeside(first.file),
    rendered: true,
  });
  return {
    module,
    edits: [
      // What they ask is known once the module is there.
      ...[...asking].map((file) => importing(file, module)),
      ...places.map((place) => waitingAt(place, module)),
    ],
  };
}

/** Where the file is, but not among the pages: what stands there Next takes for one. */
function folderBeside({ path }: SourceFile): string {
  const folder = posix.dirname(path);
  const above = /^(?:(.*)\/)?(?:pages|app)(?:\/|$)/.exec(folder);
  return above ? posix.join(above[1] ?? '', 'lib') : folder;
}

/** How a file says where the module is. */
function wayTo({ path, specifier }: BrowserModule, file: SourceFile): string {
  return (
    relativeSpecifier(file.path, path.replace(/\.[^./]+$/, '')) + (specifier.endsWith('.js') ? '.js' : '')
  );
}

function importing(file: SourceFile, module: BrowserModule): Edit {
  const style = styleOf(file.text);
  const from = quoted(style, wayTo(module, file));
  const first =
    file.ast.program.body.find((one) => one.type === 'ImportDeclaration') ?? file.ast.program.body[0];
  const at = first ? startOf(first) : 0;
  return {
    file: file.path,
    start: at,
    end: at,
    text: `import ${from}${style.semicolon}${style.newline}`,
    stays: true,
    because: 'it waits for earlier logins',
  };
}

function waitingAt({ file, path, instance, after }: WaitingPlace, module: BrowserModule): Edit {
  const needs = [{ module: wayTo(module, file), name: 'sessionReady', local: 'sessionReady' }];
  const { newline, indent, semicolon } = styleOf(file.text);
  const start = startOf(path.node);
  const outer = newline + indentationAt(file, start);
  if (instance === undefined) {
    const text = `${outer}${indent}await sessionReady${semicolon}`;
    return { file: file.path, start: start + 1, end: start + 1, text, stays: true, needs };
  }
  const lines = [
    '// What needs the session is asked for once an earlier login has become one.',
    `${instance}.interceptors.request.use(async (config) => {`,
    `${indent}await sessionReady${semicolon}`,
    `${indent}return config${semicolon}`,
    `})${semicolon}`,
  ];
  const at = after ? endOf(path.node) : start;
  const text = lines.join(outer);
  return {
    file: file.path,
    start: at,
    end: at,
    text: after ? newline + outer + text : text + newline + outer,
    stays: true,
    needs,
  };
}
