import type { NodePath } from '@babel/traverse';
import { type Call, callsOf } from '../callers.js';
import { propertyName } from '../definitions.js';
import { familyOfMint, familyOfWord } from '../families.js';
import { usesOf } from '../flow/follow.js';
import type { CheckSite, LibraryCallSite, MintSite } from '../site.js';
import { type SourceFile, textOf } from '../source.js';
import type { Sources } from '../sources.js';

/** Libraries that handle JWTs and whose calls are found and reported, each with what its names do. */
export const OTHER_LIBRARIES = new Set([
  'jose',
  'jwt-simple',
  'fast-jwt',
  'njwt',
  'nJwt',
  'koa-jwt',
  'koa-jwt2',
  '@nestjs/jwt',
  '@fastify/jwt',
  'fastify-jwt',
  'jsonwebtoken-promisified',
  'jsonwebtoken-esm',
  'jwt-promisify',
  'express-unless-jwt',
  'passport-http-bearer',
  'socketio-jwt',
  '@thream/socketio-jwt',
  'socketio-jwt-auth',
  'hapi-auth-jwt2',
  'hono/jwt',
]);

const MINTS = /(?:^|\.)(?:sign|encode|create|SignJWT|EncryptJWT|createSigner|signAsync|Jwt)$/;
const CHECKS =
  /(?:^|\.)(?:verify|decode|jwtVerify|jwtDecrypt|decodeJwt|createVerifier|Verifier|compactVerify|authorize|authenticate)$/;

/** Finds the calls of libraries that no rule rewrites. Each becomes a site, so that none is missed. */
export function libraryCallSites(
  sources: Sources,
  file: SourceFile,
  known: readonly (MintSite | CheckSite)[],
): LibraryCallSite[] {
  const handled = known.filter((site) => site.file === file);
  const sites: LibraryCallSite[] = [];
  for (const call of callsOf(sources, file)) {
    const found = libraryOf(call) ?? injectedLibraryOf(call, file) ?? decoratedLibraryOf(call, sources, file);
    if (!found) continue;
    const { path } = call;
    if (handled.some((site) => isPartOf(path, site))) continue;
    const { library, name } = found;
    const common = { kind: 'library-call', library, file, path } as const;
    if (MINTS.test(name)) {
      const claims = (path.get('arguments') as NodePath[])[0];
      sites.push({
        ...common,
        role: 'mint',
        ...familyOfMint(sources, path, claims, undefined, usesOf(sources, path)),
      });
    } else if (CHECKS.test(name) || name === '') {
      const foreign = /Remote|jwks/i.test(textOf(file, path.node));
      const word = familyOfWord(textOf(file, path.node));
      sites.push({
        ...common,
        role: 'check',
        family: foreign ? 'third-party' : (word ?? 'session'),
        evidence: foreign ? 'its keys come from another issuer' : `${library} checks a token here`,
      });
    }
  }
  return sites;
}

/** Whether a call is one of those that make up a site. */
function isPartOf(path: NodePath, site: MintSite | CheckSite): boolean {
  const parts = [site.path, ...((site.role === 'mint' && site.statements) || [])];
  return parts.some((part) => part.node === path.node || path.isDescendant(part));
}

interface Known {
  readonly library: string;
  readonly name: string;
}

function libraryOf({ callee }: Call): Known | undefined {
  if (callee.kind !== 'package' || !OTHER_LIBRARIES.has(callee.module)) return undefined;
  return { library: callee.module, name: callee.name.filter((part) => part !== 'default').join('.') };
}

/** `this.jwtService.sign(…)`, the service being injected by its type. */
function injectedLibraryOf({ path }: Call, file: SourceFile): Known | undefined {
  const callee = path.get('callee') as NodePath;
  const name = propertyName(callee.node) ?? '';
  if (!/^(?:sign|signAsync|verify|verifyAsync|decode)$/.test(name) || !callee.isMemberExpression())
    return undefined;
  const object = callee.get('object');
  const service = object.isIdentifier() ? object.node.name : propertyName(object.node);
  if (!service || !file.text.includes('@nestjs/jwt')) return undefined;
  const typed = new RegExp(`\\b${service}\\s*[?!]?:\\s*JwtService\\b`).test(file.text);
  return typed ? { library: '@nestjs/jwt', name: name.replace(/Async$/, '') } : undefined;
}

/** `request.jwtVerify()`, `reply.jwtSign()` and `app.jwt.sign()`, which a Fastify plugin puts there. */
function decoratedLibraryOf({ path }: Call, sources: Sources, file: SourceFile): Known | undefined {
  const callee = path.get('callee') as NodePath;
  const name = propertyName(callee.node) ?? '';
  const decorated = /^jwt(?:Verify|Sign|Decode)$/.test(name);
  const held =
    /^(?:sign|verify|decode)$/.test(name) &&
    callee.isMemberExpression() &&
    propertyName(callee.get('object').node) === 'jwt';
  if (!decorated && !held) return undefined;
  const dependencies = sources.packageOf(file)?.dependencies;
  const library = ['@fastify/jwt', 'fastify-jwt'].find(
    (one) => dependencies?.has(one) ?? file.text.includes(one),
  );
  return library ? { library, name: name.replace(/^jwt/, '').toLowerCase() } : undefined;
}
