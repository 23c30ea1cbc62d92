import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { type CallPath, callersOf } from '../callers.js';
import { definitionOf, propertyName } from '../definitions.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import { unwrapped } from '../unwrapped.js';
import { cookieAccess } from './cookies.js';
import { QUASAR_METHODS, quasarStorage } from './quasar.js';
import { effectCall, type MethodCall } from './saga-effects.js';
import { type Keeper, libraryAccess } from './storage-libraries.js';
import { fixedString } from './strings.js';
import { takingFunction } from './taking-functions.js';
import { type KeyForm, keyStored } from './webstorage-keys.js';

/** One access to the browser's storage; `path` is the whole expression, through a wrapper the wrapper's call. */
export interface StorageAccess extends ByLibrary {
  readonly file: SourceFile;
  readonly path: NodePath;
  /** `library`: what only a library reads that has a storage of its own. */
  readonly storage: 'local' | 'session' | 'cookie' | 'library';
  readonly operation: 'get' | 'set' | 'remove' | 'clear';
  /** Absent for `clear`, and where the key is not fixed. */
  readonly key?: string;
  readonly value?: NodePath;
  /** The access inside the wrapper that this call goes through. */
  readonly through?: NodePath;
  /** The other storage, of `(remember ? localStorage : sessionStorage)`. */
  readonly also?: 'local' | 'session';
  /** What is read is no text yet: a list or a match, from which the token is taken further on. */
  readonly opaque?: boolean;
  /** The application's own function that takes the token out of all cookies; this is a call of it. */
  readonly taking?: NodePath<t.Function>;
  /** Only whether it is there is asked: `cookies.check('token')`. */
  readonly asks?: boolean;
  /** What keeps it tells whoever uses it about every change, and goes on: only where it is cleared the session ends. */
  readonly kept?: boolean;
}

/** How a library of storage is asked. */
interface ByLibrary {
  /** What is stored goes in and comes out as an object. */
  readonly objects?: boolean;
  /** It answers by a promise. */
  readonly promises?: boolean;
  /** The answer is handed to a callback. */
  readonly callback?: boolean;
  /** What the library makes of the key, and the key before. */
  readonly form?: KeyForm;
  readonly named?: string;
  /** Who reads what `library` stores. */
  readonly keeper?: Keeper;
}

/** An access with the expression that its key is. */
export interface KeyedAccess extends StorageAccess {
  readonly keyPath?: NodePath;
}

const METHODS: Readonly<Record<string, StorageAccess['operation'] | undefined>> = {
  getItem: 'get',
  setItem: 'set',
  removeItem: 'remove',
  clear: 'clear',
};

/** Finds the accesses to web storage in a file, and the calls of its functions that hand the key on to one. */
export function storageAccesses(sources: Sources, file: SourceFile): StorageAccess[] {
  const found: StorageAccess[] = [];
  for (const path of file.paths.values()) {
    const access = accessOf(sources, file, path);
    if (!access) continue;
    const wrapped = access.key === undefined && access.operation !== 'clear';
    const calls = access.opaque ? takingCalls(sources, access) : undefined;
    found.push(...(wrapped ? throughWrapper(sources, access) : (calls ?? [access])));
  }
  return found;
}

function accessOf(sources: Sources, file: SourceFile, path: NodePath): KeyedAccess | undefined {
  const other = cookieAccess(sources, file, path) ?? libraryAccess(sources, file, path);
  if (other) return other;
  if (path.isCallExpression() || path.isOptionalCallExpression()) {
    const quasar = quasarCall(sources, file, path);
    if (quasar) return quasar;
    const called = methodCall(sources, path);
    const operation = called && METHODS[called.method];
    if (!called || !operation) return undefined;
    const { object, given } = called;
    const chosen = storageOf(sources, object) ? undefined : eitherStorage(sources, object);
    const storage = storageOf(sources, object) ?? chosen?.[0];
    if (!storage) return undefined;
    const [first, second] = given;
    const key = first && fixedString(sources, first);
    return {
      file,
      path: called.path,
      storage,
      operation,
      ...(chosen ? { also: chosen[1] } : {}),
      ...(first ? { keyPath: first } : {}),
      ...(key === undefined ? {} : { key }),
      ...(operation === 'set' && second ? { value: second } : {}),
    };
  }
  if (!path.isMemberExpression() && !path.isOptionalMemberExpression()) return undefined;
  return ofProperty(sources, file, path);
}

/** `LocalStorage.set(key, value)` of Quasar. */
function quasarCall(sources: Sources, file: SourceFile, path: CallPath): KeyedAccess | undefined {
  const callee = path.get('callee') as NodePath;
  if (!callee.isMemberExpression() && !callee.isOptionalMemberExpression()) return undefined;
  const method = propertyName(callee.node) ?? '';
  const operation = Object.hasOwn(QUASAR_METHODS, method) ? QUASAR_METHODS[method] : undefined;
  const storage = operation && quasarStorage(sources, callee.get('object') as NodePath);
  if (!operation || !storage) return undefined;
  const [keyPath, value] = path.get('arguments') as NodePath[];
  const key = keyPath && fixedString(sources, keyPath);
  return {
    file,
    path,
    storage,
    operation,
    ...(keyPath ? { keyPath } : {}),
    ...(key === undefined ? {} : { key }),
    ...(operation === 'set' && value ? { value } : {}),
    ...(method.startsWith('has') ? { asks: true } : {}),
  };
}

/** `localStorage.getItem(key)`, by redux-saga as well. */
function methodCall(sources: Sources, path: CallPath): MethodCall | undefined {
  const callee = path.get('callee') as NodePath;
  const method = propertyName(callee.node);
  const isMember = callee.isMemberExpression() || callee.isOptionalMemberExpression();
  if (!isMember || method === undefined || !Object.hasOwn(METHODS, method)) return effectCall(sources, path);
  return {
    path,
    object: callee.get('object') as NodePath,
    method,
    given: path.get('arguments') as NodePath[],
  };
}

/** `localStorage.token`, `localStorage['token'] = value`, `delete localStorage.token`. */
function ofProperty(
  sources: Sources,
  file: SourceFile,
  path: NodePath<t.MemberExpression> | NodePath<t.OptionalMemberExpression>,
): StorageAccess | undefined {
  const storage = storageOf(sources, path.get('object') as NodePath);
  if (!storage) return undefined;
  const key =
    propertyName(path.node) ??
    (path.node.computed ? fixedString(sources, path.get('property') as NodePath) : undefined);
  if (key === undefined || key in METHODS || key === 'length' || key === 'key') return undefined;
  const { parentPath: parent } = path;
  if (parent?.isAssignmentExpression() && path.key === 'left') {
    const value = parent.get('right');
    return { file, path: parent, storage, operation: 'set', key, value };
  }
  if (parent?.isUnaryExpression({ operator: 'delete' }))
    return { file, path: parent, storage, operation: 'remove', key };
  return { file, path, storage, operation: 'get', key };
}

/** Which storage an expression is: `localStorage`, `window.sessionStorage`, or a name for one. */
function storageOf(sources: Sources, path: NodePath): 'local' | 'session' | undefined {
  const definition = definitionOf(sources, path);
  if (definition.kind !== 'global') return undefined;
  const [first, second, ...rest] = definition.name;
  const name = /^(?:window|globalThis|self)$/.test(first ?? '') && !rest.length ? second : first;
  if (name !== first && definition.name.length !== 2) return undefined;
  if (name === first && definition.name.length !== 1) return undefined;
  return name === 'localStorage' ? 'local' : name === 'sessionStorage' ? 'session' : undefined;
}

/** `remember ? localStorage : sessionStorage`, or a name for it. */
function eitherStorage(
  sources: Sources,
  path: NodePath,
): readonly ['local' | 'session', 'local' | 'session'] | undefined {
  const bare = unwrapped(path);
  if (bare.isConditionalExpression()) {
    const one = storageOf(sources, bare.get('consequent'));
    const other = storageOf(sources, bare.get('alternate'));
    return one && other && [one, other];
  }
  const declared = bare.isIdentifier() ? bare.scope.getBinding(bare.node.name)?.path : undefined;
  const init = declared?.isVariableDeclarator() ? declared.get('init') : undefined;
  return init?.node && unwrapped(init as NodePath).isConditionalExpression()
    ? eitherStorage(sources, init as NodePath)
    : undefined;
}

/** The calls of the function around an access whose key is made of that function's parameter, however often handed on. */
function throughWrapper(sources: Sources, access: KeyedAccess, depth = 0): StorageAccess[] {
  const { keyPath, value } = access;
  const wrapper = keyPath && wrapperOf(sources, keyPath);
  if (!keyPath || !wrapper || depth > 3) return [access];
  const stored = value && parameterBehind(sources, value, wrapper);
  return callersOf(sources, wrapper).flatMap((call): StorageAccess[] => {
    const given = call.get('arguments') as NodePath[];
    const argument = given[parameterIn(sources, keyPath) ?? -1];
    const fixed = fixedString(sources, keyPath, (owner, index) => {
      const handed = owner.node === wrapper.node ? given[index] : undefined;
      return handed && fixedString(sources, handed);
    });
    const set = stored === undefined ? undefined : given[stored];
    // `setCookie(name, '', -1)` takes it away.
    const removes = access.operation === 'set' && set?.isStringLiteral({ value: '' });
    const outer: KeyedAccess = {
      file: sources.fileOf(call),
      path: call,
      storage: access.storage,
      operation: removes ? 'remove' : access.operation,
      through: access.through ?? access.path,
      ...byLibrary(access),
      ...(argument ? { keyPath: argument } : {}),
      ...keyStored(fixed, access.form),
      ...(set && !removes ? { value: set } : {}),
    };
    return fixed === undefined && argument ? throughWrapper(sources, outer, depth + 1) : [outer];
  });
}

function byLibrary({ objects, promises, callback, form, keeper }: ByLibrary): ByLibrary {
  return {
    ...(form ? { form } : {}),
    ...(objects ? { objects } : {}),
    ...(promises ? { promises } : {}),
    ...(callback ? { callback } : {}),
    ...(keeper ? { keeper } : {}),
  };
}

/** The function whose parameter a key is, or is made of: `ls.getItem(PREFIX + name)`, `ls.getItem(keyOf(name))`. */
function wrapperOf(sources: Sources, key: NodePath): NodePath<t.Function> | undefined {
  let found: NodePath<t.Function> | undefined;
  const look = (path: NodePath) => {
    const definition = path.isIdentifier() ? definitionOf(sources, path) : undefined;
    if (definition?.kind === 'parameter' && !definition.trail.length) found ??= definition.function;
  };
  look(key);
  key.traverse({ Identifier: look });
  return found;
}

/** Which parameter a key is by itself. */
function parameterIn(sources: Sources, key: NodePath): number | undefined {
  const definition = definitionOf(sources, key);
  return definition.kind === 'parameter' && !definition.trail.length ? definition.index : undefined;
}

/** The calls of the function around an access that answers the token or nothing: `readToken()`. */
function takingCalls(sources: Sources, access: KeyedAccess): StorageAccess[] | undefined {
  const taking = takingFunction(access.path);
  const calls = taking && callersOf(sources, taking);
  if (!taking || !calls?.length) return undefined;
  const { storage, operation, key, path } = access;
  return calls.map((call) => ({
    file: sources.fileOf(call),
    path: call,
    storage,
    operation,
    through: path,
    taking,
    ...(key === undefined ? {} : { key }),
  }));
}

/** The index of the parameter of a function that a stored value is, as it is or as JSON. */
function parameterBehind(sources: Sources, value: NodePath, owner: NodePath<t.Function>): number | undefined {
  const inner = jsonOf(value) ?? value;
  const definition = definitionOf(sources, inner);
  if (definition.kind !== 'parameter' || definition.function !== owner) return undefined;
  return definition.trail.length ? undefined : definition.index;
}

/** What `JSON.stringify(x)` makes a string of. */
export function jsonOf(path: NodePath): NodePath | undefined {
  if (!path.isCallExpression()) return undefined;
  const { callee } = path.node;
  if (!t.isMemberExpression(callee) || !t.isIdentifier(callee.object, { name: 'JSON' })) return undefined;
  return propertyName(callee) === 'stringify' ? (path.get('arguments')[0] as NodePath) : undefined;
}

/** The `JSON.parse(…)` right around an access, or the `JSON.parse` of the variable it is put into. */
export function parsedFrom(path: NodePath): NodePath | undefined {
  const at = withoutFallback(path);
  const { parentPath: parent } = at;
  if (parent?.isCallExpression() && at.listKey === 'arguments') {
    const { callee } = parent.node;
    const parses =
      t.isMemberExpression(callee) &&
      t.isIdentifier(callee.object, { name: 'JSON' }) &&
      propertyName(callee) === 'parse';
    return parses ? parent : undefined;
  }
  if (!parent?.isVariableDeclarator() || !t.isIdentifier(parent.node.id)) return undefined;
  const binding = parent.scope.getBinding(parent.node.id.name);
  for (const reference of binding?.referencePaths ?? []) {
    const parsed = reference.listKey === 'arguments' ? parsedFrom(reference) : undefined;
    if (parsed) return parsed;
  }
  return undefined;
}

/** `path || '{}'`, `path as string`, `path!`: the same value with something for its absence. */
function withoutFallback(path: NodePath): NodePath {
  const { parentPath: parent } = path;
  if (parent?.isLogicalExpression() && path.key === 'left' && parent.node.operator !== '&&')
    return withoutFallback(parent);
  if (parent?.isTSNonNullExpression() || parent?.isTSAsExpression() || parent?.isParenthesizedExpression())
    return withoutFallback(parent);
  return path;
}
