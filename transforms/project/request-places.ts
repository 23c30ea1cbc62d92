import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { fixedString } from './browser/strings.js';
import { callersOf } from './callers.js';
import { definitionOf, keyName, propertyName } from './definitions.js';
import { requestParameter } from './requests.js';
import type { RequestPlace } from './site.js';
import type { Sources } from './sources.js';

/** The properties of a request that hold what the client sent. */
const PARTS: Readonly<Record<string, RequestPlace['in']>> = Object.assign(Object.create(null), {
  headers: 'header',
  cookies: 'cookie',
  signedCookies: 'cookie',
  query: 'query',
  body: 'body',
});

/** The place in a request that an expression (or a property of a pattern) reads, if it does. */
export function placeRead(sources: Sources, path: NodePath): RequestPlace | undefined {
  if (path.isMemberExpression() || path.isOptionalMemberExpression()) {
    const holder = path.get('object') as NodePath;
    const name = propertyName(path.node);
    if (name !== undefined) return placeIn(sources, holder, name);
    const property = path.get('property') as NodePath;
    // `req.headers[HEADER]`: what is put together for each request is no name that others could read by.
    if (!path.node.computed || !placeIn(sources, holder, '')) return undefined;
    const constant = fixedString(sources, property);
    return constant === undefined ? undefined : placeIn(sources, holder, constant);
  }
  if (path.isCallExpression() || path.isOptionalCallExpression()) {
    const callee = path.get('callee') as NodePath;
    const named = placeNamed(sources, path, callee);
    if (named) return named;
    if (!callee.isMemberExpression() && !callee.isOptionalMemberExpression()) return undefined;
    if (!/^(?:get|header)$/.test(propertyName(callee.node) ?? '')) return undefined;
    const [first] = path.get('arguments') as NodePath[];
    const holder = callee.get('object') as NodePath;
    // `request.headers.get('authorization')` of the Fetch API.
    const headers = propertyName(holder.node) === 'headers' ? (holder.get('object') as NodePath) : undefined;
    if (!first || !isRequest(sources, headers ?? holder)) return undefined;
    const name = fixedString(sources, first);
    return name === undefined ? undefined : { in: 'header', name: name.toLowerCase() };
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

/** `get(req, 'headers.authorization', '')` of lodash. */
function placeNamed(
  sources: Sources,
  call: NodePath<t.CallExpression> | NodePath<t.OptionalCallExpression>,
  callee: NodePath,
): RequestPlace | undefined {
  const [holder, way] = call.get('arguments') as NodePath[];
  if (!way?.isStringLiteral() || !holder || !isRequest(sources, holder)) return undefined;
  const [, part = '', name = ''] = /^(\w+)\.([\w-]+)$/.exec(way.node.value) ?? [];
  const own = PARTS[part];
  const definition = own && definitionOf(sources, callee);
  if (!own || definition?.kind !== 'package' || !/^lodash(?:-es)?(?:[./]get)?$/.test(definition.module))
    return undefined;
  return { in: own, name: own === 'header' ? name.toLowerCase() : name };
}

function placeIn(sources: Sources, holder: NodePath, name: string): RequestPlace | undefined {
  const part = holder.isIdentifier()
    ? partNamed(sources, holder)
    : isParsedCookies(sources, holder)
      ? 'cookie'
      : undefined;
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
  if (isParsedCookies(sources, init)) return 'cookie';
  if (!init.isMemberExpression() && !init.isOptionalMemberExpression()) return undefined;
  const part = PARTS[propertyName(init.node) ?? ''];
  return part && isRequest(sources, init.get('object') as NodePath) ? part : undefined;
}

/** `cookie.parse(req.headers.cookie || '')`, of the package `cookie`. */
function isParsedCookies(sources: Sources, path: NodePath): boolean {
  if (!path.isCallExpression()) return false;
  const callee = path.get('callee');
  if (
    !/^parse(?:Cookie)?$/.test(propertyName(callee.node) ?? (callee.isIdentifier() ? callee.node.name : ''))
  )
    return false;
  const definition = definitionOf(sources, callee);
  if (definition.kind !== 'package' || definition.module !== 'cookie') return false;
  const [given] = path.get('arguments') as NodePath[];
  const header = given?.isLogicalExpression() ? given.get('left') : given;
  const place = header && placeRead(sources, header);
  return place?.in === 'header' && place.name === 'cookie';
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
