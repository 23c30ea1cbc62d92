import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { type Call, type CallPath, callsOf } from '../callers.js';
import { type Definition, definitionOf, keyName, memberOf } from '../definitions.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import { handedValue, type Parameter } from './handed-values.js';
import { byMade } from './made-clients.js';
import { byMaker } from './makers.js';
import { byOtherSender } from './senders.js';
import { fixedString } from './strings.js';
import { handsOutBodies } from './unwrapping.js';

/** What sends requests, by the way in which it is told to send cookies along. */
export type SendingClient =
  | 'axios'
  | 'fetch'
  | 'superagent'
  | 'jquery'
  | 'angular'
  | 'graphql-request'
  | 'trpc'
  | 'urql'
  | 'swagger-typescript-api'
  | 'vue-resource'
  | 'xhr'
  /** What is told so by `withCredentials` among its options: event sources, libraries that upload. */
  | 'with-credentials'
  | 'tus';

/** A call that sends a request. */
export interface OutgoingRequest {
  readonly file: SourceFile;
  readonly path: CallPath;
  readonly client: SendingClient;
  /** It is no request but what makes a client, whose requests all have these options. */
  readonly shared?: boolean;
  /** `fetch(request)`: the request is an object that has options of its own. */
  readonly ready?: boolean;
  /** The `axios.create()` call that made the instance; absent for axios itself. */
  readonly instance?: NodePath<t.CallExpression>;
  /** What sends it has no defaults that could be set for all of its requests. */
  readonly lone?: boolean;
  /** In lower case, where it is fixed. */
  readonly method?: string;
  readonly url?: NodePath;
  /** The argument with headers and credentials, where one is given. */
  readonly options?: NodePath;
  /** Where among the arguments the options stand or would stand. */
  readonly optionsIndex: number;
  /** It is sent by a client that was made elsewhere, whose address and options it has. */
  readonly made?: boolean;
  /** What yields the body of the answer as it is: `ky.post(url).json()`. */
  readonly bodyAt?: NodePath;
  /** Property names from the answer down to its body. */
  readonly body: readonly string[];
}

/** axios, and what is called as it is. */
const AXIOS = /^(?:axios|redaxios)$/;
const WITHOUT_BODY = new Set(['get', 'delete', 'head', 'options']);
const WITH_BODY = new Set(['post', 'put', 'patch', 'postForm', 'putForm', 'patchForm']);

/** Text of which a file that sends requests holds some. */
export const SENDING_WORDS = [
  'axios',
  'fetch',
  'Fetch',
  'XMLHttpRequest',
  '.ajax',
  'superagent',
  'vue-resource',
  'apollo',
  'graphql',
  'urql',
  'trpc',
  'hey-api',
  '.setConfig(',
  'securityWorker',
  'HttpClient',
  '@angular/http',
  "'ky'",
  '"ky"',
  'wretch',
  'EventSource',
  'ropzone',
  'uppy',
  'tus-js-client',
] as const;

/** Finds the calls in a file that send requests with a client that is known. */
export function outgoingRequests(sources: Sources, file: SourceFile): OutgoingRequest[] {
  return callsOf(sources, file).flatMap((call) => {
    const { path, callee } = call;
    const sent = carriedOut(sources, call);
    const request =
      byAxios(sources, file, sent) ??
      byFetch(sources, file, sent) ??
      bySuperagent(sources, file, path, callee) ??
      byMaker(sources, file, path, callee) ??
      byMade(sources, file, path, callee) ??
      byOtherSender(sources, file, path, callee);
    return request ? [request] : [];
  });
}

/** A call, or what redux-saga calls in its place. */
interface Sent {
  readonly path: CallPath;
  readonly callee: Definition;
  readonly given: readonly NodePath[];
  /** How many arguments of the path stand before those. */
  readonly before: number;
}

/** `yield call(api.post, url, body)` asks as `api.post(url, body)` does. */
function carriedOut(sources: Sources, { path, callee }: Call): Sent {
  const given = path.get('arguments') as NodePath[];
  const [first, ...rest] = given;
  const isEffect =
    first &&
    callee.kind === 'package' &&
    /^redux-saga\b/.test(callee.module) &&
    callee.name.at(-1) === 'call';
  return isEffect
    ? { path, callee: definitionOf(sources, first), given: rest, before: 1 }
    : { path, callee, given, before: 0 };
}

interface AxiosCallee {
  readonly method: string;
  readonly instance?: NodePath<t.CallExpression>;
}

/** What axios or an instance of it is called with: `method` is `request` for a call by configuration. */
export function axiosCallee(sources: Sources, callee: Definition): AxiosCallee | undefined {
  if (callee.kind === 'package' && AXIOS.test(callee.module)) {
    const name = callee.name.filter((part) => part !== 'default');
    return name.length > 1 ? undefined : { method: name[0] ?? 'request' };
  }
  if (callee.kind === 'parameter') return handedCallee(sources, callee);
  const [owner, method] = callee.kind === 'member' ? [callee.of, callee.name] : [callee, 'request'];
  const instance = owner.kind === 'value' ? instanceOf(sources, owner.path) : undefined;
  return instance && { method, instance };
}

/** `client.request()` in `send(url, client = axios)`, or where axios is handed on to it. */
function handedCallee(
  sources: Sources,
  { function: called, index, trail }: Parameter,
): AxiosCallee | undefined {
  const [method = 'request', further] = trail;
  if (further !== undefined) return undefined;
  const given = called.get('params')[index];
  const otherwise = given?.isAssignmentPattern() ? given.get('right') : undefined;
  const handed = handedValue(sources, { kind: 'parameter', function: called, index, trail: [] });
  const value = handed ?? otherwise;
  const made = value && definitionOf(sources, value);
  return made && axiosCallee(sources, memberOf(sources, made, method));
}

/** The `axios.create()` call that an expression is. */
export function instanceOf(sources: Sources, path: NodePath): NodePath<t.CallExpression> | undefined {
  if (!path.isCallExpression()) return undefined;
  const made = definitionOf(sources, path.get('callee') as NodePath);
  return made.kind === 'package' && AXIOS.test(made.module) && made.name.at(-1) === 'create'
    ? path
    : undefined;
}

function byAxios(
  sources: Sources,
  file: SourceFile,
  { path, callee, given, before }: Sent,
): OutgoingRequest | undefined {
  const called = axiosCallee(sources, callee);
  if (!called) return undefined;
  const { method, instance } = called;
  const lone = callee.kind === 'package' && callee.module === 'redaxios';
  const common = {
    file,
    path,
    client: 'axios',
    body: handsOutBodies(sources, instance?.node) ? [] : ['data'],
    ...(instance ? { instance } : {}),
    ...(lone ? { lone } : {}),
  } as const;
  if (WITHOUT_BODY.has(method) || WITH_BODY.has(method)) {
    const optionsIndex = WITH_BODY.has(method) ? 2 : 1;
    const [url] = given;
    const options = given[optionsIndex];
    return {
      ...common,
      method: method.replace('Form', ''),
      optionsIndex: before + optionsIndex,
      ...(url ? { url } : {}),
      ...(options ? { options } : {}),
    };
  }
  if (method !== 'request' || path.isNewExpression()) return undefined;
  const [first, second] = given;
  const byUrl = first && !isOptions(sources, first);
  const options = byUrl ? second : first;
  const url = byUrl ? first : options && propertyIn(sources, options, 'url');
  const verb = options && propertyIn(sources, options, 'method');
  const fixed = verb && fixedString(sources, verb)?.toLowerCase();
  return {
    ...common,
    optionsIndex: before + (byUrl ? 1 : 0),
    ...(fixed === undefined ? {} : { method: fixed }),
    ...(url ? { url } : {}),
    ...(options ? { options } : {}),
  };
}

function byFetch(
  sources: Sources,
  file: SourceFile,
  { path, callee, given, before }: Sent,
): OutgoingRequest | undefined {
  if (!isFetch(callee)) return undefined;
  const [first, second] = given;
  const ready = first && !second ? requestMade(sources, first) : undefined;
  const [url, options] = ready ? (ready.get('arguments') as NodePath[]) : [first, second];
  const verb = options && propertyIn(sources, options, 'method');
  const method = verb ? fixedString(sources, verb)?.toLowerCase() : options ? undefined : 'get';
  return {
    file,
    path,
    client: 'fetch',
    body: [],
    optionsIndex: before + 1,
    ...(ready ? { ready: true } : {}),
    ...(method === undefined ? {} : { method }),
    ...(url ? { url } : {}),
    ...(options ? { options } : {}),
  };
}

/** The browser's own, or what a package offers with the same arguments. */
function isFetch(callee: Definition): boolean {
  if (callee.kind === 'global') return /^(?:(?:window|globalThis|self)\.)?fetch$/.test(callee.name.join('.'));
  return callee.kind === 'package' && FETCHES.get(callee.module)?.test(callee.name.join('.')) === true;
}

const DEFAULT = /^(?:|default|fetch)$/;
const FETCHES: ReadonlyMap<string, RegExp> = new Map([
  ['cross-fetch', DEFAULT],
  ['isomorphic-fetch', DEFAULT],
  ['isomorphic-unfetch', DEFAULT],
  ['node-fetch', DEFAULT],
  ['unfetch', DEFAULT],
  ['whatwg-fetch', DEFAULT],
  ['react-admin', /^fetchUtils\.fetchJson$/],
  ['ra-core', /^fetchUtils\.fetchJson$/],
  ['umi', /^request$/],
  ['umi-request', /^(?:|default|request)$/],
]);

/** `new Request(url, options)` that a value is. */
function requestMade(sources: Sources, path: NodePath): NodePath<t.NewExpression> | undefined {
  const made = definitionOf(sources, path);
  const at = made.kind === 'value' ? made.path : path;
  return at.isNewExpression() && at.get('callee').isIdentifier({ name: 'Request' }) ? at : undefined;
}

/** `superagent.post(url, body)`, also of a superagent that another package has wrapped. */
function bySuperagent(
  sources: Sources,
  file: SourceFile,
  path: CallPath,
  callee: Definition,
): OutgoingRequest | undefined {
  const member = callee.kind === 'package' ? callee.name.filter((part) => part !== 'default') : [];
  const [own] = member;
  const direct = callee.kind === 'package' && callee.module === 'superagent' && member.length === 1;
  const wrapped =
    callee.kind === 'member' && callee.of.kind === 'value' && isWrapped(sources, callee.of.path);
  const method = direct ? own : wrapped ? callee.name : undefined;
  if (!method || !/^(?:get|post|put|patch|del|delete|head)$/.test(method)) return undefined;
  const [url] = path.get('arguments') as NodePath[];
  return {
    file,
    path,
    client: 'superagent',
    body: ['body'],
    optionsIndex: 1,
    method: method === 'del' ? 'delete' : method,
    ...(url ? { url } : {}),
  };
}

/** `promised(superagent, Promise)` */
function isWrapped(sources: Sources, path: NodePath): boolean {
  if (!path.isCallExpression()) return false;
  const [first] = path.get('arguments') as NodePath[];
  const made = first && definitionOf(sources, first);
  return made?.kind === 'package' && made.module === 'superagent';
}

function isOptions(sources: Sources, path: NodePath): boolean {
  return definitionOf(sources, path).kind === 'object';
}

/** The value of a property of an object that an expression is or names. */
export function propertyIn(sources: Sources, path: NodePath, name: string): NodePath | undefined {
  const definition = definitionOf(sources, path);
  if (definition.kind !== 'object') return undefined;
  for (const property of definition.path.get('properties')) {
    if (property.isObjectProperty() && keyName(property.node) === name)
      return property.get('value') as NodePath;
  }
  return undefined;
}

export function isFunctionArgument(path: NodePath): boolean {
  return path.listKey === 'arguments' && t.isFunction(path.node);
}
