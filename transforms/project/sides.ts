import { isSource, isTest } from './files.js';
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
const CLIENT_FOLDER = /(?:^|\/)(?:client|frontend|front|web|webapp|ui|browser|public)\//;
/** Where servers keep what they hand out as it is. */
const SERVED_FOLDER = /(?:^|\/)(?:public|static|assets|www|wwwroot)\//;
const SERVER_FOLDER = /(?:^|\/)(?:server|backend|back|api|routes|controllers|middlewares?|models)\//;

/** Where a file runs: by what it imports, what its package depends on, and at last by its folder. */
export function sideOf(sources: Sources, file: SourceFile): Side {
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
  return isAmongPages(sources, file) ? 'client' : 'unknown';
}

/** Whether a file asks for what only a browser has, and for nothing that a request brings. */
function isOfBrowser({ text }: Pick<SourceFile, 'text'>): boolean {
  return (
    /(?<!['"`<\w])(?:localStorage|sessionStorage|\$window\.\w|window\.location|document\.\w|angular\.module\()/.test(
      text,
    ) && !/\breq(?:uest)?\.(?:headers|body|query|params|cookies)\b|<script\b/.test(text)
  );
}

const votes = new WeakMap<Sources, Map<string, boolean>>();

/** Whether the folder of pages that a file is in, or its own small package, has files for browsers and none for servers. */
function isAmongPages(sources: Sources, file: SourceFile): boolean {
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
function isScriptOfPage({ path, text }: SourceFile): boolean {
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
    if (CLIENT_PACKAGES.includes(name) || name === 'react-dom' || name === 'react-router-dom')
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
