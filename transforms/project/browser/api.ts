import type { Binding, NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { type CallPath, callersOf, callsOf } from '../callers.js';
import { definitionOf } from '../definitions.js';
import { applicationsOf } from '../express/application.js';
import { stringOf } from '../flow/origins.js';
import { type Portable, portableOf } from '../portable.js';
import { sessionPathFor } from '../session-path.js';
import { textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { defaultBaseOf } from './axios-defaults.js';
import type { AttachedHeader } from './headers.js';
import { isLoginName } from './names.js';
import { type OutgoingRequest, propertyIn } from './requests.js';

/** Where the client's API is. */
export interface ApiBase {
  /** `same` serves the pages too, or a proxy in front of it does; `other` is on an origin of its own. */
  readonly origin: 'same' | 'other';
  /** Whether that is certain: an environment variable may name either. */
  readonly certain: boolean;
  /** The expression that the session's address starts with, where it is no fixed text. */
  readonly expression?: Portable;
  /** The address of the session endpoints, after the expression. */
  readonly path: string;
}

const API_SEGMENT = /^(?:api|rest|backend|v\d+)$/i;

/** Works out from the client's requests, and from the server where it is in the repository, where the API is. */
export function apiBaseOf(
  sources: Sources,
  requests: readonly OutgoingRequest[],
  headers: readonly AttachedHeader[],
): ApiBase {
  const [server] = applicationsOf(sources);
  const served = server && sessionPathFor(sources, server);
  const addressed = (some: readonly OutgoingRequest[]) =>
    some.flatMap((request) => addressesOf(sources, request));
  const attaching = addressed(
    requests.filter(
      (request) => request.shared || attaches(request, headers) || isAlone(sources, request, requests),
    ),
  );
  // Nobody knows whose an absolute address is to which no login token goes.
  const addresses = [
    ...attaching,
    ...addressed(requests).filter(({ text, rest, expression }) =>
      expression || !isAbsolute(text) ? true : isLoginName(text + rest),
    ),
  ];
  const logins = addresses.filter(({ rest, text }) => isLoginName(rest) || isLoginName(text));
  const [address] = [...logins, ...addresses];
  if (!address) return { origin: 'same', certain: true, path: served ?? '/session' };
  const { expression, text, rest } = address;
  if (expression) {
    const prefix = prefixOf(rest) || (served && !/api/i.test(text) ? served.replace(/\/[^/]*$/, '') : '');
    // `environment.apiUrl + 'auth/login'`: it ends with a slash itself.
    const slash = rest && !/^[/?#]/.test(rest) ? '' : '/';
    return { origin: 'other', certain: false, expression, path: `${prefix}/session`.replace(/^\//, slash) };
  }
  const absolute = /^(https?:)?\/\/[^/]+/.exec(text);
  const origin = absolute?.[0] ?? '';
  const path = served ?? `${prefixOf(text.slice(origin.length))}/session`;
  return { origin: absolute ? 'other' : 'same', certain: true, path: origin + path };
}

/** Whether all absolute addresses are on one origin, and something is sent there. */
function isAlone(sources: Sources, request: OutgoingRequest, all: readonly OutgoingRequest[]): boolean {
  const own = originOf(sources, request);
  if (own === undefined) return false;
  const others = all.map((one) => originOf(sources, one)).filter((origin) => origin !== undefined);
  const sends = all.some(
    (one) => one.method !== undefined && one.method !== 'get' && originOf(sources, one) === own,
  );
  return sends && others.every((origin) => origin === own);
}

function originOf(sources: Sources, request: OutgoingRequest): string | undefined {
  return /^(?:https?:)?\/\/[^/]+/.exec(addressOf(sources, request)?.text ?? '')?.[0];
}

/** Whether a request carries a login token by its own options, or by its instance's. */
export function attaches(
  { path, options, instance, file }: OutgoingRequest,
  headers: readonly AttachedHeader[],
): boolean {
  const given = options?.isIdentifier()
    ? options.scope.getBinding(options.node.name)?.path
    : (options ?? undefined);
  const held = options ? bindingsIn(options) : [];
  return headers.some(({ foreign, path: header, file: home, form }) => {
    if (foreign || home !== file) return false;
    if (header.isDescendant(path) || (given && header.isDescendant(given))) return true;
    // `options.headers.Authorization = …`, `headers.set('Authorization', …)` before the request.
    const put = form === 'call' || form === 'assignment' ? rootOf(header) : undefined;
    const binding = put?.isIdentifier() ? put.scope.getBinding(put.node.name) : undefined;
    if (binding && held.includes(binding)) return true;
    // `config.headers.Authorization = …` in an interceptor beside the instance.
    return Boolean(instance && header.isAssignmentExpression());
  });
}

/** The variables that a request's options are, or are made of: `{ method, headers }`. */
function bindingsIn(options: NodePath): Binding[] {
  const named = options.isObjectExpression()
    ? options.get('properties').map((one) => (one.isObjectProperty() ? (one.get('value') as NodePath) : one))
    : [options];
  return named.flatMap((one) => {
    const at = one.isSpreadElement() ? one.get('argument') : one;
    const binding = at.isIdentifier() ? at.scope.getBinding(at.node.name) : undefined;
    if (!binding) return [];
    // `const options = { method, headers }`
    const init = at === options && binding.path.isVariableDeclarator() ? binding.path.get('init') : undefined;
    return [binding, ...(init?.isObjectExpression() ? bindingsIn(init) : [])];
  });
}

/** What an assignment or a method call is made on, at the very left. */
function rootOf(path: NodePath): NodePath {
  if (path.isAssignmentExpression()) return rootOf(path.get('left') as NodePath);
  if (path.isCallExpression()) return rootOf(path.get('callee') as NodePath);
  return path.isMemberExpression() ? rootOf(path.get('object')) : path;
}

function isAbsolute(text: string): boolean {
  return /^(?:https?:)?\/\//.test(text);
}

/** Whether a request goes to the API: `undefined` where its address is not in sight. */
export function goesToApi(sources: Sources, request: OutgoingRequest, base: ApiBase): boolean | undefined {
  const going = addressesOf(sources, request).map((address) => leadsToApi(address, base));
  if (going.includes(true)) return true;
  return going.includes(undefined) ? undefined : going[0];
}

function leadsToApi(address: Address, base: ApiBase): boolean | undefined {
  if (base.expression) return address.expression?.text === base.expression.text;
  if (address.expression) return false;
  const origin = /^(?:https?:)?\/\/[^/]+/.exec(base.path)?.[0];
  // An address without an origin is on the page's own, where asking for cookies changes nothing.
  return isAbsolute(address.text)
    ? Boolean(origin && address.text.startsWith(origin))
    : origin
      ? undefined
      : true;
}

interface Address {
  readonly expression?: Portable;
  /** Fixed text, or the code of the expression. */
  readonly text: string;
  /** Fixed text after the expression. */
  readonly rest: string;
}

/** The addresses that a request goes to: one, or where the function around it is handed it, those of its callers. */
function addressesOf(sources: Sources, request: OutgoingRequest): Address[] {
  const handed = request.url && !request.instance ? handedIn(sources, request.url) : [];
  const found = handed.flatMap((url) => splitAddress(sources, url) ?? []);
  const own = found.length ? undefined : addressOf(sources, request);
  return own ? [own] : found;
}

function handedIn(sources: Sources, url: NodePath, depth = 0): NodePath[] {
  const definition = definitionOf(sources, url);
  if (definition.kind !== 'parameter' || definition.trail.length || depth > 2) return [];
  return makersOf(sources, definition.function).flatMap((call) => {
    const given = (call.get('arguments') as NodePath[])[definition.index];
    return given ? [given, ...handedIn(sources, given, depth + 1)] : [];
  });
}

/** The calls of a function; of a constructor, where objects of its class are made. */
function makersOf(sources: Sources, called: NodePath<t.Function>): readonly CallPath[] {
  const owner = called.isClassMethod({ kind: 'constructor' }) ? called.parentPath.parentPath : undefined;
  const name = owner?.isClass() ? owner.node.id?.name : undefined;
  if (!owner || name === undefined) return callersOf(sources, called);
  return sources
    .mentioning(name)
    .flatMap((file) => callsOf(sources, file))
    .filter(
      ({ path, callee }) =>
        path.isNewExpression() && callee.kind === 'class' && callee.path.node === owner.node,
    )
    .map(({ path }) => path);
}

/** A request's address, the base of its axios instance included. */
function addressOf(sources: Sources, { url, instance, client }: OutgoingRequest): Address | undefined {
  const [options] = (instance?.get('arguments') ?? []) as NodePath[];
  const told = (made: typeof instance) => (client === 'axios' ? defaultBaseOf(sources, made) : undefined);
  const base =
    (instance && told(instance)) ?? (options && propertyIn(sources, options, 'baseURL')) ?? told(undefined);
  const own = url && splitAddress(sources, url);
  if (!base) return own;
  const [given = base] = handedIn(sources, base);
  const first = splitAddress(sources, given);
  if (!first || (own && /^https?:/.test(own.text))) return own;
  const further = own?.expression ? '' : (own?.text ?? '');
  return first.expression
    ? { ...first, rest: first.rest + further }
    : { text: joined(first.text, further), rest: '' };
}

function joined(base: string, path: string): string {
  return path ? `${base.replace(/\/$/, '')}/${path.replace(/^\//, '')}` : base;
}

/** An address as a fixed text, or as an expression and the fixed text after it. */
function splitAddress(sources: Sources, url: NodePath): Address | undefined {
  // Builds of Angular put another file in the place of `environments/environment`.
  const replaced = /\benvironment\.\w/.test(textOf(sources.fileOf(url), url.node));
  const together = url.isBinaryExpression() || (url.isTemplateLiteral() && url.node.expressions.length > 0);
  const fixed = replaced || together ? undefined : stringOf(sources, url);
  if (fixed !== undefined) return { text: fixed, rest: '' };
  if (url.isBinaryExpression({ operator: '+' })) {
    const left = splitAddress(sources, url.get('left') as NodePath);
    const right = stringOf(sources, url.get('right')) ?? '';
    return (
      left && (left.expression ? { ...left, rest: left.rest + right } : { ...left, text: left.text + right })
    );
  }
  if (url.isTemplateLiteral()) {
    const [first, second] = url.node.quasis.map((quasi) => quasi.value.cooked ?? '');
    if (first) return { text: first, rest: '' };
    const [head] = url.get('expressions') as NodePath[];
    const left = head && splitAddress(sources, head);
    const rest = second ?? '';
    return (
      left && (left.expression ? { ...left, rest: left.rest + rest } : { ...left, text: left.text + rest })
    );
  }
  // `domain || 'http://localhost:5000'`
  const otherwise = url.isLogicalExpression() ? stringOf(sources, url.get('right')) : undefined;
  if (otherwise !== undefined && isAbsolute(otherwise) && !/env/.test(String(url)))
    return { text: otherwise, rest: '' };
  const own = url.isMemberExpression() && url.get('object').isThisExpression();
  const member = own ? definitionOf(sources, url) : undefined;
  if (member?.kind === 'value' && member.path.node !== url.node) return splitAddress(sources, member.path);
  // `constructor(private baseUrl: string) {}` of a class that is made with an address
  const [made] = member?.kind === 'parameter' ? handedIn(sources, url) : [];
  if (made) return splitAddress(sources, made);
  const text = textOf(sources.fileOf(url), url.node);
  // `import.meta.env.API || 'http://localhost:5000'` as well.
  const fromEnvironment =
    /^(?:import\.meta\.env|process\.env)\.\w+(?:\s*(?:\|\||\?\?)\s*(['"])[^'"]*\1)?$/.test(text);
  const named = url.isIdentifier() ? url.scope.getBinding(url.node.name)?.path : undefined;
  const init = named?.isVariableDeclarator() ? (named.get('init') as NodePath) : undefined;
  if (init?.node && !fromEnvironment) return splitAddress(sources, init);
  const portable = fromEnvironment ? { text, imports: [], literals: [] } : portableOf(sources, url);
  // A name that its file keeps to itself can't be imported.
  if (portable?.imports.some(({ adds }) => adds)) return undefined;
  if (!portable || !/process\.env|import\.meta\.env|config|env/i.test(`${portable.text}${String(url)}`))
    return undefined;
  return { expression: portable, text: portable.text, rest: '' };
}

/** `/api` of `/api/users/login`, `/api/v1` of `/api/v1/auth`. */
function prefixOf(path: string): string {
  const segments = path.split('/').filter(Boolean);
  const end = segments.findIndex((segment) => !API_SEGMENT.test(segment));
  const prefix = segments.slice(0, end < 0 ? segments.length : end);
  return prefix.map((segment) => `/${segment}`).join('');
}
