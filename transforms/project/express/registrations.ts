import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import type { CallPath } from '../callers.js';
import { type Definition, definitionOf } from '../definitions.js';
import { returnsOf } from '../flow/returns.js';
import { SHIM } from '../shim.js';
import { type SourceFile, textOf } from '../source.js';
import type { Sources } from '../sources.js';

/**
 * What one call registers on an application: `parser` reads a request's body or cookies · `cors` answers other
 * origins · `session` is another session middleware · `shim` is ours · `static` serves files · `reader` reads
 * login tokens · `route` answers requests · `page` answers one GET or HEAD, by code that knows no token · `handed` gives the application to a function · `other` is none of
 * these.
 */
export type RegistrationKind =
  | 'parser'
  | 'cors'
  | 'session'
  | 'shim'
  | 'static'
  | 'reader'
  | 'route'
  | 'page'
  | 'handed'
  | 'other';

export interface Registration {
  readonly kind: RegistrationKind;
  readonly file: SourceFile;
  readonly call: CallPath;
  /** The expression that names the application there. */
  readonly application: NodePath;
  readonly method: string;
  /** The path it is mounted at, when that is fixed. */
  readonly mount?: string;
  readonly handlers: readonly NodePath[];
}

const EXPRESS_PARSERS = new Set(['json', 'urlencoded', 'raw', 'text']);
const PARSERS = new Set(['body-parser', 'cookie-parser', 'express-fileupload', 'connect-busboy']);
const SESSIONS = new Set(['express-session', 'cookie-session', 'client-sessions', 'iron-session']);
const READERS = new Set(['express-jwt', 'express-oauth2-jwt-bearer']);

/** What `app.use(…)`, `app.get(…)` and the like register; undefined for the getter `app.get('setting')`. */
export function registrationOf(
  sources: Sources,
  file: SourceFile,
  call: CallPath,
  method: string,
  application: NodePath,
): Registration | undefined {
  const given = call.get('arguments') as NodePath[];
  const [first] = given;
  const mount = first && mountOf(first);
  const handlers = (mount === undefined ? given : given.slice(1)).flatMap(elements);
  if (method === 'get' && !handlers.length) return undefined;
  const kinds = handlers.map((handler) => kindOfHandler(sources, handler));
  const page =
    (method === 'get' || method === 'head') && handlers.every((handler) => answersPlainly(sources, handler));
  const kind = page ? 'page' : kindOf(method, mount, kinds);
  return { kind, file, call, application, method, handlers, ...(mount === undefined ? {} : { mount }) };
}

/** A function that is handed the application, of which no registration is seen. */
export function handedTo(
  file: SourceFile,
  call: CallPath,
  callee: Definition,
  application: NodePath,
): Registration {
  const name = textOf(file, (call.get('callee') as NodePath).node);
  const routes = callee.kind !== 'function' && /applyMiddleware|routes?\b|swagger|graphql|admin/i.test(name);
  return { kind: routes ? 'route' : 'handed', file, call, application, method: name, handlers: [] };
}

function mountOf(path: NodePath): string | undefined {
  if (path.isStringLiteral()) return path.node.value;
  if (path.isTemplateLiteral()) return path.node.quasis[0]?.value.cooked ?? '';
  return path.isRegExpLiteral() ? path.node.pattern : undefined;
}

function elements(path: NodePath): NodePath[] {
  return path.isArrayExpression()
    ? path.get('elements').flatMap((one) => (one.node ? [one as NodePath] : []))
    : [path];
}

/** What is registered by these answers one kind of request, whatever headers it sets on the way. */
const ANSWERS = new Set(['get', 'post', 'put', 'patch', 'delete']);

function kindOf(
  method: string,
  mount: string | undefined,
  kinds: readonly RegistrationKind[],
): RegistrationKind {
  for (const kind of ['shim', 'session'] as const) if (kinds.includes(kind)) return kind;
  const only = (kind: RegistrationKind) => kinds.length > 0 && kinds.every((one) => one === kind);
  for (const kind of ['cors', 'parser', 'static'] as const)
    if (only(kind) && !ANSWERS.has(method)) return kind;
  if (kinds.includes('reader')) return 'reader';
  if (method !== 'use' || kinds.includes('route')) return 'route';
  // What is mounted at a path and not known answers there.
  return mount !== undefined && mount !== '/' && !only('other') ? 'route' : 'other';
}

function kindOfHandler(sources: Sources, path: NodePath): RegistrationKind {
  if (path.isCallExpression()) {
    const callee = definitionOf(sources, path.get('callee') as NodePath);
    if (callee.kind === 'package') return kindOfPackage(callee.module, callee.name);
    if (callee.kind === 'function' && callsShim(sources, callee.path)) return 'shim';
    if (callee.kind === 'function') {
      const made = returnsOf(callee.path)[0];
      if (made) return kindOfHandler(sources, made);
    }
  }
  const definition = definitionOf(sources, path);
  if (definition.kind === 'package') return kindOfPackage(definition.module, definition.name);
  if (definition.kind === 'function') return kindOfFunction(sources, definition.path);
  if (definition.kind === 'value' && definition.path.node !== path.node && definition.path.isCallExpression())
    return kindOfHandler(sources, definition.path);
  return 'route';
}

function kindOfPackage(module: string, name: readonly string[]): RegistrationKind {
  const last = name.at(-1) ?? '';
  if (module === SHIM) return last === 'allowCredentialsTo' ? 'cors' : 'shim';
  if (module === 'express') {
    if (EXPRESS_PARSERS.has(last)) return 'parser';
    return last === 'Router' ? 'route' : last === 'static' ? 'static' : 'other';
  }
  if (PARSERS.has(module)) return 'parser';
  if (module === 'cors') return 'cors';
  if (SESSIONS.has(module) || (module === 'passport' && last === 'session')) return 'session';
  if (READERS.has(module) || (module === 'passport' && last === 'authenticate')) return 'reader';
  return module === 'serve-static' ? 'static' : 'other';
}

function callsShim(sources: Sources, path: NodePath<t.Function>): boolean {
  let found = false;
  path.traverse({
    CallExpression(call) {
      const callee = definitionOf(sources, call.get('callee') as NodePath);
      if (callee.kind === 'package' && callee.module === SHIM && callee.name.at(-1) === 'cutover')
        found = true;
    },
  });
  return found;
}

const TOKENS = /\b(?:authorization|x-(?:auth|access)-token|jwt|verify\w*|decode\w*)\b|[tT]oken/;

function kindOfFunction(sources: Sources, path: NodePath<t.Function>): RegistrationKind {
  const text = textOf(sources.fileOf(path), path.node);
  if (/Access-Control-Allow-(?:Origin|Credentials)/i.test(text)) return 'cors';
  if (path.node.params.length === 4) return 'other';
  if (TOKENS.test(text)) return 'reader';
  return /\.(?:json|send|sendFile|sendStatus|render|redirect|end)\(/.test(text) ? 'route' : 'other';
}

/** A health check and the like: it may stand in front of everything else. */
function answersPlainly(sources: Sources, handler: NodePath): boolean {
  const definition = definitionOf(sources, handler);
  if (definition.kind !== 'function') return false;
  const text = textOf(sources.fileOf(definition.path), definition.path.node);
  return !TOKENS.test(text) && !/\b(?:req|request|_req)\.\w+/.test(text);
}
