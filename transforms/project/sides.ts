import { posix } from 'node:path';
import { isSource, isTest, type ListedFile } from './files.js';
import type { Package } from './packages.js';
import type { Side, SourceFile } from './source.js';
import type { Sources } from './sources.js';

const SERVER_PACKAGES = [
  'express',
  'koa',
  'fastify',
  '@nestjs/core',
  'mongoose',
  'sequelize',
  'apollo-server-express',
  'pg',
];
const CLIENT_PACKAGES = [
  'react',
  'react-native',
  'preact',
  'vue',
  '@angular/core',
  'svelte',
  'react-scripts',
  'solid-js',
  'lit',
  'lit-element',
  '@stencil/core',
  'next',
  'nuxt',
];
const SERVER_IMPORTS = new Set([
  ...SERVER_PACKAGES,
  'fs',
  'path',
  'http',
  'express-jwt',
  'passport',
  'bcryptjs',
  'bcrypt',
]);
/** Some import these into a browser as well. */
const EITHER_IMPORTS = new Set(['jsonwebtoken']);
/** A file, parsed or not. */
type Placed = Pick<SourceFile, 'path' | 'text'>;

const CLIENT_FOLDER = /(?:^|\/)(?:client|frontend|front|web|webapp|ui|browser|public)\//;
/** Where servers keep what they hand out as it is. */
const SERVED_FOLDER = /(?:^|\/)(?:public|static|assets|www|wwwroot)\//;
const SERVER_FOLDER = /(?:^|\/)(?:server|backend|back|api|routes|controllers|middlewares?|models)\//;

/** Where a file runs: by what it imports, what its package depends on, and at last by its folder. */
export function sideOf(sources: Sources, file: Placed): Side {
  const byImports = sideOfImports(file);
  if (byImports !== 'unknown') return byImports;
  if (isScriptOfPage(file)) return 'client';
  const byPackage = sideOfPackage(sources.packageOf(file));
  // One package for both: pages without a framework beside the server that they are for.
  if (byPackage === 'server' && (isOfBrowser(file) || isAmongPages(sources, file))) return 'client';
  if (byPackage !== 'unknown') return byPackage;
  if (/\.(?:jsx|tsx|vue|svelte)$/.test(file.path)) return 'client';
  if (CLIENT_FOLDER.test(file.path)) return 'client';
  if (SERVER_FOLDER.test(file.path)) return 'server';
  if (/\b(?:window|document|localStorage|sessionStorage)\b/.test(file.text)) return 'client';
  return isAmongPages(sources, file) ? 'client' : sideOfImporters(sources, file);
}

const answered = new WeakMap<Sources, Map<string, Side>>();

/** Where a file runs that says nothing of it: where those run that import it, when they agree. */
function sideOfImporters(sources: Sources, file: Placed): Side {
  const known = answered.get(sources) ?? new Map<string, Side>();
  answered.set(sources, known);
  const before = known.get(file.path);
  if (before) return before;
  // Files that import each other come round to this again.
  known.set(file.path, 'unknown');
  const sides = new Set(importersOf(sources, file).map((one) => sideOf(sources, one)));
  sides.delete('unknown');
  const [side = 'unknown', ...others] = sides;
  const agreed = others.length ? 'unknown' : side;
  known.set(file.path, agreed);
  return agreed;
}

/** The files that import one by a path: found by its last part first, and nothing is parsed. */
function importersOf(sources: Sources, { path }: Placed): ListedFile[] {
  const name = lastPart(path);
  const word = name === 'index' ? lastPart(posix.dirname(path)) : name;
  const known = imports.get(sources) ?? importsIn(sources);
  imports.set(sources, known);
  const named = known.get(word) ?? [];
  const importing = named.filter(({ from, specifier }) => sources.pathOf(from.path, specifier) === path);
  return [...new Set(importing.map(({ from }) => from))];
}

interface Import {
  readonly from: ListedFile;
  readonly specifier: string;
}

const imports = new WeakMap<Sources, ReadonlyMap<string, readonly Import[]>>();

/** What files import, by the last part of its path. */
function importsIn({ listed }: Sources): ReadonlyMap<string, readonly Import[]> {
  const found = new Map<string, Import[]>();
  for (const from of listed) {
    if (!isSource(from.path) || isTest(from.path)) continue;
    for (const [, specifier = ''] of from.text.matchAll(
      /(?:\bfrom|\bimport|\brequire\()\s*\(?['"]([^'"\n]+)['"]/g,
    )) {
      const word = lastPart(specifier);
      const others = found.get(word) ?? [];
      others.push({ from, specifier });
      found.set(word, others);
    }
  }
  return found;
}

function lastPart(path: string): string {
  return posix.basename(path).replace(/\..*$/, '');
}

/** Whether a file asks for what only a browser has, and for nothing that a request brings. */
function isOfBrowser({ text }: Pick<Placed, 'text'>): boolean {
  return (
    /(?<!['"`<\w])(?:localStorage|sessionStorage|\$window\.\w|window\.location|document\.\w|angular\.module\()/.test(
      text,
    ) && !/\breq(?:uest)?\.(?:headers|body|query|params|cookies)\b|<script\b/.test(text)
  );
}

const votes = new WeakMap<Sources, Map<string, boolean>>();

/** Whether the folder of pages that a file is in, or its own small package, has files for browsers and none for servers. */
function isAmongPages(sources: Sources, file: Placed): boolean {
  const home = sources.packageOf(file)?.folder ?? '';
  const inside = CLIENT_FOLDER.exec(file.path);
  const folder = inside ? file.path.slice(0, inside.index + inside[0].length) : home && `${home}/`;
  if (!folder) return false;
  const known = votes.get(sources) ?? new Map<string, boolean>();
  votes.set(sources, known);
  const counted = known.get(folder);
  if (counted !== undefined) return counted;
  const beside = sources.listed.filter(
    ({ path }) => path.startsWith(folder) && isSource(path) && !isTest(path),
  );
  const ofPages = beside.some(isOfBrowser) && beside.every((one) => sideOfImports(one) !== 'server');
  known.set(folder, ofPages);
  return ofPages;
}

/** Whether a file shows a user interface, and nothing in it is rendered on a server. */
export function isOfPage(file: SourceFile): boolean {
  return sideOfImports(file) === 'client' && !/getServerSideProps|getInitialProps|use server/.test(file.text);
}

/** Whether a server hands a file to pages as it stands: it speaks of the page, and of nothing that Node has. */
function isScriptOfPage({ path, text }: Placed): boolean {
  if (/\brequire\(|\bmodule\.exports\b|\bprocess\./.test(text) || !/\.m?js$/.test(path)) return false;
  const speaks = /\b(?:localStorage|sessionStorage|document\.\w|window\.\w)/.test(text);
  return SERVED_FOLDER.test(path) && (speaks || /\bfetch\(|XMLHttpRequest|\$\.ajax/.test(text));
}

function sideOfImports(file: Pick<SourceFile, 'text'>): Side {
  let either = false;
  for (const match of file.text.matchAll(/(?:from\s+|require\(\s*)['"](?:node:)?([^'"]+)['"]/g)) {
    const name = match[1] ?? '';
    if (SERVER_IMPORTS.has(name)) return 'server';
    if (EITHER_IMPORTS.has(name)) either = true;
    // `svelte/store`, and not what renders pages on a server.
    const shown = /\/(?:server|compiler)\b/.test(name) ? name : name.replace(/^([^@/]+)\/.*$/, '$1');
    if (CLIENT_PACKAGES.includes(shown) || shown === 'react-dom' || shown === 'react-router-dom')
      return 'client';
  }
  if (!either) return 'unknown';
  return /\b(?:localStorage|sessionStorage|window\.\w|document\.\w)/.test(file.text) ? 'client' : 'server';
}

function sideOfPackage(found: Package | undefined): Side {
  if (!found) return 'unknown';
  const server = SERVER_PACKAGES.some((name) => found.dependencies.has(name));
  const client = CLIENT_PACKAGES.some((name) => found.dependencies.has(name));
  if (server === client) return 'unknown';
  return server ? 'server' : 'client';
}
