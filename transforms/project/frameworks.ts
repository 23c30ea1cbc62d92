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
  ['@apollo/server', 'Apollo Server alone'],
  ['apollo-server', 'Apollo Server alone'],
  ['graphql-yoga', 'GraphQL Yoga alone'],
  ['next', 'Next.js'],
  ['nuxt', 'Nuxt'],
  ['@sveltejs/kit', 'SvelteKit'],
];

/** What to do where a framework runs no Express middleware: for code that makes a login, or checks one. */
export function frameworkAdvice(framework: string, role: 'mint' | 'check'): string {
  const mint = role === 'mint';
  if (/^Apollo/.test(framework))
    return 'Serve it through Express first, with expressMiddleware of @apollo/server/express4 (apollo-server-express before version 4), then run this again.';
  if (/Yoga/.test(framework))
    return 'Serve it through Express first, with app.use(yoga.graphqlEndpoint, yoga), then run this again.';
  if (framework === 'Koa')
    return mint
      ? 'On Koa keep the claims in ctx.session (koa-session) instead of a token.'
      : 'On Koa answer 401 where ctx.session (koa-session) holds no user.';
  if (framework === 'Fastify')
    return mint
      ? 'On Fastify keep the claims in request.session (@fastify/session) instead of a token.'
      : 'On Fastify answer 401 where request.session (@fastify/session) holds no user.';
  if (framework === PLAIN)
    return 'Let Express serve it first: make an application with express(), register the handler of this server on it with app.use(), hand it to createServer(), then run this again.';
  return `On ${framework} use its own sessions, with an HttpOnly cookie.`;
}

/** The framework that serves a file's requests where that is not Express; undefined where it is, or may be. */
export function otherFramework(sources: Sources, file: SourceFile): string | undefined {
  const found = sources.packages.filter((one) => one.folder === '' || file.path.startsWith(`${one.folder}/`));
  if (isOfNext(sources, file) && found.some((one) => one.dependencies.has('next'))) return 'Next.js';
  if (found.some((one) => EXPRESS.some((name) => one.dependencies.has(name)))) return undefined;
  const other = OTHERS.find(([name]) => found.some((one) => one.dependencies.has(name)))?.[1];
  return other ?? (isPlain(sources, file) ? PLAIN : undefined);
}

/** Whether Next serves a file's requests, which no server of Express hands to it. */
function isOfNext(sources: Sources, { path }: SourceFile): boolean {
  // Handlers of the folder `app` are handed requests of the Fetch API.
  if (/(?:^|\/)app\/(?:.*\/)?route\.[cm]?[jt]sx?$/.test(path)) return true;
  return /(?:^|\/)pages\/api\//.test(path) && !sources.mentioning('getRequestHandler').length;
}

const PLAIN = 'plain Node';

const plain = new WeakMap<Sources, boolean>();

/** Whether nothing of an application depends on Express, or imports it. */
function isPlain(sources: Sources, file: SourceFile): boolean {
  if (!sources.packageOf(file)) return false;
  const known = plain.get(sources);
  if (known !== undefined) return known;
  const depends = sources.packages.some((one) => EXPRESS.some((name) => one.dependencies.has(name)));
  const imports = sources.listed.some(({ text }) =>
    /(?:from|require\(|import\()\s*['"](?:express|@nestjs\/platform-express)['"]/.test(text),
  );
  plain.set(sources, !depends && !imports);
  return !depends && !imports;
}
