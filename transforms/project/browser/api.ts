import type { Binding, NodePath } from '@babel/traverse';
import { definitionOf } from '../definitions.js';
import { applicationsOf } from '../express/application.js';
import { sessionPathFor } from '../session-path.js';
import type { Sources } from '../sources.js';
import { unwrapped } from '../unwrapped.js';
import { type Address, addressIn, type Whereabouts } from './addresses.js';
import { baseOf } from './bases.js';
import { makersOf } from './handed-values.js';
import type { AttachedHeader } from './headers.js';
import { isLoginName } from './names.js';
import type { OutgoingRequest } from './requests.js';

/** Where the client's API is. */
export interface ApiBase {
  /** `same` serves the pages too, or a proxy in front of it does; `other` is on an origin of its own. */
  readonly origin: 'same' | 'other';
  /** Absent where no request shows where the API is: what is said of it is a guess. */
  readonly seen?: true;
  /** The expression that the session's address starts with, where it is no fixed text. */
  readonly expression?: Whereabouts;
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
  const shown = addresses.filter(({ unseen }) => !unseen);
  const logins = addresses.filter(({ rest, text }) => isLoginName(rest) || isLoginName(text));
  const [address] = [...logins.filter(({ unseen }) => !unseen), ...shown, ...logins, ...addresses];
  if (!address) return { origin: 'same', path: served ?? '/session' };
  const { expression, text, rest } = address;
  if (expression) {
    const prefix = prefixOf(rest) || (served && !/api/i.test(text) ? served.replace(/\/[^/]*$/, '') : '');
    // `environment.apiUrl + 'auth/login'`: it ends with a slash itself.
    const slash = rest && !/^[/?#]/.test(rest) ? '' : '/';
    return { origin: 'other', seen: true, expression, path: `${prefix}/session`.replace(/^\//, slash) };
  }
  const absolute = /^(https?:)?\/\/[^/]+/.exec(text);
  const origin = absolute?.[0] ?? '';
  const path = served ?? `${prefixOf(text.slice(origin.length))}/session`;
  const seen = address.unseen ? {} : { seen: true as const };
  return { origin: absolute ? 'other' : 'same', ...seen, path: origin + path };
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
    // `const user = { token }` of `{ ...options, user }`; `headers = { ...headers, Authorization }` before the request
    if (held.some((one) => [one.path, ...one.constantViolations].some((at) => header.isDescendant(at))))
      return true;
    // `options.headers.Authorization = …`, `headers.set('Authorization', …)`, `options.headers = { Authorization }`
    // before the request.
    const put = putOf(header, form);
    const binding = put?.isIdentifier() ? put.scope.getBinding(put.node.name) : undefined;
    if (binding && [binding, ...holdersOf(binding)].some((one) => held.includes(one))) return true;
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
    if (at !== options && at.isObjectExpression()) return bindingsIn(at);
    const binding = at.isIdentifier() ? at.scope.getBinding(at.node.name) : undefined;
    if (!binding) return [];
    // `const options = { method, headers }`
    const init = at === options && binding.path.isVariableDeclarator() ? binding.path.get('init') : undefined;
    return [binding, ...(init?.isObjectExpression() ? bindingsIn(init) : [])];
  });
}

/** The variables that one becomes a part of: `options` of `options.headers = headers`. */
function holdersOf(binding: Binding): Binding[] {
  return binding.referencePaths.flatMap(({ parentPath: parent, key }) => {
    if (!parent?.isAssignmentExpression() || key !== 'right') return [];
    const root = rootOf(parent);
    const holder = root.isIdentifier() ? root.scope.getBinding(root.node.name) : undefined;
    return holder ? [holder] : [];
  });
}

/** What a header is put on. */
function putOf(header: NodePath, form: AttachedHeader['form']): NodePath | undefined {
  if (form === 'call' || form === 'assignment') return rootOf(header);
  const assignment = header.findParent((above) => above.isStatement() || above.isAssignmentExpression());
  return assignment?.isAssignmentExpression() ? rootOf(assignment) : undefined;
}

/** What an assignment or a method call is made on, at the very left. */
function rootOf(path: NodePath): NodePath {
  if (path.isAssignmentExpression()) return rootOf(path.get('left') as NodePath);
  if (path.isCallExpression()) return rootOf(path.get('callee') as NodePath);
  const bare = unwrapped(path);
  return bare.isMemberExpression() ? rootOf(bare.get('object')) : bare;
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

/** Whether an address that is put together is one of the API's, or of the page's own origin. */
export function isOfApi(sources: Sources, url: NodePath, base: ApiBase): boolean {
  const address = addressIn(sources, url);
  if (!address) return false;
  // A socket to where the page comes from.
  if (/^wss?:/.test(address.text))
    return /^wss?:\/\/$/.test(address.text) && /location\.host/.test(String(url));
  if (!address.expression && /^(?:\/(?!\/)|[?&]|\w+\/)/.test(address.text)) return true;
  return leadsToApi(address, base) === true;
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

/** The addresses that a request goes to: one, or where the function around it is handed it, those of its callers. */
function addressesOf(sources: Sources, request: OutgoingRequest): Address[] {
  const handed = request.url && !request.instance ? handedIn(sources, request.url) : [];
  const found = handed.flatMap((url) => addressOf(sources, request, url) ?? []);
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

/** A request's address, the base of its axios instance included. */
function addressOf(sources: Sources, request: OutgoingRequest, url = request.url): Address | undefined {
  const base = baseOf(sources, request);
  const own = url && addressIn(sources, url);
  if (!base) return own;
  const [given = base] = handedIn(sources, base);
  const first = addressIn(sources, given);
  if (own && isAbsolute(own.text)) return own;
  if (!first) return own && !own.expression ? { ...own, unseen: true } : own;
  const further = own?.expression ? '' : (own?.text ?? '');
  return first.expression
    ? { ...first, rest: joined(first.rest, further) }
    : { text: joined(first.text, further), rest: '' };
}

function joined(base: string, path: string): string {
  return path ? `${base.replace(/\/$/, '')}/${path.replace(/^\//, '')}` : base;
}

/** `/api` of `/api/users/login`, `/api/v1` of `/api/v1/auth`. */
function prefixOf(path: string): string {
  const segments = path.split('/').filter(Boolean);
  const end = segments.findIndex((segment) => !API_SEGMENT.test(segment));
  const prefix = segments.slice(0, end < 0 ? segments.length : end);
  return prefix.map((segment) => `/${segment}`).join('');
}
