import type { NodePath } from '@babel/traverse';
import { definitionOf, propertyName } from '../definitions.js';
import { type Portable, portableOf } from '../portable.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import { serviceOf } from './services.js';
import type { KeyedAccess, StorageAccess } from './storage.js';
import { fixedString } from './strings.js';
import { type KeyForm, keyStored, webstorageForm } from './webstorage-keys.js';

/** What a library of storage does by a name, and where it puts it. */
interface StorageLibrary {
  readonly methods: Readonly<Record<string, StorageAccess['operation']>>;
  /** Where web storage has it: under the key with something before it, as JSON. Absent where only the library reads it. */
  readonly within?: { readonly storage: 'local' | 'session'; readonly form: KeyForm };
  /** It answers by promises. */
  readonly promises?: true;
  /** Its functions stand for themselves: `import { get, set } from 'idb-keyval'`. */
  readonly functions?: true;
}

const STORING = { get: 'get', set: 'set', remove: 'remove', clear: 'clear', clearAll: 'clear' } as const;
const LIKE_WEB_STORAGE = { getItem: 'get', setItem: 'set', removeItem: 'remove', clear: 'clear' } as const;
const LOCAL = { storage: 'local', form: { prefix: '' } } as const;

const LIBRARIES: ReadonlyMap<string, StorageLibrary> = new Map<string, StorageLibrary>([
  ['store', { methods: STORING, within: LOCAL }],
  ['store2', { methods: STORING, within: LOCAL }],
  ['local-storage', { methods: STORING, within: LOCAL }],
  [
    'lscache',
    {
      methods: { get: 'get', set: 'set', remove: 'remove', flush: 'clear' },
      within: { storage: 'local', form: { prefix: 'lscache-' } },
    },
  ],
  ['localforage', { methods: LIKE_WEB_STORAGE, promises: true }],
  [
    'idb-keyval',
    { methods: { get: 'get', set: 'set', del: 'remove', clear: 'clear' }, promises: true, functions: true },
  ],
  ['secure-ls', { methods: { ...STORING, removeAll: 'clear' } }],
  ['react-secure-storage', { methods: LIKE_WEB_STORAGE }],
  ['encrypt-storage', { methods: LIKE_WEB_STORAGE }],
]);

const WEBSTORAGE_METHODS = { retrieve: 'get', store: 'set', clear: 'remove' } as const;
/** What Angular injects of ngx-webstorage, and the storage that each is for. */
const WEBSTORAGE = 'ngx-webstorage';
const WEBSTORAGE_SERVICES: Readonly<Record<string, 'local' | 'session'>> = {
  LocalStorageService: 'local',
  SessionStorageService: 'session',
};

/** Text of the files that use such libraries: their names, and methods of what is made elsewhere. */
export const LIBRARY_WORDS = [
  ...[...LIBRARIES.keys()].flatMap((name) => [`'${name}'`, `"${name}"`]),
  `'${WEBSTORAGE}'`,
  `"${WEBSTORAGE}"`,
  'store/dist/',
  'etItem(',
  'emoveItem(',
];

/** The same where a library with methods of other names is there, which files may get from one another. */
export function libraryWords(sources: Sources): readonly string[] {
  const others = [...LIBRARIES].flatMap(([name, { methods }]) =>
    methods === LIKE_WEB_STORAGE ? [] : [name],
  );
  const used = sources.packages.some(({ dependencies }) => others.some((name) => dependencies.has(name)));
  return used ? ['.get(', '.set(', '.remove('] : [];
}

/** What reads a token out of a library, in the module that takes up earlier logins. */
export interface Keeper {
  /** The object that is asked; absent where it can not be told elsewhere which one that is. */
  readonly object?: Portable;
  readonly library: string;
  /** What the methods are called, where they are not those of web storage. */
  readonly methods?: { readonly get: string; readonly set: string; readonly remove: string };
  /** Its methods are functions of the library. */
  readonly functions?: true;
  /** The file that tells the library its settings, which has to run first. */
  readonly settings?: SourceFile;
}

/** The access to storage by a library that an expression is. */
export function libraryAccess(sources: Sources, file: SourceFile, path: NodePath): KeyedAccess | undefined {
  if (!path.isCallExpression() && !path.isOptionalCallExpression()) return undefined;
  const callee = path.get('callee') as NodePath;
  const called = calledOn(sources, callee);
  if (!called) return undefined;
  const { name, library, module, object } = called;
  const [first, second, third] = path.get('arguments') as NodePath[];
  const does = Object.hasOwn(library.methods, name) ? library.methods[name] : undefined;
  const operation = does === 'remove' && !first ? 'clear' : does;
  if (!operation) return undefined;
  const key = first && fixedString(sources, first);
  const { within, promises } = library;
  const answered = operation === 'set' ? third : second;
  return {
    file,
    path,
    storage: within?.storage ?? 'library',
    operation,
    objects: true,
    ...(promises ? { promises } : {}),
    ...(within ? { form: within.form } : { keeper: keeperOf(sources, module, library, object) }),
    ...(promises && answered && isFunction(sources, answered) ? { callback: true } : {}),
    ...(first && operation !== 'clear' ? { keyPath: first } : {}),
    ...(operation === 'clear' ? {} : keyStored(key, within?.form)),
    ...(operation === 'set' && second ? { value: second } : {}),
  };
}

function isFunction(sources: Sources, path: NodePath): boolean {
  const { kind } = definitionOf(sources, path);
  return kind === 'function' || /^(?:cb|callback|done|next)$/.test(String(path));
}

interface Called {
  readonly module: string;
  readonly library: StorageLibrary;
  /** The name of the method or function. */
  readonly name: string;
  readonly object?: NodePath;
}

/** `store.get`, `ls.get` of `const ls = new SecureLS()`, `get` of idb-keyval. */
function calledOn(sources: Sources, callee: NodePath): Called | undefined {
  const member = callee.isMemberExpression() || callee.isOptionalMemberExpression();
  if (!member && !callee.isIdentifier()) return undefined;
  const definition = definitionOf(sources, callee);
  if (definition.kind === 'package') {
    const { module } = definition;
    const library = isOwnFolder(sources, callee, module) ? undefined : libraryNamed(module);
    const name = definition.name.at(-1);
    if (!library || name === undefined || (!member && !library.functions)) return undefined;
    if (definition.name.length > 2) return undefined;
    return { module, library, name, ...(member ? { object: callee.get('object') as NodePath } : {}) };
  }
  const name = propertyName(callee.node);
  if (!member || name === undefined) return undefined;
  const object = callee.get('object') as NodePath;
  const service = webstorageService(sources, object, name);
  if (service) return service;
  const holder = definitionOf(sources, object);
  const made = holder.kind === 'value' ? holder.path : undefined;
  if (!made?.isNewExpression() && !made?.isCallExpression()) return undefined;
  const maker = definitionOf(sources, made.get('callee') as NodePath);
  if (maker.kind !== 'package') return undefined;
  const library = libraryNamed(maker.module);
  // What a namespace of store.js, or a bucket, puts before its keys is not known here.
  if (!library || library.within) return undefined;
  return { module: maker.module, library, name, object };
}

/** `this.storage.store('token', token)` of `constructor(private storage: LocalStorageService)`. */
function webstorageService(sources: Sources, object: NodePath, name: string): Called | undefined {
  if (!Object.hasOwn(WEBSTORAGE_METHODS, name)) return undefined;
  const service = serviceOf(sources, object);
  const storage = service?.module === WEBSTORAGE ? WEBSTORAGE_SERVICES[service.name] : undefined;
  if (!storage) return undefined;
  const within = { storage, form: webstorageForm(sources) };
  return { module: WEBSTORAGE, library: { methods: WEBSTORAGE_METHODS, within }, name, object };
}

/** `import store from 'store'` is of a folder of the application where it depends on no such package. */
function isOwnFolder(sources: Sources, path: NodePath, module: string): boolean {
  return module === 'store' && !sources.packageOf(sources.fileOf(path))?.dependencies.has(module);
}

/** `store/dist/store.modern` is the same library. */
function libraryNamed(module: string): StorageLibrary | undefined {
  return LIBRARIES.get(module) ?? (/^store\/dist\//.test(module) ? LIBRARIES.get('store') : undefined);
}

function keeperOf(
  sources: Sources,
  module: string,
  { methods, functions }: StorageLibrary,
  object: NodePath | undefined,
): Keeper {
  const named = (operation: string) =>
    Object.entries(methods).find(([, one]) => one === operation)?.[0] ?? operation;
  const names = { get: named('get'), set: named('set'), remove: named('remove') };
  const portable = object && portableOf(sources, object);
  const settings = module === 'localforage' ? settingsOf(sources, module) : undefined;
  return {
    library: module,
    ...(portable ? { object: portable } : {}),
    ...(functions ? { functions } : {}),
    ...(settings ? { settings } : {}),
    ...(methods === LIKE_WEB_STORAGE ? {} : { methods: names }),
  };
}

/** The file with `localforage.config({ name: 'notes' })`. */
function settingsOf(sources: Sources, module: string): SourceFile | undefined {
  return sources
    .mentioning(`'${module}'`, `"${module}"`)
    .find((file) => /\b\w+\.(?:config|setDriver|defineDriver)\(/.test(file.text));
}
