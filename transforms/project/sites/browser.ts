import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { nameInPayloads } from '../browser/answer-names.js';
import { arrivalOf, type LoginAnswer } from '../browser/answers.js';
import { heldByClearing } from '../browser/cleared-late.js';
import { type BrowserClient, browserClients } from '../browser/client.js';
import { decodedIn, decoderImports } from '../browser/decoding.js';
import { loginEndpoints } from '../browser/endpoints.js';
import { fieldReads } from '../browser/fields.js';
import { attachedHeaders, tokenNameOf } from '../browser/headers.js';
import { isReturned, loginAnswers } from '../browser/login-requests.js';
import { logoutFunctions } from '../browser/logout.js';
import { namedMutationAnswers } from '../browser/named-mutations.js';
import { isTokenName } from '../browser/names.js';
import type { TokenPlace } from '../browser/places.js';
import { socketCredentials } from '../browser/sockets.js';
import { standInSites } from '../browser/stand-ins.js';
import { jsonOf, type StorageAccess } from '../browser/storage.js';
import { storageEvents } from '../browser/storage-events.js';
import { wayInPayloads } from '../browser/stored-payloads.js';
import { testStorageSites } from '../browser/test-storage.js';
import { isolated } from '../isolated.js';
import { refreshStays } from '../refresh.js';
import type {
  DropSite,
  EmitSite,
  EndpointSite,
  KeeperSite,
  PersistedSite,
  Site,
  SocketSite,
  StoreSite,
} from '../site.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import { entrySites, holdWithout } from './client-entries.js';
import { refusalSites, withRenewals } from './refused.js';

/**
 * Finds everything that the repository's browser applications do with login tokens.
 *
 * @param served what was found on the server
 */
export function browserSites(sources: Sources, served: readonly Site[]): Site[] {
  const clients = browserClients(sources);
  const own = clients.filter(
    ({ places, headers }) => places.length || headers.some(({ foreign }) => !foreign),
  );
  return clients.flatMap((client) => {
    const sites = isolated(sources, client.files, () => sitesOf(sources, client, served));
    const tests = sites.length ? testStorageSites(sources, client, own.length === 1) : [];
    return [...sites, ...tests];
  });
}

/** Finds the tokens that a server sends to other services. */
export function outgoingSites(sources: Sources, file: SourceFile): Site[] {
  return attachedHeaders(sources, file)
    .filter(({ form, value }) => form !== 'delete' && !isReceived(value))
    .map((attached) => ({
      role: 'attach',
      kind: 'header',
      family: attached.foreign ? 'third-party' : 'service',
      evidence: attached.foreign ?? 'the server sends it to another service',
      file,
      path: attached.path,
      attached,
    }));
}

/** `{ authorization: req.headers.authorization }` is what came in. */
function isReceived(value: NodePath): boolean {
  return value.isObjectExpression() || value.isFunction();
}

function sitesOf(sources: Sources, client: BrowserClient, served: readonly Site[]): Site[] {
  const clears = client.kept.flatMap((one) => one.clears);
  const stores = [...client.accesses, ...clears].flatMap((access) => storeSite(sources, client, access));
  const answers = answersOf(sources, client, stores);
  const headers = client.headers.map(
    (attached): Site => ({
      role: 'attach',
      kind: 'header',
      family: attached.foreign ? 'third-party' : 'session',
      evidence:
        attached.foreign ??
        `${attached.form === 'address' ? `${attached.header} in the address` : attached.header} carries the login token`,
      file: attached.file,
      path: attached.path,
      attached,
    }),
  );
  const ours = headers.some(({ family }) => family === 'session') || client.places.length > 0;
  if (!ours) return headers;
  const endpoints = endpointSites(client);
  const decoded = client.files.flatMap((file) => decodedIn(sources, file));
  const sites: Site[] = [
    ...stores,
    ...persistedSites(client),
    ...keeperSites(client),
    ...client.files.flatMap((file) => storageEvents(sources, file, client.places)),
    ...headers,
    ...client.files.flatMap((file) => socketSites(sources, file)),
    ...answers,
    ...endpoints,
    ...client.credentials.requests.map(
      (request): Site => ({
        role: 'attach',
        kind: 'credentials',
        family: 'session',
        evidence: 'its requests go to another origin',
        // Where all requests of an instance are told at once.
        file: request.instance ? sources.fileOf(request.instance) : request.file,
        path: request.instance ?? request.path,
        request,
      }),
    ),
    ...client.files.flatMap((file) => [...decoderImports(file), ...standInSites(sources, file)]),
    ...decoded,
    ...fieldReads(
      sources,
      client,
      answers.map(({ answer }) => answer),
      decoded.filter(({ form }) => form !== 'wait').map(({ path }) => path),
    ),
    ...logoutSites(sources, client, stores),
    ...refusalSites(client),
    ...entrySites(
      sources,
      client,
      holdWithout(client, [...answers, ...endpoints, ...stores]) ??
        heldByClearing(sources, client.accesses, stores, answers),
    ),
  ];
  // While the server renews logins by a cookie of its own, the browser goes on asking it to.
  const holds = client.places.some(({ family }) => family === 'refresh');
  const renews = !holds && refreshStays({ sources, sites: served });
  return renews ? sites : withRenewals(sources, client, stores, sites);
}

function storeSite(sources: Sources, client: BrowserClient, access: StorageAccess): StoreSite[] {
  const place = client.places.find((one) => one.storage === access.storage && one.key === access.key);
  const cleared = access.operation === 'clear' && client.places.find((one) => one.storage === access.storage);
  if (!place && !cleared) return [];
  if (access.kept && access.operation !== 'remove') return [];
  if (place && isPersisted(place) && isCarried(access)) return [];
  const evidence = place?.evidence ?? 'it clears what the login token is stored in';
  const arrival =
    access.operation === 'set' && place && access.value ? arrivalAt(sources, access.value, place) : undefined;
  return [
    {
      role: 'store',
      kind: 'web-storage',
      family: place?.family ?? 'session',
      evidence,
      file: access.file,
      path: access.path,
      access,
      ...(place ? { place } : {}),
      ...(arrival ? { arrival } : {}),
    },
  ];
}

/** Where state is stored or restored with the token in it. */
function persistedSites({ accesses, places }: BrowserClient): PersistedSite[] {
  return accesses.filter(isCarried).flatMap((access): PersistedSite[] => {
    const place = places.find((one) => one.storage === access.storage && one.key === access.key);
    if (!place || !isPersisted(place)) return [];
    const { file, path } = access;
    const { family, evidence } = place;
    return [{ role: 'store', kind: 'persisted-state', family, evidence, file, path, access, place }];
  });
}

function keeperSites({ kept }: BrowserClient): KeeperSite[] {
  return kept.map((one) => ({
    role: 'store',
    kind: 'state-keeper',
    family: one.places[0]?.family ?? 'session',
    evidence: one.places[0]?.evidence ?? '',
    file: one.file,
    path: one.path,
    kept: one,
  }));
}

function isPersisted(place: TokenPlace): place is PersistedSite['place'] {
  return place.within !== undefined && place.field !== undefined;
}

const isCarried = ({ operation }: StorageAccess): boolean => operation === 'get' || operation === 'set';

function socketSites(sources: Sources, file: SourceFile): SocketSite[] {
  return socketCredentials(sources, file).map((socket) => ({
    role: 'attach',
    kind: 'socket',
    family: 'session',
    evidence: 'the login token opens a socket',
    file,
    path: socket.path,
    socket,
  }));
}

/** Where a stored token comes from; of a stored object, the field that is the token. */
function arrivalAt(sources: Sources, value: NodePath, { field }: TokenPlace) {
  const json = jsonOf(value) ?? value;
  if (field === undefined) return arrivalOf(sources, json);
  if (json.isObjectExpression()) {
    for (const property of json.get('properties')) {
      const key = property.isObjectProperty() ? property.get('key') : undefined;
      if (key && !Array.isArray(key) && key.isIdentifier({ name: field }) && property.isObjectProperty())
        return arrivalOf(sources, property.get('value') as NodePath);
    }
  }
  return arrivalOf(sources, json, [field]);
}

/** The answers that carry a token: those that are stored, and those of requests that log users in. */
function answersOf(sources: Sources, client: BrowserClient, stores: readonly StoreSite[]): EmitSite[] {
  const bySession = stores.toSorted(
    (a, b) => Number(a.family === 'refresh') - Number(b.family === 'refresh'),
  );
  const filled = client.kept
    .flatMap(({ fills }) => fills)
    .map(({ path, trail }) => arrivalOf(sources, path, trail));
  const found = [...bySession.map(({ arrival }) => arrival), ...filled].flatMap((arrival) =>
    arrival?.kind === 'answers' || arrival?.kind === 'handed' ? arrival.answers : [],
  );
  const field = fieldOf(client);
  const stored = new Set(found.map((one) => one.function.node));
  const way = wayInPayloads(sources, client.accesses, client.places);
  for (const answer of client.requests.flatMap((request) => loginAnswers(sources, request, field, way))) {
    if (stored.has(answer.function.node)) continue;
    // Whoever is handed the answer stores its token, and accepts it there.
    if (stored.size && !answer.shown && isReturned(answer)) continue;
    found.push(answer);
  }
  // State that a library keeps gets its token from somewhere.
  if (!found.length && client.kept.length) found.push(...namedMutationAnswers(sources, client.files));
  const once = new Map<t.Node, LoginAnswer>();
  for (const answer of found) {
    if (!once.has(keyOf(answer))) once.set(keyOf(answer), answer);
  }
  return [...once.values()].map((answer) => ({
    role: 'emit',
    kind: 'login-answer',
    family: 'session',
    evidence: 'a login is answered with the token',
    file: answer.file,
    path: answer.declaration ?? answer.binding.path,
    answer,
  }));
}

/** What the client calls the token, where an answer does not show it. */
function fieldOf({ files, places, headers, accesses }: BrowserClient): string | undefined {
  return (
    // State that is stored whole has a name of its own for it.
    places.find((place) => place.field && !place.within)?.field ??
    nameInPayloads(files) ??
    places.find((place) => place.field)?.field ??
    [
      ...headers.map(({ value }) => value),
      ...accesses.flatMap(({ value, key }) =>
        value && places.some((one) => one.key === key) ? [value] : [],
      ),
    ]
      .map(tokenNameOf)
      .find((name) => name && isTokenName(name))
  );
}

/** Answers received by one function are one answer, whatever names its parts go by. */
function keyOf({ declaration, function: owner, binding }: LoginAnswer): t.Node {
  return declaration?.node ?? (binding.kind === 'param' ? owner.node : binding.identifier);
}

function logoutSites(sources: Sources, client: BrowserClient, stores: readonly StoreSite[]): DropSite[] {
  return logoutFunctions(sources, client, stores).map((path) => ({
    role: 'drop',
    kind: 'logout',
    family: 'session',
    evidence: 'the user logs out here',
    file: sources.fileOf(path),
    path,
    function: path,
  }));
}

function endpointSites(client: BrowserClient): EndpointSite[] {
  const field = fieldOf(client);
  return client.files.flatMap((file) =>
    loginEndpoints(file, client.files, field).map((endpoint) => ({
      role: 'emit',
      kind: 'login-endpoint',
      family: 'session',
      evidence: 'a login is answered with the token',
      file,
      path: endpoint.call,
      endpoint,
    })),
  );
}
