import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import type { Family } from '../../words.js';
import { keyName, propertyName } from '../definitions.js';
import { surroundingNames } from '../families.js';
import { originsOf } from '../flow/origins.js';
import { textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { arrivalOf, membersAbove } from './answers.js';
import { requestsAnsweredBy } from './bodies.js';
import { type AttachedHeader, tokenNameOf } from './headers.js';
import { answersTold } from './mutations.js';
import { familyOfName, isLoginName, isTokenName } from './names.js';
import { persistedPlaces } from './persisted-state.js';
import { renewingReads } from './renewing-reads.js';
import { jsonOf, parsedFrom, type StorageAccess } from './storage.js';
import type { Keeper } from './storage-libraries.js';

const OTHER_OF_PAIR: Readonly<Record<string, string>> = {
  access: 'refresh',
  refresh: 'access',
  ACCESS: 'REFRESH',
  REFRESH: 'ACCESS',
};

/** Where the client keeps a login token: under a key, or in a field of an object that is stored there as JSON. */
export interface TokenPlace {
  readonly storage: StorageAccess['storage'];
  readonly key: string;
  /** Who reads what only a library does. */
  readonly keeper?: Keeper;
  readonly field?: string;
  /** The names from the stored object down to the one with the field, of state that is stored whole. */
  readonly within?: readonly string[];
  /** What keeps it there is left as it is, and finds a word that says that there is a session. */
  readonly flag?: true;
  readonly family: Family;
  readonly evidence: string;
}

/** Finds the storage keys that hold login tokens, by their names, what is attached, and what logins answer. */
export function placesOf(
  sources: Sources,
  accesses: readonly StorageAccess[],
  headers: readonly AttachedHeader[],
): TokenPlace[] {
  const attached = attachedReads(sources, accesses, headers);
  const persisted = persistedPlaces(sources, accesses, headers);
  const fields = new Set(
    headers.map(({ value }) => tokenNameOf(value)).filter((name) => name !== undefined && isTokenName(name)),
  );
  const renewing = renewingReads(sources, accesses);
  const keys = new Map<string, StorageAccess[]>();
  for (const access of accesses) {
    if (access.key === undefined) continue;
    for (const storage of access.also ? [access.storage, access.also] : [access.storage]) {
      const at = `${storage}\n${access.key}`;
      keys.set(at, [...(keys.get(at) ?? []), { ...access, storage }]);
    }
  }
  return [...keys.values()].flatMap((group): TokenPlace[] => {
    const [first] = group;
    if (first?.key === undefined) return [];
    const { storage, key, named: name = key } = first;
    const by = first.keeper ? { keeper: first.keeper } : {};
    const state = persisted.find((one) => one.storage === storage && one.key === key);
    if (state) return [state];
    const known = group.map(({ path }) => attached.get(path.node)).find((trail) => trail !== undefined);
    const renewed = group.map(({ path }) => renewing.get(path.node)).find((trail) => trail !== undefined);
    const field = fieldOf(sources, group, known, fields);
    if (field !== undefined) {
      const evidence = `the object stored under ${key} holds the login token as ${field}`;
      const named = group.flatMap((access) => [
        ...(access.value ? namesAnswered(sources, access.value) : []),
        ...(access.operation === 'get' ? fieldsRead(access) : []),
      ]);
      const beside =
        named.find((name) => name !== field && isTokenName(name) && familyOfName(name) === 'refresh') ??
        (renewed?.length === 1 && renewed[0] !== field ? renewed[0] : undefined);
      return [
        { storage, key, ...by, field, family: 'session', evidence },
        ...(beside === undefined
          ? []
          : [{ storage, key, ...by, field: beside, family: 'refresh' as const, evidence }]),
      ];
    }
    const evidence = `the login token is stored under ${key}`;
    if (isMoved(sources, key)) return [];
    if (isTokenName(name) || isOfPair(keys, first) || (known && !known.length))
      return [{ storage, key, ...by, family: familyOfName(name), evidence }];
    if (renewed && !renewed.length) return [{ storage, key, ...by, family: 'refresh', evidence }];
    const named = group.map(nameStored).find((name) => name !== undefined && isTokenName(name));
    return named === undefined ? [] : [{ storage, key, ...by, family: familyOfName(named), evidence }];
  });
}

/** A run before this one has taken the token out of the object under a key, and what is left there is none. */
function isMoved(sources: Sources, key: string): boolean {
  const left = `key: ${key}, field:`;
  return sources.mentioning('adoptLegacyToken').some(({ text }) => text.replace(/['"]/g, '').includes(left));
}

/** `access` where `refresh` is stored beside it, and the other way round: either says nothing alone. */
function isOfPair(keys: ReadonlyMap<string, unknown>, { storage, key = '' }: StorageAccess): boolean {
  const other = key.replace(/(?<![a-z])(?:access|refresh)$/i, (word) => OTHER_OF_PAIR[word] ?? word);
  return other !== key && keys.has(`${storage}\n${other}`);
}

/** What the code calls what it stores as it is: `accessToken` of `setItem(KEY, data.accessToken)`. */
function nameStored({ value }: StorageAccess): string | undefined {
  return value && !jsonOf(value) && !value.isObjectExpression() ? tokenNameOf(value) : undefined;
}

/** The reads of storage whose value ends in a header, with the property names from the value to the token. */
export function attachedReads(
  sources: Sources,
  accesses: readonly StorageAccess[],
  headers: readonly AttachedHeader[],
): Map<t.Node, readonly string[]> {
  const reads = new Set(accesses.filter(({ operation }) => operation === 'get').map(({ path }) => path.node));
  const found = new Map<t.Node, readonly string[]>();
  for (const { value, foreign } of headers) {
    if (foreign) continue;
    for (const { path, trail } of originsOf(sources, value, [], ({ node }) => reads.has(node)))
      if (reads.has(path.node) && !(found.has(path.node) && renews(trail))) found.set(path.node, trail);
  }
  return found;
}

/** `tokens.refreshToken`, which may be attached where it asks for a new login token. */
function renews(trail: readonly string[]): boolean {
  return familyOfName(trail.at(-1) ?? '') === 'refresh';
}

/** The field of the object under a key that holds the token; undefined when the key holds the token itself. */
function fieldOf(
  sources: Sources,
  group: readonly StorageAccess[],
  attached: readonly string[] | undefined,
  fields: ReadonlySet<string | undefined>,
): string | undefined {
  const [only, ...deeper] = attached ?? [];
  if (only !== undefined && !deeper.length) return only;
  for (const access of group) {
    const { operation, value } = access;
    const json = operation === 'set' && value ? (jsonOf(value) ?? objectIn(access)) : undefined;
    const field = json
      ? fieldStored(sources, json, fields)
      : operation === 'get'
        ? fieldsRead(access)[0]
        : undefined;
    if (field !== undefined) return field;
  }
  return undefined;
}

/** What a library stores as an object; undefined for what is called a token, unless it is one that holds a token. */
function objectIn({ objects, key = '', named = key, value }: StorageAccess): NodePath | undefined {
  if (!objects || !value || isTokenName(tokenNameOf(value) ?? '')) return undefined;
  return isTokenName(named) && !value.isObjectExpression() && !tokenMembers(value).length ? undefined : value;
}

/** `JSON.stringify({ token, user })`, or what a login answered. */
function fieldStored(
  sources: Sources,
  json: NodePath,
  fields: ReadonlySet<string | undefined>,
): string | undefined {
  if (json.isObjectExpression()) {
    const named = json.node.properties.map((one) => keyName(one)).find((name) => name && isTokenName(name));
    if (named) return named;
  }
  const read = tokenMembers(json)[0];
  if (read) return read;
  const answered = namesAnswered(sources, json).find((name) => familyOfName(name) !== 'refresh');
  if (answered) return answered;
  const [candidate] = fields;
  const held = candidate !== undefined && !isBeside(json) && isLoginAnswer(sources, json);
  return held ? candidate : undefined;
}

/** Whether the answer holds the token beside what is stored: `data.token` and `data.user`, `{ token, user }`. */
function isBeside(stored: NodePath): boolean {
  const text = String(stored);
  let beside = false;
  stored.getFunctionParent()?.traverse({
    MemberExpression(member) {
      const holder = String(member.get('object'));
      if (text.startsWith(`${holder}.`) && isTokenName(propertyName(member.node) ?? '')) beside = true;
    },
  });
  const holder = stored.isIdentifier() ? stored.scope.getBinding(stored.node.name)?.path : undefined;
  const pattern = holder?.isVariableDeclarator() ? holder.node.id : holder?.node;
  // `({ user, token }) => …`, `(user, token) => …`
  const siblings = holder?.listKey === 'params' ? holder.container : undefined;
  const named = [
    ...(t.isObjectPattern(pattern) ? pattern.properties.map((one) => keyName(one)) : []),
    ...(Array.isArray(siblings) ? siblings.map((one) => (t.isIdentifier(one) ? one.name : undefined)) : []),
  ];
  return beside || named.some((name) => name !== undefined && isTokenName(name));
}

/** Token fields that are read from the same variable that is stored: `if (data.accessToken) store(data)`. */
function tokenMembers(path: NodePath): string[] {
  const text = String(path);
  const owner = path.getFunctionParent();
  const names: string[] = [];
  owner?.traverse({
    MemberExpression(member) {
      const name = propertyName(member.node);
      if (name && isTokenName(name) && String(member.get('object')) === text) names.push(name);
    },
  });
  return names;
}

/** The token fields that code reads from an answer that is stored whole, where it comes in. */
function namesAnswered(sources: Sources, value: NodePath): string[] {
  const arrival = arrivalOf(sources, jsonOf(value) ?? value);
  if (arrival.kind !== 'answers') return [];
  return arrival.answers.flatMap(({ binding, container, trail }) => {
    const whole = container === undefined ? [] : [...container.split('.').slice(1), ...trail];
    return binding.referencePaths.flatMap((reference) => {
      const { names } = membersAbove(reference);
      const name = whole.every((one, index) => names[index] === one) ? names[whole.length] : undefined;
      return name !== undefined && isTokenName(name) ? [name] : [];
    });
  });
}

/** Whether a value is the answer to a request in a function, or to a path, that logs users in. */
function isLoginAnswer(sources: Sources, path: NodePath): boolean {
  const origins = originsOf(sources, path).flatMap((origin) => {
    const told = answersTold(sources, origin.path);
    return told.length ? told.flatMap((answer) => originsOf(sources, answer)) : [origin];
  });
  return origins.some(({ path: origin }) => {
    const [request] = requestsAnsweredBy(sources, origin);
    if (!request) return false;
    const url = request.url ? textOf(request.file, request.url.node).replace(/[`'"]/g, '') : '';
    return isLoginName(url) || surroundingNames(request.path).some(isLoginName);
  });
}

/** What is answered by a call, at once or when it is awaited. */
function settledFrom(path: NodePath): NodePath {
  const { parentPath: parent } = path;
  return parent?.isAwaitExpression() || parent?.isTSAsExpression() || parent?.isTSNonNullExpression()
    ? settledFrom(parent)
    : path;
}

/** `JSON.parse(get('user')).token`, through a variable as well. */
function fieldsRead({ path, objects }: StorageAccess): string[] {
  const parsed = objects ? settledFrom(path) : parsedFrom(path);
  if (!parsed) return [];
  const { parentPath: parent } = parsed;
  const names: string[] = [];
  const member = (at: NodePath | null | undefined) => {
    const name = at ? propertyName(at.node) : undefined;
    if (name && isTokenName(name)) names.push(name);
  };
  member(parent);
  // What is read into a part of something is not the whole of it: `reactive({ user: JSON.parse(…) })`.
  const declarator = parsed.findParent(
    (above) =>
      above.isVariableDeclarator() ||
      above.isFunction() ||
      above.isObjectProperty() ||
      above.isArrayExpression(),
  );
  if (declarator?.isVariableDeclarator()) {
    const { id } = declarator.node;
    if (t.isObjectPattern(id))
      for (const one of id.properties) if (isTokenName(keyName(one) ?? '')) names.push(keyName(one) ?? '');
    if (t.isIdentifier(id))
      for (const reference of declarator.scope.getBinding(id.name)?.referencePaths ?? [])
        member(reference.parentPath);
  }
  return names;
}
