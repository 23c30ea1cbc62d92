import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { argumentOf, type CallPath, callersOf, callsOf, defaultOf } from './callers.js';
import { type Definition, definitionOf, memberOf } from './definitions.js';
import { exportsOf } from './exports.js';
import { returnsOf } from './flow/returns.js';
import { registeredAs } from './registered.js';
import type { Sources } from './sources.js';

/** More places than these make something in too many ways to be looked at. */
const MOST = 8;
/** What is handed in stands for itself wherever it is used. */
const DEEPER = 4;

const constructions = new WeakMap<t.Node, readonly CallPath[]>();

/** The constructor that `new` runs for a class: its own, or that of the class it extends. */
export function constructorOf(
  sources: Sources,
  made: NodePath<t.Class>,
): NodePath<t.ClassMethod> | undefined {
  const seen = new Set<t.Node>();
  let owner: NodePath<t.Class> | undefined = made;
  while (owner && !seen.has(owner.node)) {
    seen.add(owner.node);
    for (const member of owner.get('body').get('body')) {
      if (member.isClassMethod({ kind: 'constructor' })) return member;
    }
    const above: NodePath = owner.get('superClass') as NodePath;
    const definition: Definition | undefined = above.node ? definitionOf(sources, above) : undefined;
    owner = definition?.kind === 'class' ? definition.path : undefined;
  }
  return undefined;
}

/** The places that run a constructor: `new Service(…)`, and `super(…)` of the classes that extend it. */
export function constructionsOf(sources: Sources, maker: NodePath<t.ClassMethod>): readonly CallPath[] {
  const known = constructions.get(maker.node);
  if (known) return known;
  const owner = maker.parentPath.parentPath;
  const found: CallPath[] = [];
  constructions.set(maker.node, []);
  if (!owner?.isClass()) return found;
  const names = classNames(sources, owner);
  for (const file of sources.naming(...names)) {
    for (const { path } of callsOf(sources, file)) {
      const made = classMade(sources, path);
      if (made && constructorOf(sources, made)?.node === maker.node) found.push(path);
    }
  }
  constructions.set(maker.node, found);
  return found;
}

/** The class that `new Service()` makes one of, or that `super()` is about. */
function classMade(sources: Sources, call: CallPath): NodePath<t.Class> | undefined {
  const callee = call.get('callee') as NodePath;
  if (callee.isSuper()) {
    const owner = call.findParent((above) => above.isClass());
    const above = owner?.isClass() ? (owner.get('superClass') as NodePath) : undefined;
    const definition = above?.node ? definitionOf(sources, above) : undefined;
    return definition?.kind === 'class' ? definition.path : undefined;
  }
  if (!call.isNewExpression() || !isPlainName(callee)) return undefined;
  const definition = definitionOf(sources, callee);
  return definition.kind === 'class' ? definition.path : undefined;
}

/** `Service`, `services.Service` */
function isPlainName(path: NodePath): boolean {
  return path.isIdentifier() || (path.isMemberExpression() && path.get('object').isIdentifier());
}

/** The words that a file holds which makes one of a class: its names, and those of the classes that extend it. */
function classNames(sources: Sources, owner: NodePath<t.Class>): string[] {
  const names = new Set<string>();
  const waiting = [owner];
  for (const one of waiting) {
    const file = sources.fileOf(one);
    const own = one.node.id?.name;
    if (own !== undefined) names.add(own);
    const base = file.path.replace(/^.*\/|\.[^.]+$/g, '');
    for (const [exported, path] of exportsOf(file).names) {
      const definition = definitionOf(sources, path);
      if (definition.kind !== 'class' || definition.path.node !== one.node) continue;
      names.add(exported === 'default' ? base : exported);
    }
    if (exportsOf(file).whole) names.add(base);
    if (own === undefined || waiting.length > MOST) continue;
    for (const other of sources.naming(own)) {
      for (const path of other.paths.values()) {
        if (!path.isClass() || waiting.some(({ node }) => node === path.node)) continue;
        const above = path.get('superClass') as NodePath;
        const definition = above.node && isPlainName(above) ? definitionOf(sources, above) : undefined;
        if (definition?.kind === 'class' && definition.path.node === one.node) waiting.push(path);
      }
    }
  }
  return [...names];
}

/** What a server hands to its handlers, and code to its callbacks: nobody is seen to hand it in. */
const OF_THE_SERVER =
  /^_?(?:req|request|res|resp|response|reply|next|cb|callback|done|resolve|reject|err|error|e)$/;

/** What a call calls, followed through what is handed in: `({ tokens }) => … tokens.verify(token)`. */
export function calledBy(
  sources: Sources,
  call: CallPath,
  callee: Definition = definitionOf(sources, call.get('callee') as NodePath),
): Definition {
  if (callee.kind !== 'parameter') return callee;
  const given = callee.function.node.params[callee.index];
  if (t.isIdentifier(given) && OF_THE_SERVER.test(given.name)) return callee;
  // Components are handed theirs by tags.
  if (/\.[jt]sx$/.test(sources.fileOf(call).path)) return callee;
  return handedIn(sources, callee, 0) ?? callee;
}

/**
 * What is handed in for a parameter, where all who call its function, tests left aside, hand in one and the same
 * thing; undefined where they do not, or nobody is seen.
 */
export function handedIn(
  sources: Sources,
  parameter: Definition & { readonly kind: 'parameter' },
  depth: number,
): Definition | undefined {
  const { function: owner, index, trail } = parameter;
  if (owner.listKey === 'arguments') return undefined;
  const calls = callersOf(sources, owner).filter((call) => !sources.fileOf(call).test);
  if (calls.length > MOST) return undefined;
  const otherwise = defaultOf(owner.get('params')[index]);
  if (!calls.length && !otherwise) return registered(sources, parameter, depth);
  const given = calls.length ? calls.map((call) => argumentOf(call, owner, index)) : [otherwise];
  const found = given.map((one) => {
    if (!one) return undefined;
    let definition = definitionOf(sources, one, depth + DEEPER);
    for (const name of trail) definition = memberOf(sources, definition, name, depth + DEEPER);
    return definition;
  });
  const [first] = found;
  return first && found.every((one) => one && isSame(first, one)) ? first : undefined;
}

/** What a container hands in by the name of a parameter, or of a property of the one that there is. */
function registered(
  sources: Sources,
  { function: owner, index, trail }: Definition & { readonly kind: 'parameter' },
  depth: number,
): Definition | undefined {
  const [name, rest] = registeredName(owner, index, trail);
  let definition = name === undefined ? undefined : resolvedFrom(sources, name, depth);
  for (const one of rest) definition = definition && memberOf(sources, definition, one, depth + DEEPER);
  return definition && isSame(definition, definition) ? definition : undefined;
}

/** What `container.resolve('tokens')` is. */
export function resolvedFrom(sources: Sources, name: string, depth: number): Definition | undefined {
  const found = registeredAs(sources, name);
  const definition = found && definitionOf(sources, found.path, depth + DEEPER);
  if (!definition || found.how === 'value') return definition;
  if (found.how === 'class')
    return definition.kind === 'class' ? { kind: 'instance', of: definition.path } : undefined;
  const [returned, ...more] = definition.kind === 'function' ? returnsOf(definition.path) : [];
  return returned && !more.length ? definitionOf(sources, returned, depth + DEEPER) : undefined;
}

/** `tokens` of `constructor({ tokens })`, `constructor(cradle)` with `cradle.tokens`, `constructor(tokens)`. */
export function registeredName(
  owner: NodePath<t.Function>,
  index: number,
  trail: readonly string[],
): readonly [name: string | undefined, rest: readonly string[]] {
  const parameter = owner.node.params[index];
  const [first, ...rest] = trail;
  if (t.isObjectPattern(parameter)) return [first, rest];
  const own = t.isTSParameterProperty(parameter) ? parameter.parameter : parameter;
  const alone = owner.node.params.length === 1 && first !== undefined;
  return alone ? [first, rest] : [t.isIdentifier(own) ? own.name : undefined, trail];
}

function isSame(one: Definition, other: Definition): boolean {
  if (one.kind === 'instance') return other.kind === 'instance' && other.of.node === one.of.node;
  if (one.kind === 'package')
    return (
      other.kind === 'package' &&
      one.module === other.module &&
      one.promisified === other.promisified &&
      one.name.join('.') === other.name.join('.')
    );
  if (one.kind === 'module') return other.kind === 'module' && other.file === one.file;
  const followed = one.kind === 'function' || one.kind === 'object' || one.kind === 'class';
  return followed && other.kind === one.kind && other.path.node === one.path.node;
}
