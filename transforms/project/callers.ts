import { posix } from 'node:path';
import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { type Definition, definitionOf, exportOf, keyName, propertyName } from './definitions.js';
import { exportsOf } from './exports.js';
import { keptFunction } from './hooks.js';
import { calledBy, constructionsOf } from './injected.js';
import { callersOfMade } from './made-functions.js';
import { type SourceFile, textOf } from './source.js';
import type { Sources } from './sources.js';
import { nameOnModel } from './stored/models.js';

export type CallPath =
  | NodePath<t.CallExpression>
  | NodePath<t.OptionalCallExpression>
  | NodePath<t.NewExpression>;

/** A call and what it calls. */
export interface Call {
  readonly path: CallPath;
  readonly callee: Definition;
}

/** Names that tell of tokens, where the name alone, such as `token`, is no telling one. */
const TOKEN_METHOD = /(?:token|jwt|session|auth)\w|\w(?:token|jwt|session|auth)/i;

const callsByFile = new WeakMap<SourceFile, readonly Call[]>();
const methodsByName = new WeakMap<Sources, Map<string, NodePath<t.Function>[]>>();
const callersByFunction = new WeakMap<t.Node, readonly CallPath[]>();

/** Every call in a file with what it calls, which is looked up when it is asked for; remembered with the file. */
export function callsOf(sources: Sources, file: SourceFile): readonly Call[] {
  const known = callsByFile.get(file);
  if (known) return known;
  const calls: Call[] = [];
  for (const path of file.paths.values()) {
    if (path.isCallExpression() || path.isOptionalCallExpression() || path.isNewExpression()) {
      calls.push(lazyCall(sources, path));
    }
  }
  callsByFile.set(file, calls);
  return calls;
}

/** Looking up what is called may parse other files: most calls are never asked. */
function lazyCall(sources: Sources, path: CallPath): Call {
  let callee: Definition | undefined;
  return {
    path,
    get callee() {
      callee ??= definitionOf(sources, path.get('callee') as NodePath);
      return callee;
    },
  };
}

/** What a call gives for a parameter of the function that it calls, or what stands there when it gives nothing. */
export function argumentOf(
  call: CallPath,
  called: NodePath<t.Function>,
  index: number,
): NodePath | undefined {
  const given = (call.get('arguments') as NodePath[])[index];
  if (given) return given;
  return defaultOf(called.get('params')[index]);
}

/** What stands for a parameter for which nothing is given. */
export function defaultOf(parameter: NodePath | undefined): NodePath | undefined {
  const held = parameter?.isTSParameterProperty() ? parameter.get('parameter') : parameter;
  return held?.isAssignmentPattern() ? held.get('right') : undefined;
}

/** The calls of a function anywhere in the application; parses the files that can hold one. */
export function callersOf(sources: Sources, called: NodePath<t.Function>): readonly CallPath[] {
  if (called.isClassMethod({ kind: 'constructor' })) return constructionsOf(sources, called);
  const known = callersByFunction.get(called.node);
  if (known) return known;
  const callers: CallPath[] = [];
  // Whoever asks while it is looked for, to know what a call calls, finds none.
  callersByFunction.set(called.node, []);
  const { files, words } = usersOf(sources, called);
  for (const file of files) {
    for (const call of callsOf(sources, file)) {
      if (!mayBeCalled(file, call.path, words)) continue;
      const callee = calledBy(sources, call.path, call.callee);
      if (callee.kind === 'function' && callee.path.node === called.node) callers.push(call.path);
    }
  }
  const method = methodName(called);
  if (method !== undefined) callers.push(...callsByName(sources, method));
  if (!words.size) callers.push(...callersOfMade(sources, called));
  callersByFunction.set(called.node, callers);
  return callers;
}

/**
 * The name under which objects of unknown make have a function: a Mongoose method or static, a function that a
 * model was given, a method put on a prototype, a method of a schema's or service's table. Other functions are called by names that can be followed.
 */
function methodName(called: NodePath<t.Function>): string | undefined {
  const { parent } = called;
  if (t.isAssignmentExpression(parent)) {
    if (nameOnModel(called) !== undefined) return nameOnModel(called);
    const holder = t.isMemberExpression(parent.left) ? parent.left.object : undefined;
    return holder && /^(?:methods|statics|prototype)$/.test(propertyName(holder) ?? '')
      ? propertyName(parent.left)
      : undefined;
  }
  const table = t.isObjectProperty(parent) ? called.parentPath?.parentPath : called.parentPath;
  if (table?.isObjectExpression() && isTableOfModel(table)) return keyName(called.node) ?? keyName(parent);
  const name = called.isClassMethod() && called.node.kind === 'method' ? keyName(called.node) : undefined;
  // Any object may have a method `create` or `sign`: only a name that tells of tokens is followed blindly.
  return name && TOKEN_METHOD.test(name) ? name : undefined;
}

/** `new Schema(fields, { methods: { … } })`, `schema.statics = { … }`, `schema.method({ … })` */
function isTableOfModel({ node, parent }: NodePath<t.ObjectExpression>): boolean {
  if (t.isAssignmentExpression(parent))
    return parent.right === node && /^(?:methods|statics)$/.test(propertyName(parent.left) ?? '');
  if (t.isCallExpression(parent))
    return parent.arguments[0] === node && /^(?:method|static)$/.test(propertyName(parent.callee) ?? '');
  return /^(?:methods|statics)$/.test(keyName(parent) ?? '');
}

/** Calls of a method by its name on something whose make is not known. */
function callsByName(sources: Sources, method: string): CallPath[] {
  return sources.mentioning(method).flatMap((file) =>
    callsOf(sources, file)
      .filter(({ path }) => propertyName(path.node.callee) === method)
      .filter(({ callee }) => isOfUnknownMake(callee))
      .map(({ path }) => path),
  );
}

function isOfUnknownMake({ kind }: Definition): boolean {
  return kind !== 'function' && kind !== 'package' && kind !== 'global';
}

/** The methods that a call by a name may mean, where what it is called on is of unknown make: see `callersOf`. */
export function methodsCalled(
  sources: Sources,
  { node }: CallPath,
  callee: Definition,
): NodePath<t.Function>[] {
  const name = propertyName(node.callee);
  if (name === undefined || !isOfUnknownMake(callee)) return [];
  const known = methodsByName.get(sources) ?? new Map<string, NodePath<t.Function>[]>();
  methodsByName.set(sources, known);
  const methods = known.get(name) ?? methodsNamed(sources, name);
  known.set(name, methods);
  return methods;
}

function methodsNamed(sources: Sources, name: string): NodePath<t.Function>[] {
  return sources
    .parsedWhere((text) => mayHoldMethod(text, name))
    .flatMap((file) => [...file.paths.values()])
    .flatMap((path) => (path.isFunction() && methodName(path) === name ? [path] : []));
}

/** Whether a text can hold what `methodName` takes for a method of that name: nearly every file calls `create`. */
function mayHoldMethod(text: string, name: string): boolean {
  if (!text.includes(name)) return false;
  if (TOKEN_METHOD.test(name) || /\b(?:methods?|statics?)\b/.test(text)) return true;
  const assigned = text.split(name).slice(1);
  return assigned.some((rest) => /^(?:['"`]\])?\s*=(?!=)/.test(rest));
}

/**
 * Whether a function is also handed around as a value, so that calls exist which `callersOf` can't see.
 * Tables of functions (`module.exports = { sign }`, `const service = { sign }`) are no such use: members of
 * them are followed.
 *
 * @param isIgnored says of a mention that it does not count
 */
export function escapes(
  sources: Sources,
  called: NodePath<t.Function>,
  isIgnored: (mention: NodePath) => boolean = () => false,
): boolean {
  const names = new Set(namesOf(sources, called));
  for (const file of usersOf(sources, called).files) {
    for (const path of file.paths.values()) {
      if (!isMention(path, names) || isIgnored(path)) continue;
      const parent = path.parentPath;
      if (!parent || isCallee(path, parent) || isTable(path, parent)) continue;
      const definition = definitionOf(sources, path);
      if (definition.kind === 'function' && definition.path.node === called.node) return true;
    }
  }
  return false;
}

/** The names a function goes by where it is defined and exported. */
export function namesOf(sources: Sources, named: NodePath<t.Function>): string[] {
  const names: string[] = [];
  const { node } = named;
  const { parent } = keptFunction(named) ?? named;
  if ('id' in node && node.id) names.push(node.id.name);
  if (t.isVariableDeclarator(parent) && t.isIdentifier(parent.id)) names.push(parent.id.name);
  if (t.isAssignmentExpression(parent)) {
    const name = propertyName(parent.left) ?? (t.isIdentifier(parent.left) ? parent.left.name : undefined);
    if (name && name !== 'exports') names.push(name);
  }
  for (const holder of [node, parent]) {
    const key = keyName(holder);
    if (key && key !== 'constructor') names.push(key);
  }
  const file = sources.fileOf(named);
  for (const [exported, path] of exportsOf(file).names) {
    const definition = definitionOf(sources, path);
    if (exported !== 'default' && definition.kind === 'function' && definition.path.node === node)
      names.push(exported);
  }
  return [...new Set(names)];
}

/**
 * The files that mention a function by one of the names it goes by. Whoever imports a default export gives it a
 * name of his own, so there the module's name is what to look for; whoever passes it on may rename it, so his
 * names are looked for too.
 */
function usersOf(
  sources: Sources,
  called: NodePath<t.Function>,
): { readonly files: readonly SourceFile[]; readonly words: ReadonlySet<string> } {
  const own = sources.fileOf(called);
  const words = new Set(namesOf(sources, called));
  const isIt = (definition: Definition | undefined) =>
    definition?.kind === 'function' && definition.path.node === called.node;
  const files = new Set([own]);
  for (const file of files) {
    const { names, passedOn, whole } = exportsOf(file);
    for (const name of [...names.keys(), ...passedOn.keys()]) {
      const word = name === 'default' ? moduleWord(file.path) : name;
      if (!words.has(word) && isIt(exportOf(sources, file, name))) words.add(word);
    }
    if (whole && isIt(definitionOf(sources, whole))) words.add(moduleWord(file.path));
    for (const other of sources.naming(...words)) files.add(other);
  }
  return { files: [...files], words };
}

/**
 * Whether a call can be one of a function that goes by one of the words, judged by its text: by the callee, or
 * where that is a name, by what declares the name.
 */
function mayBeCalled(file: SourceFile, call: CallPath, words: ReadonlySet<string>): boolean {
  const callee = call.get('callee') as NodePath;
  if (callee.isFunction()) return true;
  if (!callee.isIdentifier()) return holdsAny(textOf(file, callee.node), words);
  if (words.has(callee.node.name)) return true;
  const declared = callee.scope.getBinding(callee.node.name)?.path;
  if (!declared || declared.isFunction() || declared.isClass()) return false;
  // `import name from './sign'` declares the name in a part of the statement.
  const statement = declared.parentPath?.isImportDeclaration() ? declared.parentPath : declared;
  return holdsAny(textOf(file, statement.node), words);
}

function holdsAny(text: string, words: ReadonlySet<string>): boolean {
  for (const word of words) if (text.includes(word)) return true;
  return false;
}

/** The part of a file's path that a specifier of it must hold. */
function moduleWord(path: string): string {
  const base = posix.basename(path).replace(/\.[^.]+$/, '');
  return base === 'index' ? posix.basename(posix.dirname(path)) || base : base;
}

function isMention(path: NodePath, names: ReadonlySet<string>): boolean {
  if (path.isIdentifier()) return names.has(path.node.name) && path.isReferencedIdentifier();
  return path.isMemberExpression() && names.has(propertyName(path.node) ?? '');
}

function isCallee(path: NodePath, parent: NodePath): boolean {
  return path.key === 'callee' && (parent.isCallExpression() || parent.isOptionalCallExpression());
}

function isTable(path: NodePath, parent: NodePath): boolean {
  if (parent.isExportSpecifier() || parent.isExportDefaultDeclaration()) return true;
  if (parent.isAssignmentExpression() && path.key === 'right') return t.isMemberExpression(parent.node.left);
  if (parent.isVariableDeclarator() && path.key === 'init') return true;
  if (parent.isMemberExpression()) return true;
  if (!parent.isObjectProperty() || path.key !== 'value') return false;
  const table = parent.parentPath?.parentPath;
  return Boolean(
    table?.isVariableDeclarator() || table?.isAssignmentExpression() || table?.isExportDefaultDeclaration(),
  );
}
