import type { Sources } from '../sources.js';
import { type ApiBase, attaches, goesToApi } from './api.js';
import { deniedIn } from './denied-credentials.js';
import type { AttachedHeader } from './headers.js';
import type { OutgoingRequest } from './requests.js';

/** How the requests of a client that go to an API on another origin come to carry cookies. */
export interface Credentials {
  /** The requests that say so themselves; the first request of an axios instance stands for it. */
  readonly requests: readonly OutgoingRequest[];
  /** axios as a whole is told at the entry: all that it sends goes to the API. */
  readonly axios: boolean;
}

/** Works out where cookies have to be asked for: nowhere where the API is on the page's own origin. */
export function credentialsOf(
  sources: Sources,
  base: ApiBase,
  all: readonly OutgoingRequest[],
  headers: readonly AttachedHeader[],
): Credentials {
  if (base.origin === 'same' || isMoved(sources)) return { requests: [], axios: false };
  const goes = (request: OutgoingRequest) => goesToApi(sources, request, base);
  const isOurs = (request: OutgoingRequest) =>
    request.shared || attaches(request, headers) || goesToApi(sources, request, base) === true;
  const plain = all.filter(({ client, instance, lone }) => client === 'axios' && !instance && !lone);
  const axios = plain.some(isOurs) && plain.every((request) => goesToApi(sources, request, base) !== false);
  const instances = new Set<unknown>();
  const jquery = all.some(({ client, shared }) => client === 'jquery' && shared);
  const requests = all.filter((request) => {
    if (request.ready || !isOurs(request)) return false;
    // `$.ajaxSetup()` tells all of them.
    if (request.client === 'jquery' && jquery) return request.shared;
    if (request.client === 'angular') return false;
    if (request.client !== 'axios') return true;
    if (!request.instance) return request.lone || !axios || deniesItself(sources, request);
    if (instances.has(request.instance.node)) return false;
    instances.add(request.instance.node);
    return true;
  });
  return { requests: [...requests, ...ofAngular(sources, all.filter(isOurs), all, goes)], axios };
}

/** `axios(url, { withCredentials: false })`, which wins over what axios as a whole is told. */
function deniesItself(sources: Sources, { options }: OutgoingRequest): boolean {
  return options !== undefined && deniedIn(sources, options, ['withCredentials']) !== undefined;
}

/** The request that stands for all of Angular's `HttpClient` where an interceptor sees each; else each for itself. */
function ofAngular(
  sources: Sources,
  ours: readonly OutgoingRequest[],
  all: readonly OutgoingRequest[],
  goes: (request: OutgoingRequest) => boolean | undefined,
): OutgoingRequest[] {
  const mine = ours.filter(({ client }) => client === 'angular');
  const [first] = mine;
  if (!intercepts(sources)) return mine;
  const shared = all.every((request) => request.client !== 'angular' || goes(request) !== false);
  return first ? [{ ...first, shared }] : [];
}

/** Whether an interceptor of Angular is there to tell all requests at once. */
function intercepts(sources: Sources): boolean {
  return sources
    .mentioning('HttpInterceptor', 'HttpHandler')
    .some(({ test, text }) => !test && /\bHttp(?:Interceptor(?:Fn)?|Handler(?:Fn)?)\b/.test(text));
}

/** Whether a run before this one has asked for cookies where it had to. */
function isMoved(sources: Sources): boolean {
  return sources.listed.some(({ text }) => text.includes('adoptLegacyToken('));
}
