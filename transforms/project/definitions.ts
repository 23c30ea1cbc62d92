import type { Binding, NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { besideInObject, memberOfClass, ofThis } from './class-definitions.js';
import { enumValue, singleOf } from './class-members.js';
import { injectedBy, onComponents } from './components.js';
import { exportsOf, moduleName } from './exports.js';
import { yieldOfHook } from './hooks.js';
import { resolvedFrom } from './injected.js';
import { madeBy } from './made-by.js';
import type { SourceFile } from './source.js';
import type { Sources } from './sources.js';
import { unwrapped } from './unwrapped.js';
import { methodNamed } from './vue-components.js';

/** What an expression stands for, followed through names, imports and properties as far as that is certain. */
export type Definition =
  | { readonly kind: 'function'; readonly path: NodePath<t.Function> }
  | { readonly kind: 'class'; readonly path: NodePath<t.Class> }
  | { readonly kind: 'object'; readonly path: NodePath<t.ObjectExpression> }
  | { readonly kind: 'instance'; readonly of: NodePath<t.Class> }
  | { readonly kind: 'module'; readonly file: SourceFile }
  | {
      readonly kind: 'package';
      readonly module: string;
      readonly name: readonly string[];
      readonly promisified: boolean;
    }
  | { readonly kind: 'global'; readonly name: readonly string[] }
  | {
      readonly kind: 'parameter';
      readonly function: NodePath<t.Function>;
      readonly index: number;
      /** Property names from the parameter down to the value. */
      readonly trail: readonly string[];
    }
  | { readonly kind: 'value'; readonly path: NodePath }
  | { readonly kind: 'member'; readonly of: Definition; readonly name: string };

const DEEPEST = 24;
const VUE = /^(?:vue|@vue\/composition-api|#imports)$/;
const INJECTING = /^(?:get|resolve|inject|getInstance)$/;

/** Says what an expression (or a declaration) stands for. */
export function definitionOf(sources: Sources, path: NodePath, depth = 0): Definition {
  if (depth > DEEPEST) return { kind: 'value', path };
  const next = (other: NodePath) => definitionOf(sources, other, depth + 1);
  const bare = unwrapped(path);
  if (bare !== path) return next(bare);
  if (path.isFunction()) return { kind: 'function', path };
  if (path.isClass()) return { kind: 'class', path };
  if (path.isObjectExpression()) return { kind: 'object', path };
  if (path.isIdentifier()) return ofName(sources, path, depth);
  if (path.isVariableDeclarator()) {
    const init = path.get('init');
    return init.node ? next(init as NodePath<t.Expression>) : { kind: 'value', path };
  }
  if (path.isThisExpression()) return ofThis(path);
  if (path.isMemberExpression() || path.isOptionalMemberExpression()) {
    const name = propertyName(path.node);
    if (name === undefined) return { kind: 'value', path };
    const object = path.get('object') as NodePath;
    const beside = object.isThisExpression() ? besideInObject(path, name) : undefined;
    if (beside) return { kind: 'function', path: beside };
    const member = memberOf(sources, next(object), name, depth + 1);
    const given =
      member.kind === 'member' || member.kind === 'package' ? onComponents(sources, path) : undefined;
    if (given) return next(given);
    return member.kind === 'member' ? (methodNamed(sources, path) ?? member) : member;
  }
  if (path.isNewExpression()) {
    const made = next(path.get('callee') as NodePath);
    return made.kind === 'class' ? { kind: 'instance', of: made.path } : { kind: 'value', path };
  }
  if (path.isCallExpression()) return ofCall(sources, path, depth);
  return { kind: 'value', path };
}

/** The name a member access uses, when it is fixed: `a.b`, `a['b']`. */
export function propertyName(node: t.Node): string | undefined {
  if (!t.isMemberExpression(node) && !t.isOptionalMemberExpression(node)) return undefined;
  if (!node.computed && t.isIdentifier(node.property)) return node.property.name;
  if (t.isPrivateName(node.property)) return `#${node.property.id.name}`;
  if (t.isStringLiteral(node.property)) return node.property.value;
  if (t.isNumericLiteral(node.property)) return String(node.property.value);
  return undefined;
}

/** The last name of `db.token`, `token`. */
export function lastNameOf(path: NodePath): string | undefined {
  return path.isIdentifier() ? path.node.name : propertyName(path.node);
}

/** The name of an object property or pattern property, when it is fixed. */
export function keyName(node: t.Node): string | undefined {
  if (
    t.isObjectProperty(node) ||
    t.isObjectMethod(node) ||
    t.isClassMethod(node) ||
    t.isClassProperty(node)
  ) {
    if (!node.computed && t.isIdentifier(node.key)) return node.key.name;
    if (t.isStringLiteral(node.key)) return node.key.value;
  }
  if (t.isClassPrivateProperty(node) || t.isClassPrivateMethod(node)) return `#${node.key.id.name}`;
  return undefined;
}

/** What property `name` of a definition is. */
export function memberOf(sources: Sources, owner: Definition, name: string, depth = 0): Definition {
  const unknown: Definition = { kind: 'member', of: owner, name };
  if (depth > DEEPEST) return unknown;
  // `req.container.cradle.tokens` of awilix.
  const held =
    owner.kind === 'member' ? owner.name : owner.kind === 'parameter' ? owner.trail.at(-1) : undefined;
  const resolved = held === 'cradle' ? resolvedFrom(sources, name, depth + 1) : undefined;
  if (resolved) return resolved;
  switch (owner.kind) {
    case 'module':
      return exportOf(sources, owner.file, name, depth + 1) ?? unknown;
    case 'package':
      return { ...owner, name: [...owner.name, name] };
    case 'global':
      return { kind: 'global', name: [...owner.name, name] };
    case 'parameter':
      return { ...owner, trail: [...owner.trail, name] };
    case 'object':
      return ofObject(sources, owner.path, name, depth) ?? unknown;
    case 'class':
      return memberOfClass(sources, owner.path, name, true, depth) ?? unknown;
    case 'instance':
      return memberOfClass(sources, owner.of, name, false, depth) ?? unknown;
    case 'value':
      return enumValue(owner.path, name) ?? unknown;
    default:
      return unknown;
  }
}

/** What a file exports under a name. */
export function exportOf(
  sources: Sources,
  file: SourceFile,
  name: string,
  depth = 0,
): Definition | undefined {
  if (depth > DEEPEST) return undefined;
  const { names, passedOn, stars, whole } = exportsOf(file);
  const own = names.get(name);
  if (own) return definitionOf(sources, own, depth + 1);
  const passed = passedOn.get(name);
  if (passed) return ofImport(sources, file, passed.specifier, passed.name, depth);
  if (whole) {
    const exported = definitionOf(sources, whole, depth + 1);
    return name === 'default' ? exported : memberOf(sources, exported, name, depth + 1);
  }
  for (const star of stars) {
    const from = sources.resolve(file, star);
    const found = from && exportOf(sources, from, name, depth + 1);
    if (found) return found;
  }
  // A CommonJS file imported by default is its exports as a whole.
  if (name === 'default' && file.system === 'commonjs') return { kind: 'module', file };
  return undefined;
}

/** What `import { name } from specifier` binds; `*` is the whole module. */
function ofImport(
  sources: Sources,
  from: SourceFile,
  specifier: string,
  name: string,
  depth: number,
): Definition {
  const file = sources.resolve(from, specifier);
  if (!file) {
    const plain = name === '*' || name === 'default' ? [] : [name];
    return { kind: 'package', module: specifier.replace(/^node:/, ''), name: plain, promisified: false };
  }
  if (name === '*') {
    const { whole } = exportsOf(file);
    return whole ? definitionOf(sources, whole, depth + 1) : { kind: 'module', file };
  }
  return exportOf(sources, file, name, depth + 1) ?? { kind: 'member', of: { kind: 'module', file }, name };
}

function ofName(sources: Sources, path: NodePath<t.Identifier>, depth: number): Definition {
  const binding = path.scope.getBinding(path.node.name);
  if (!binding) return methodNamed(sources, path) ?? { kind: 'global', name: [path.node.name] };
  return ofBinding(sources, binding, depth);
}

/** What a binding stands for; a variable that is assigned more than once stands for no one thing. */
export function ofBinding(sources: Sources, binding: Binding, depth = 0): Definition {
  const at = binding.path;
  if (binding.kind === 'module') {
    const declaration = at.parentPath;
    if (!declaration?.isImportDeclaration()) return { kind: 'value', path: at };
    const name = at.isImportSpecifier()
      ? moduleName(at.node.imported)
      : at.isImportDefaultSpecifier()
        ? 'default'
        : '*';
    return ofImport(sources, sources.fileOf(at), declaration.node.source.value, name, depth);
  }
  if (at.isTSImportEqualsDeclaration()) {
    const reference = at.node.moduleReference;
    if (t.isTSExternalModuleReference(reference)) {
      return ofImport(sources, sources.fileOf(at), reference.expression.value, '*', depth);
    }
  }
  if (binding.kind === 'param') return ofParameter(binding) ?? { kind: 'value', path: at };
  if (at.isFunction() || at.isClass()) return definitionOf(sources, at, depth + 1);
  if (!binding.constant) return { kind: 'value', path: at };
  if (!at.isVariableDeclarator()) return { kind: 'value', path: at };
  const init = at.get('init');
  if (!init.node) return { kind: 'value', path: at };
  const trail = patternTrail(at.node.id, binding.identifier);
  if (!trail) return { kind: 'value', path: at };
  let definition = definitionOf(sources, init as NodePath, depth + 1);
  for (const name of trail) definition = memberOf(sources, definition, name, depth + 1);
  return definition;
}

/** Which parameter, and which property of it, a binding of kind `param` names. */
function ofParameter(binding: Binding): Definition | undefined {
  const owner = binding.scope.path;
  if (!owner.isFunction()) return undefined;
  for (const [index, parameter] of owner.node.params.entries()) {
    const trail = patternTrail(parameter, binding.identifier);
    if (trail) return { kind: 'parameter', function: owner, index, trail };
  }
  return undefined;
}

/** Property names from a pattern down to a name in it; undefined where the name is not there or is a rest. */
export function patternTrail(pattern: t.Node, name: t.Identifier): string[] | undefined {
  if (pattern === name) return [];
  if (t.isAssignmentPattern(pattern)) return patternTrail(pattern.left, name);
  if (t.isTSParameterProperty(pattern)) return patternTrail(pattern.parameter, name);
  if (t.isObjectPattern(pattern)) {
    for (const property of pattern.properties) {
      const key = keyName(property);
      if (!t.isObjectProperty(property) || key === undefined) continue;
      const trail = patternTrail(property.value, name);
      if (trail) return [key, ...trail];
    }
  }
  if (t.isArrayPattern(pattern)) {
    for (const [index, element] of pattern.elements.entries()) {
      const trail = element ? patternTrail(element, name) : undefined;
      if (trail) return [String(index), ...trail];
    }
  }
  return undefined;
}

function ofCall(sources: Sources, path: NodePath<t.CallExpression>, depth: number): Definition {
  const callee = path.get('callee');
  const [first] = path.get('arguments');
  if ((callee.isIdentifier({ name: 'require' }) || callee.isImport()) && first?.isStringLiteral()) {
    return ofImport(sources, sources.fileOf(path), first.node.value, '*', depth);
  }
  const called = definitionOf(sources, callee as NodePath, depth + 1);
  if (called.kind === 'global' && /^Object\.(?:freeze|seal)$/.test(called.name.join('.')) && first)
    return definitionOf(sources, first, depth + 1);
  if (called.kind === 'package' && first) {
    const name = called.name.at(-1) ?? called.module;
    if (name === 'promisify' || called.module === 'util.promisify') {
      const wrapped = definitionOf(sources, first, depth + 1);
      if (wrapped.kind === 'package') return { ...wrapped, promisified: true };
    }
    // `inject('axios')` of Vue
    const provided = name === 'inject' && VUE.test(called.module) ? injectedBy(sources, first) : undefined;
    if (provided) return definitionOf(sources, provided, depth + 1);
    // `Container.get(UserService)`: who injects makes what it is asked for.
    const asked = INJECTING.test(name) ? definitionOf(sources, first, depth + 1) : undefined;
    if (asked?.kind === 'class') return { kind: 'instance', of: asked.path };
  }
  const named =
    propertyName(callee.node) === 'resolve' && first?.isStringLiteral() ? first.node.value : undefined;
  const resolved = named === undefined ? undefined : resolvedFrom(sources, named, depth);
  if (resolved) return resolved;
  const single = called.kind === 'function' ? singleOf(called.path) : undefined;
  if (single) return { kind: 'instance', of: single };
  const yielded = yieldOfHook(sources, path, called);
  if (yielded) return definitionOf(sources, yielded, depth + 1);
  const made = called.kind === 'function' ? madeBy(sources, called.path, depth) : undefined;
  if (made) return made;
  if (callee.isMemberExpression() && propertyName(callee.node) === 'bind') {
    return definitionOf(sources, callee.get('object'), depth + 1);
  }
  return { kind: 'value', path };
}

function ofObject(
  sources: Sources,
  path: NodePath<t.ObjectExpression>,
  name: string,
  depth: number,
): Definition | undefined {
  const properties = path.get('properties');
  for (const property of properties.toReversed()) {
    if (keyName(property.node) === name) {
      if (property.isObjectMethod()) return { kind: 'function', path: property };
      if (property.isObjectProperty())
        return definitionOf(sources, property.get('value') as NodePath, depth + 1);
    }
    if (property.isSpreadElement()) {
      const spread = memberOf(
        sources,
        definitionOf(sources, property.get('argument'), depth + 1),
        name,
        depth + 1,
      );
      if (spread.kind !== 'member') return spread;
    }
  }
  return undefined;
}
