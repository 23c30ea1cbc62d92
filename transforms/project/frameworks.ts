import type { SourceFile } from './source.js';
import type { Sources } from './sources.js';

/** Frameworks whose requests are Express's own. */
const EXPRESS = [
  'express',
  '@nestjs/platform-express',
  '@feathersjs/express',
  'apollo-server-express',
  'express-graphql',
];

/** Frameworks that do not run Express middleware, with the name that people know them by. */
const OTHERS: readonly [string, string][] = [
  ['koa', 'Koa'],
  ['fastify', 'Fastify'],
  ['@nestjs/platform-fastify', 'Fastify'],
  ['@hapi/hapi', 'hapi'],
  ['hapi', 'hapi'],
  ['hono', 'Hono'],
  ['elysia', 'Elysia'],
  ['restify', 'restify'],
  ['micro', 'micro'],
  ['next', 'Next.js'],
  ['nuxt', 'Nuxt'],
  ['@sveltejs/kit', 'SvelteKit'],
];

/** The framework that serves a file's requests where that is not Express; undefined where it is, or may be. */
export function otherFramework(sources: Sources, file: SourceFile): string | undefined {
  const found = sources.packages.filter((one) => one.folder === '' || file.path.startsWith(`${one.folder}/`));
  if (found.some((one) => EXPRESS.some((name) => one.dependencies.has(name)))) return undefined;
  return OTHERS.find(([name]) => found.some((one) => one.dependencies.has(name)))?.[1];
}
