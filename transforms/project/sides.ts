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
  if (byPackage !== 'unknown') return byPackage;
  if (/\.(?:jsx|tsx|vue|svelte)$/.test(file.path)) return 'client';
  if (CLIENT_FOLDER.test(file.path)) return 'client';
  if (SERVER_FOLDER.test(file.path)) return 'server';
  return /\b(?:window|document|localStorage|sessionStorage)\b/.test(file.text) ? 'client' : 'unknown';
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

function sideOfImports(file: SourceFile): Side {
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
