import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import type { CallPath } from '../callers.js';
import { propertyName } from '../definitions.js';
import { type Use, usesOf } from '../flow/follow.js';
import { stringOf } from '../flow/origins.js';
import { isolated } from '../isolated.js';
import { usesOfCallback } from '../mints.js';
import type { ClearCookieSite, MintSite, ReadSite, ResponseSite } from '../site.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import { cookieName, emptiedName, serializedName } from '../written-cookies.js';

const WAYS: Readonly<Record<string, ResponseSite['how']>> = {
  cookie: 'cookie',
  json: 'body',
  jsonp: 'body',
  send: 'body',
  end: 'body',
  redirect: 'redirect',
  setHeader: 'header',
  header: 'header',
  set: 'header',
  append: 'header',
};

/** Finds where login tokens that the application makes leave it: in bodies, cookies, headers, addresses. */
export function responseSites(sources: Sources, mints: readonly MintSite[]): ResponseSite[] {
  const sites = new Map<unknown, ResponseSite>();
  for (const mint of mints) {
    if (mint.family !== 'session' && mint.family !== 'refresh') continue;
    const found = isolated(sources, [mint.file], () => {
      const uses = mint.callback ? usesOfCallback(sources, mint.callback) : usesOf(sources, mint.path);
      return uses.map((use) => responseOf(sources, use, mint)).filter((site) => site !== undefined);
    });
    for (const site of found) if (!sites.has(site.path.node)) sites.set(site.path.node, site);
  }
  return [...sites.values()];
}

function responseOf(sources: Sources, use: Use, mint: MintSite): ResponseSite | undefined {
  const call = use.path.parentPath;
  if (use.kind !== 'argument' || use.path.listKey !== 'arguments' || !call?.isCallExpression())
    return undefined;
  const written = writtenCookie(sources, use.path);
  if (written)
    return {
      role: 'emit',
      kind: 'response',
      how: 'cookie',
      mint,
      family: mint.family,
      evidence: mint.evidence,
      file: sources.fileOf(written.call),
      path: written.call,
      ...written,
    };
  const callee = call.get('callee');
  const how = callee.isMemberExpression() ? WAYS[propertyName(callee.node) ?? ''] : undefined;
  if (!how || !callee.isMemberExpression()) return undefined;
  // Nothing but a response has a method of this name that is given a name and a token.
  if (how !== 'cookie' && !isResponse(callee.get('object'))) return undefined;
  const [first, , options] = call.get('arguments') as NodePath[];
  const name = how === 'cookie' && first ? stringOf(sources, first) : undefined;
  return {
    role: 'emit',
    kind: 'response',
    how,
    mint,
    family: mint.family,
    evidence: mint.evidence,
    file: sources.fileOf(call),
    path: call,
    call,
    ...(name === undefined ? {} : { name }),
    ...(options ? { options } : {}),
  };
}

/** A cookie that is put together by hand: `res.setHeader('Set-Cookie', serialize('token', token, …))` */
function writtenCookie(
  sources: Sources,
  value: NodePath,
): Pick<ResponseSite, 'call' | 'name' | 'options' | 'cookie'> | undefined {
  const made = value.parentPath?.isCallExpression() ? value.parentPath : undefined;
  const serialized = made && serializedName(sources, made);
  const cookie = serialized === undefined ? value : made;
  const list = cookie?.parentPath?.isArrayExpression() ? cookie.parentPath : cookie;
  const call = list?.parentPath;
  if (!cookie || list?.key !== 1 || !call?.isCallExpression() || !setsCookie(call)) return undefined;
  const name = serialized ?? cookieName(cookie);
  const options = serialized === undefined ? cookie : (made?.get('arguments')[2] as NodePath | undefined);
  return name === undefined ? undefined : { call, name, cookie, ...(options ? { options } : {}) };
}

/** `res.setHeader('Set-Cookie', …)`, `res.append('Set-Cookie', …)` */
export function setsCookie(call: NodePath<t.CallExpression>): boolean {
  const callee = call.get('callee');
  const [header] = call.node.arguments;
  return (
    callee.isMemberExpression() &&
    WAYS[propertyName(callee.node) ?? ''] === 'header' &&
    t.isStringLiteral(header) &&
    header.value.toLowerCase() === 'set-cookie' &&
    isResponse(callee.get('object'))
  );
}

/** `res`, `response`, `ctx.res`, and what their chained calls return. */
export function isResponse(path: NodePath): boolean {
  if (path.isIdentifier())
    return /^_?(?:res|resp|response|reply|rep)$/i.test(path.node.name) || isSecondParameter(path);
  if (path.isMemberExpression()) return /^(?:res|response)$/.test(propertyName(path.node) ?? '');
  if (!path.isCallExpression()) return false;
  const callee = path.get('callee');
  return callee.isMemberExpression() && isResponse(callee.get('object'));
}

function isSecondParameter(path: NodePath): boolean {
  if (!path.isIdentifier()) return false;
  const binding = path.scope.getBinding(path.node.name);
  return binding?.kind === 'param' && binding.path.listKey === 'params' && binding.path.key === 1;
}

/** Finds where a cookie that carried a login token is taken back. */
export function clearCookieSites(
  sources: Sources,
  file: SourceFile,
  responses: readonly ResponseSite[],
  reads: readonly ReadSite[],
): ClearCookieSite[] {
  const families = new Map<string, ClearCookieSite['family']>();
  for (const { place, family } of reads) if (place.in === 'cookie') families.set(place.name, family);
  for (const { name, family } of responses) if (name !== undefined) families.set(name, family);
  const sites: ClearCookieSite[] = [];
  for (const path of file.paths.values()) {
    if (!path.isCallExpression()) continue;
    const name = clearedName(sources, path);
    const family = name === undefined ? undefined : families.get(name);
    if (name === undefined || !family) continue;
    const evidence = `${name} carried a login token`;
    sites.push({ role: 'drop', kind: 'clear-cookie', family, evidence, file, path, call: path, name });
  }
  return sites;
}

/** The cookie that `res.clearCookie(name)` or `res.cookie(name, '')` takes back. */
function clearedName(sources: Sources, call: CallPath): string | undefined {
  const callee = call.get('callee') as NodePath;
  if (!callee.isMemberExpression()) return undefined;
  const method = propertyName(callee.node);
  const [name, value] = call.get('arguments') as NodePath[];
  if (!name) return undefined;
  if (method === 'clearCookie') return stringOf(sources, name);
  if (call.isCallExpression() && setsCookie(call)) return value && emptiedName(sources, value);
  const cleared =
    value?.isStringLiteral() || value?.isNullLiteral() || value?.isIdentifier({ name: 'undefined' });
  return method === 'cookie' && cleared ? stringOf(sources, name) : undefined;
}
