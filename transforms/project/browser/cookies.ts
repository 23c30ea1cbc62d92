import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { type Definition, definitionOf, propertyName } from '../definitions.js';
import { type SourceFile, textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { unwrapped } from '../unwrapped.js';
import { watchesCookies } from './keepers/cookies.js';
import type { KeyedAccess, StorageAccess } from './storage.js';
import { fixedString } from './strings.js';

/** Libraries whose export, or an instance of it, reads and writes the browser's cookies by name. */
const LIBRARIES = new Set([
  'js-cookie',
  'universal-cookie',
  'react-cookie',
  'react-cookies',
  'vue-cookies',
  'vue-cookie',
  'vue3-cookies',
  'tiny-cookie',
  'typescript-cookie',
  'es-cookie',
  'cookies-next',
  'cookies-js',
  'browser-cookies',
  '@vueuse/integrations/useCookies',
  '@vueuse/integrations',
  'ngx-cookie-service',
]);
/** Those that make text of an object by themselves; the others take and give text. */
const STORING_OBJECTS = new Set(['js-cookie', 'cookies-next']);
const OF_OBJECTS = new Set([
  'universal-cookie',
  'react-cookie',
  'react-cookies',
  'vue-cookies',
  'vue3-cookies',
  '@vueuse/integrations/useCookies',
  '@vueuse/integrations',
]);
/** What Vue's plugins put on every component, and what is injected under these names. */
const HOLDERS: ReadonlyMap<string, string> = new Map([
  ['$cookies', 'vue-cookies'],
  ['vueCookies', 'vue-cookies'],
  ['$cookie', 'vue-cookie'],
  ['cookieService', 'ngx-cookie-service'],
  ['_cookieService', 'ngx-cookie-service'],
  ['ngxCookieService', 'ngx-cookie-service'],
]);

const METHODS: Readonly<Record<string, StorageAccess['operation']>> = {
  get: 'get',
  getJSON: 'get',
  getCookie: 'get',
  isKey: 'get',
  has: 'get',
  hasCookie: 'get',
  check: 'get',
  load: 'get',
  set: 'set',
  put: 'set',
  save: 'set',
  setCookie: 'set',
  remove: 'remove',
  delete: 'remove',
  erase: 'remove',
  expire: 'remove',
  removeCookie: 'remove',
  deleteCookie: 'remove',
};

/** Those that only ask whether a cookie is there. */
const ASKING = /^(?:isKey|has|hasCookie|check)$/;

/** The access to a cookie that an expression is: a call of a library, or `document.cookie` by hand. */
export function cookieAccess(sources: Sources, file: SourceFile, path: NodePath): KeyedAccess | undefined {
  if (path.isCallExpression() || path.isOptionalCallExpression()) return byLibrary(sources, file, path);
  if (!path.isMemberExpression() || propertyName(path.node) !== 'cookie') return undefined;
  if (!/^(?:(?:window|globalThis)\.)?document$/.test(String(path.get('object')))) return undefined;
  const { parentPath: parent } = path;
  if (parent?.isAssignmentExpression() && path.key === 'left') return written(sources, file, parent);
  return read(file, path);
}

function byLibrary(
  sources: Sources,
  file: SourceFile,
  path: NodePath<t.CallExpression> | NodePath<t.OptionalCallExpression>,
): KeyedAccess | undefined {
  const callee = path.get('callee') as NodePath;
  const name = propertyName(callee.node) ?? (callee.isIdentifier() ? callee.node.name : '');
  if (!(callee.isIdentifier() || name in METHODS)) return undefined;
  const definition = definitionOf(sources, callee);
  const method = definition.kind === 'package' ? (definition.name.at(-1) ?? '') : name;
  const operation = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
  const library = operation && libraryOf(sources, callee, definition);
  if (!operation || library === undefined) return undefined;
  const [first, second, third] = path.get('arguments') as NodePath[];
  const options = operation === 'set' ? third : second;
  // With a request among its options it works on a server.
  if (!first || (options?.isObjectExpression() && /\breq\b/.test(String(options)))) return undefined;
  const key = fixedString(sources, first);
  return {
    file,
    path,
    storage: 'cookie',
    operation,
    keyPath: first,
    ...(ASKING.test(method) ? { asks: true } : {}),
    ...(handlesObjects(library, method) ? { objects: true } : {}),
    ...(isWatched(sources, callee, definition) ? { kept: true } : {}),
    ...(key === undefined ? {} : { key }),
    ...(operation === 'set' && second ? { value: second } : {}),
  };
}

/** Whether what uses the answer is told of changes: `useCookies(['token']).get('token')` of VueUse. */
function isWatched(sources: Sources, callee: NodePath, definition: Definition): boolean {
  const maker = makerOf(callee, definition);
  return (
    (definition.kind === 'package' && watchesCookies({ ...definition, name: definition.name.slice(0, 1) })) ||
    [maker, maker && initOf(maker)].some(
      (path) =>
        path?.isCallExpression() && watchesCookies(definitionOf(sources, path.get('callee') as NodePath)),
    )
  );
}

/** The library whose function is called. */
function libraryOf(sources: Sources, callee: NodePath, definition: Definition): string | undefined {
  if (definition.kind === 'package' && LIBRARIES.has(definition.module)) return definition.module;
  if (!callee.isMemberExpression() && !callee.isOptionalMemberExpression()) return undefined;
  const object = callee.get('object') as NodePath;
  const named = object.isIdentifier() ? object.node.name : propertyName(object.node);
  const holding = named === undefined ? undefined : HOLDERS.get(named);
  if (holding) return holding;
  if (definition.kind === 'package') return undefined;
  const setUp =
    named !== undefined && isOfThis(object)
      ? libraryOfSetUp(sources, sources.fileOf(object), named)
      : undefined;
  return (
    setUp ?? libraryMaking(sources, makerOf(callee, definition)) ?? libraryMaking(sources, initOf(object))
  );
}

/** Whether what is stored goes in, or comes out, as an object. */
function handlesObjects(library: string, method: string): boolean {
  if (OF_OBJECTS.has(library)) return true;
  return STORING_OBJECTS.has(library) && (METHODS[method] === 'set' || method === 'getJSON');
}

function isOfThis(path: NodePath): boolean {
  return path.isMemberExpression() && path.get('object').isThisExpression();
}

/** The library of `const { cookies } = useCookies()` in a component's `setup`, whose methods have it as `this.cookies`. */
function libraryOfSetUp(sources: Sources, file: SourceFile, name: string): string | undefined {
  if (![...LIBRARIES].some((library) => file.text.includes(library))) return undefined;
  for (const path of file.paths.values()) {
    const named =
      path.isVariableDeclarator() && Object.keys(t.getBindingIdentifiers(path.node.id)).includes(name);
    const library = named ? libraryMaking(sources, path.get('init') as NodePath) : undefined;
    if (library) return library;
  }
  return undefined;
}

/** What the method that is called belongs to. */
function makerOf(callee: NodePath, definition: Definition): NodePath | undefined {
  if (definition.kind === 'member' && definition.of.kind === 'value') return definition.of.path;
  return callee.isMemberExpression() || callee.isOptionalMemberExpression()
    ? (callee.get('object') as NodePath)
    : undefined;
}

/** The library of `new Cookies()`, `useCookies()`. */
function libraryMaking(sources: Sources, path: NodePath | undefined): string | undefined {
  if (!path?.isNewExpression() && !path?.isCallExpression()) return undefined;
  const made = definitionOf(sources, path.get('callee') as NodePath);
  return made.kind === 'package' && LIBRARIES.has(made.module) ? made.module : undefined;
}

/** What a name is declared with: the call of `const { cookies } = useCookies()`. */
function initOf(path: NodePath): NodePath | undefined {
  const declared = path.isIdentifier() ? path.scope.getBinding(path.node.name)?.path : undefined;
  return declared?.isVariableDeclarator() ? (declared.get('init') as NodePath) : undefined;
}

/** `document.cookie = 'token=' + token + '; path=/'`, also with a name that is a parameter. */
function written(
  sources: Sources,
  file: SourceFile,
  path: NodePath<t.AssignmentExpression>,
): KeyedAccess | undefined {
  const parts = partsOf(path.get('right'));
  const at = parts.findIndex((part) => typeof part === 'string' && part.includes('='));
  const text = parts[at];
  if (typeof text !== 'string' || at > 1) return undefined;
  const [head = '', ...others] = text.split('=');
  const rest = others.join('=');
  const keyPath = parts.slice(0, at).find((part) => typeof part !== 'string');
  if (keyPath && head) return undefined;
  const key = keyPath ? fixedString(sources, keyPath) : head.trim();
  const all = parts.map((part) => (typeof part === 'string' ? part : '*')).join('');
  const empties = /^\s*(?:;|$)/.test(rest) && (rest !== '' || at === parts.length - 1);
  const expires = /1970|max-age=\s*(?:-\d+|0)\s*(?:;|$)/i.test(all);
  const next = parts[at + 1];
  const value = rest === '' && typeof next !== 'string' ? next : undefined;
  const removes = empties || expires;
  if (!removes && !value) return undefined;
  return {
    file,
    path,
    storage: 'cookie',
    operation: removes ? 'remove' : 'set',
    ...(key === undefined ? {} : { key }),
    ...(keyPath ? { keyPath } : {}),
    ...(value && !removes ? { value: unescaped(value) } : {}),
  };
}

/** A string put together with `+` or as a template: fixed parts next to one another are one. */
function partsOf(path: NodePath): (string | NodePath)[] {
  const bare = unwrapped(path);
  if (bare.isStringLiteral()) return [bare.node.value];
  if (bare.isBinaryExpression({ operator: '+' }))
    return together([...partsOf(bare.get('left') as NodePath), ...partsOf(bare.get('right'))]);
  if (!bare.isTemplateLiteral()) return [bare];
  const expressions = bare.get('expressions');
  return together(
    bare.node.quasis.flatMap(({ value }, index): (string | NodePath)[] => {
      const expression = expressions[index];
      return [value.cooked ?? '', ...(expression ? partsOf(expression as NodePath) : [])];
    }),
  );
}

function together(parts: readonly (string | NodePath)[]): (string | NodePath)[] {
  const joined: (string | NodePath)[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (part === '') continue;
    if (typeof part === 'string' && typeof last === 'string') joined.splice(-1, 1, last + part);
    else joined.push(part);
  }
  return joined;
}

/** What is in `encodeURIComponent(value)`, `(value || '')`. */
function unescaped(path: NodePath): NodePath {
  if (path.isLogicalExpression()) return unescaped(path.get('left'));
  if (!path.isCallExpression()) return path;
  const [first] = path.get('arguments') as NodePath[];
  return first && /^(?:encodeURIComponent|escape|String)$/.test(String(path.get('callee')))
    ? unescaped(first)
    : path;
}

/** All cookies are read: which of them is wanted is said around it, or by a parameter of the function. */
function read(file: SourceFile, path: NodePath): KeyedAccess | undefined {
  const common = { file, storage: 'cookie', operation: 'get' } as const;
  const around = path.getStatementParent();
  const [, key] =
    /['"`/;\s()^|]([\w-]*(?:token|jwt)[\w-]*)\\?=/i.exec(around ? textOf(file, around.node) : '') ?? [];
  if (key !== undefined) {
    const whole = chainAround(path);
    return { ...common, path: whole, key, ...(yieldsText(whole) ? {} : { opaque: true }) };
  }
  const owner = path.findParent((above) => above.isFunction() && above.listKey !== 'arguments');
  const [parameter] = owner?.isFunction() ? owner.get('params') : [];
  const named = parameter?.isAssignmentPattern() ? parameter.get('left') : parameter;
  if (!named || Array.isArray(named) || !named.isIdentifier()) return undefined;
  const keyPath = owner?.scope.getBinding(named.node.name)?.referencePaths[0];
  return keyPath && { ...common, path, keyPath };
}

/** The chain of calls and members that starts with an expression. */
function chainAround(path: NodePath): NodePath {
  const { parentPath: parent, key } = path;
  const goesOn =
    (key === 'object' && (parent?.isMemberExpression() || parent?.isOptionalMemberExpression())) ||
    (key === 'callee' && (parent?.isCallExpression() || parent?.isOptionalCallExpression()));
  return goesOn && parent ? chainAround(parent) : path;
}

/** Whether a chain ends with the text of one cookie, rather than with a list or a match. */
function yieldsText(path: NodePath): boolean {
  if (path.isMemberExpression() || path.isOptionalMemberExpression())
    return t.isNumericLiteral(path.node.property);
  if (!path.isCallExpression() && !path.isOptionalCallExpression()) return false;
  return /^(?:pop|shift|replace|slice|substring|trim|at)$/.test(propertyName(path.node.callee) ?? '');
}
