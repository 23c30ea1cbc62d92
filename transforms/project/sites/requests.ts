import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { callersOf } from '../callers.js';
import { definitionOf, keyName, propertyName } from '../definitions.js';
import { familyOfWord, surroundingNames } from '../families.js';
import { type Use, usesOf } from '../flow/follow.js';
import { intoPattern } from '../flow/names.js';
import { gatewayServedBy } from '../gateways.js';
import { isInside } from '../inside.js';
import { requestParameter } from '../requests.js';
import { sideOf } from '../sides.js';
import type { CheckSite, GatewaySite, ReadSite, RequestPlace } from '../site.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';

const TOKEN_HEADER =
  /^(?:authorization|x-(?:access|auth|jwt|id)-?token|x-token|token|jwt|access-token|auth-token)$/i;
const TOKEN_FIELD = /^(?:token|jwt|access_?token|auth_?token|id_?token|refresh_?token|jwt_?token)$/i;

/** The properties of a request that hold what the client sent. */
const PARTS: Readonly<Record<string, RequestPlace['in']>> = Object.assign(Object.create(null), {
  headers: 'header',
  cookies: 'cookie',
  signedCookies: 'cookie',
  query: 'query',
  body: 'body',
});

/** Finds where a file takes login tokens from requests. */
export function requestSites(
  sources: Sources,
  file: SourceFile,
  checks: readonly CheckSite[],
  gateways: readonly GatewaySite[],
): ReadSite[] {
  const sites: ReadSite[] = [];
  for (const path of file.paths.values()) {
    const place = placeRead(sources, path);
    if (!place) continue;
    const uses = usesOfRead(sources, path);
    const checked = uses.some((use) =>
      checks.some((check) => check.token?.node === use.path.node || isInside(check.token, use.path)),
    );
    const named = place.in === 'header' ? TOKEN_HEADER.test(place.name) : TOKEN_FIELD.test(place.name);
    const gateway = gatewayServedBy(path, gateways, sources);
    if (!named && !checked && !gateway) continue;
    const check = checks.find((one) => uses.some((use) => isInside(one.token, use.path)));
    // A token in a body or query that nothing checks is some other value that happens to be called so.
    if (!check && !gateway && place.in !== 'header') continue;
    sites.push({
      role: 'read',
      kind: 'request',
      file,
      path,
      place,
      uses,
      ...purposeOf(path, place, check, gateway),
    });
  }
  return sites;
}

/** What the token that is read is for: as its check says, unless one check serves several kinds of token. */
function purposeOf(
  path: NodePath,
  place: RequestPlace,
  check: CheckSite | undefined,
  gateway: GatewaySite | undefined,
): Pick<ReadSite, 'family' | 'evidence'> {
  const own = [place.name, ...surroundingNames(path)].find((name) => familyOfWord(name));
  if (check?.family === 'refresh' && own !== undefined && familyOfWord(own) === 'one-time')
    return { family: 'one-time', evidence: `a token that is used once: ${own} reads it` };
  if (check) return { family: check.family, evidence: `what it reads is checked: ${check.evidence}` };
  if (gateway) return { family: gateway.family, evidence: `${gateway.library} checks what it reads` };
  return { family: 'session', evidence: `${place.name} carries the login token` };
}

/**
 * Finds the other reads of the cookies and headers that carry login tokens: a page that only asks whether the
 * cookie is there goes by the login too.
 */
export function sameReadSites(sources: Sources, known: readonly ReadSite[]): ReadSite[] {
  const carriers = new Map(
    known.flatMap((site) =>
      site.place.in === 'cookie' || site.place.in === 'header' ? [[keyOf(site.place), site]] : [],
    ),
  );
  if (!carriers.size) return [];
  const seen = new Set(known.map(({ path }) => path.node));
  const names = [...carriers.values()].map(({ place }) => place.name);
  const files = sources
    .mentioning(...names)
    .filter((file) => !file.test && sideOf(sources, file) !== 'client');
  return files.flatMap((file) =>
    [...file.paths.values()].flatMap((path): ReadSite[] => {
      const place = seen.has(path.node) ? undefined : placeRead(sources, path);
      const carrier = place && carriers.get(keyOf(place));
      if (!place || !carrier || isWritten(path)) return [];
      const { family } = carrier;
      const evidence = `${place.name} carries the login token`;
      return [
        {
          role: 'read',
          kind: 'request',
          file,
          path,
          place,
          uses: usesOfRead(sources, path),
          family,
          evidence,
        },
      ];
    }),
  );
}

/** The places of a file that read one of the fields of a body or query which others read a token from. */
export function readsAt(sources: Sources, file: SourceFile, known: readonly ReadSite[]): ReadSite[] {
  return [...file.paths.values()].flatMap((path): ReadSite[] => {
    const place = placeRead(sources, path);
    const same = place && known.find((site) => keyOf(site.place) === keyOf(place));
    if (!place || !same || isWritten(path)) return [];
    const { family } = same;
    const evidence = `${place.name} carries the token here too`;
    return [
      { role: 'read', kind: 'request', file, path, place, uses: usesOfRead(sources, path), family, evidence },
    ];
  });
}

function keyOf(place: RequestPlace): string {
  return `${place.in} ${place.name}`;
}

/** `req.headers.authorization = …` */
function isWritten(path: NodePath): boolean {
  return path.key === 'left' && path.parentPath?.isAssignmentExpression() === true;
}

/** What becomes of what is read from a request. */
export function usesOfRead(sources: Sources, path: NodePath, ends?: (path: NodePath) => boolean): Use[] {
  // `const { authorization } = req.headers`
  if (path.isObjectProperty()) {
    return intoPattern(sources, path.get('value') as NodePath, { path, trail: [], part: 'token' }).flatMap(
      (value) => usesOf(sources, value.path, [], ends),
    );
  }
  return usesOf(sources, path, [], ends);
}

/** The place in a request that an expression (or a property of a pattern) reads, if it does. */
function placeRead(sources: Sources, path: NodePath): RequestPlace | undefined {
  if (path.isMemberExpression() || path.isOptionalMemberExpression()) {
    const name = propertyName(path.node);
    const holder = path.get('object') as NodePath;
    return name === undefined ? undefined : placeIn(sources, holder, name);
  }
  if (path.isCallExpression() || path.isOptionalCallExpression()) {
    const callee = path.get('callee') as NodePath;
    if (!callee.isMemberExpression() && !callee.isOptionalMemberExpression()) return undefined;
    if (!/^(?:get|header)$/.test(propertyName(callee.node) ?? '')) return undefined;
    const [first] = path.get('arguments') as NodePath[];
    const holder = callee.get('object') as NodePath;
    // `request.headers.get('authorization')` of the Fetch API.
    const headers = propertyName(holder.node) === 'headers' ? (holder.get('object') as NodePath) : undefined;
    if (!first?.isStringLiteral() || !isRequest(sources, headers ?? holder)) return undefined;
    return { in: 'header', name: first.node.value.toLowerCase() };
  }
  if (path.isObjectProperty() && path.parentPath.isObjectPattern()) {
    const declarator = path.parentPath.parentPath;
    const name = keyName(path.node);
    if (name === undefined || !declarator?.isVariableDeclarator()) return undefined;
    const init = declarator.get('init');
    return init.node ? placeIn(sources, init as NodePath, name) : undefined;
  }
  return undefined;
}

function placeIn(sources: Sources, holder: NodePath, name: string): RequestPlace | undefined {
  const part = holder.isIdentifier() ? partNamed(sources, holder) : undefined;
  if (part) return { in: part, name: part === 'header' ? name.toLowerCase() : name };
  if (!holder.isMemberExpression() && !holder.isOptionalMemberExpression()) return undefined;
  const own = PARTS[propertyName(holder.node) ?? ''];
  // What the object is takes following calls across files: asked last, and only where the answer matters.
  if (!own || !isRequest(sources, holder.get('object') as NodePath)) return undefined;
  return { in: own, name: own === 'header' ? name.toLowerCase() : name };
}

/** The part of a request that a variable is: `const { cookies } = req`, `const cookies = req.cookies`. */
function partNamed(sources: Sources, path: NodePath<t.Identifier>): RequestPlace['in'] | undefined {
  const binding = path.scope.getBinding(path.node.name);
  const declarator = binding?.constant ? binding.path : undefined;
  if (!binding || !declarator?.isVariableDeclarator()) return undefined;
  const init = declarator.get('init') as NodePath;
  const { id } = declarator.node;
  if (t.isObjectPattern(id)) {
    const property = id.properties.find((one) => t.isObjectProperty(one) && one.value === binding.identifier);
    const part = property && PARTS[keyName(property) ?? ''];
    return part && init.node && isRequest(sources, init) ? part : undefined;
  }
  if (!init.isMemberExpression() && !init.isOptionalMemberExpression()) return undefined;
  const part = PARTS[propertyName(init.node) ?? ''];
  return part && isRequest(sources, init.get('object') as NodePath) ? part : undefined;
}

/** Whether an expression is the request: a parameter that is one, or a property called so. */
export function isRequest(sources: Sources, path: NodePath): boolean {
  if (/^_?(?:req|request)$/.test(propertyName(path.node) ?? '')) return true;
  if (!path.isIdentifier()) return false;
  const definition = definitionOf(sources, path);
  if (definition.kind !== 'parameter') return /^_?(?:req|request)$/.test(path.node.name);
  if (definition.trail.length) return /^(?:req|request)$/.test(definition.trail.at(-1) ?? '');
  if (requestParameter(definition.function) === path.node.name) return true;
  return receivesRequest(sources, definition.function, definition.index, 0);
}

/** Whether every caller hands the request in at a parameter's position. */
function receivesRequest(
  sources: Sources,
  called: NodePath<t.Function>,
  index: number,
  depth: number,
): boolean {
  if (depth > 3) return false;
  const callers = callersOf(sources, called);
  return (
    callers.length > 0 &&
    callers.every((call) => {
      const argument = (call.get('arguments') as NodePath[])[index];
      if (!argument?.isIdentifier()) return false;
      const definition = definitionOf(sources, argument);
      if (definition.kind !== 'parameter') return false;
      return (
        requestParameter(definition.function) === argument.node.name ||
        receivesRequest(sources, definition.function, definition.index, depth + 1)
      );
    })
  );
}
