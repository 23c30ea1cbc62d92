import { posix } from 'node:path';
import type { Binding, NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { type CallPath, callersOf, escapes, namesOf } from '../../project/callers.js';
import { definitionOf, exportOf } from '../../project/definitions.js';
import { pathsOf, type SourceFile } from '../../project/source.js';
import type { Sources } from '../../project/sources.js';
import { isInTemplate } from '../../project/templates.js';
import type { Edit } from '../edits.js';
import { withoutItem } from '../lists.js';
import { withoutDeclaration, withoutStatement } from '../statements.js';

/** A function of which every call is known, so that it can go with them. */
export interface KnownFunction {
  readonly path: NodePath<t.Function>;
  readonly calls: readonly CallPath[];
  /** The edits that take the function itself out, and whatever hands it on. */
  readonly removal: readonly Edit[];
}

/** Looks a function up by all its uses; undefined where there may be some that nobody sees from here. */
export function knownFunction(sources: Sources, path: NodePath<t.Function>): KnownFunction | undefined {
  const calls = callsIn(sources, path, false);
  const removal = calls && removalOf(sources, path);
  return calls && removal && { path, calls, removal };
}

/** Every call of a function that stays; undefined where there may be some that nobody sees from here. */
export function knownCalls(sources: Sources, path: NodePath<t.Function>): readonly CallPath[] | undefined {
  return callsIn(sources, path, true);
}

/** @param stays whether other modules may go on handing the function out */
function callsIn(
  sources: Sources,
  path: NodePath<t.Function>,
  stays: boolean,
): readonly CallPath[] | undefined {
  const calls = callersOf(sources, path);
  const names = namesOf(sources, path);
  if (!names.length || escapes(sources, path) || isNamedOutside(sources, names)) return undefined;
  if (calls.some(isInTemplate)) return undefined;
  return areAll(sources, path, names, calls, stays) ? calls : undefined;
}

/** Whether a page's markup or a test speaks of it: neither is followed, nor changed. */
function isNamedOutside(sources: Sources, names: readonly string[]): boolean {
  const word = new RegExp(
    `(?<![\\w$])(?:${names.map((name) => name.replaceAll('$', '\\$')).join('|')})(?![\\w$])`,
  );
  return (
    sources.naming(...names).some(({ test, text }) => test && word.test(text)) ||
    sources.listed.some(
      ({ path, text }) =>
        /\.(?:vue|svelte|html)$/.test(path) && word.test(text.replace(/<script\b[\s\S]*?<\/script>/g, '')),
    )
  );
}

/** Whether every mention of a function is a call that is known, or is where it is made, handed out and taken in. */
function areAll(
  sources: Sources,
  path: NodePath<t.Function>,
  names: readonly string[],
  calls: readonly CallPath[],
  stays: boolean,
): boolean {
  const callees = new Set<t.Node>(calls.flatMap(({ node: { callee } }) => [callee, lastOf(callee)]));
  const own = new Set(names);
  if (!isCalledOnly(sources, path, callees)) return false;
  return sources.naming(...names).every((file) => {
    for (const at of file.paths.values()) {
      if (!at.isIdentifier() || !own.has(at.node.name) || callees.has(at.node)) continue;
      if (isHandedOn(sources, path, at, stays)) continue;
      return false;
    }
    return true;
  });
}

function lastOf(callee: t.Node): t.Node {
  return t.isMemberExpression(callee) || t.isOptionalMemberExpression(callee) ? callee.property : callee;
}

/** Where it is declared, exported, imported and put into a table; or the name is that of something else. */
function isHandedOn(
  sources: Sources,
  path: NodePath<t.Function>,
  at: NodePath<t.Identifier>,
  stays: boolean,
): boolean {
  const { parentPath: parent } = at;
  if (!parent) return false;
  if (parent === path || parent.node === path.parent) return true;
  if (parent.isImportSpecifier() || parent.isImportDefaultSpecifier() || parent.isExportSpecifier())
    return true;
  // `const { verify } = require('./tokens')` and `module.exports = { verify }`, in a file that hands out what it takes in.
  if (stays && parent.isObjectProperty()) {
    const { parentPath: holder } = parent;
    if (holder.isObjectPattern()) return isIt(sources, parent.get('value') as NodePath, path);
    if (isTopTable(holder)) return isIt(sources, parent.get('value') as NodePath, path);
  }
  const home = sources.fileOf(at) === sources.fileOf(path);
  if (parent.isObjectProperty() && parent.parentPath.isObjectExpression() && at.key === 'key')
    return home && isIt(sources, parent.get('value') as NodePath, path);
  const declares = parent.isVariableDeclarator() || parent.isFunction() || parent.isClass();
  if (!declares && !at.isReferencedIdentifier()) return false;
  if (!isIt(sources, at, path)) return isNamedAnew(sources, at);
  return home && (parent.isObjectProperty() || parent.isExportDefaultDeclaration());
}

function isIt(sources: Sources, at: NodePath, { node }: NodePath<t.Function>): boolean {
  const defined = definitionOf(sources, at);
  return defined.kind === 'function' && defined.path.node === node;
}

/** A name of its own that a function or a block gives to something else. */
function isNamedAnew(sources: Sources, at: NodePath<t.Identifier>): boolean {
  const binding = at.scope.getBinding(at.node.name);
  return Boolean(binding && (binding.kind !== 'module' || definitionOf(sources, at).kind === 'function'));
}

/** Whoever imports a default export gives it a name of his own. */
function isCalledOnly(sources: Sources, path: NodePath<t.Function>, callees: ReadonlySet<t.Node>): boolean {
  const own = sources.fileOf(path);
  const exported = exportOf(sources, own, 'default');
  if (exported?.kind !== 'function' || exported.path.node !== path.node) return true;
  const word = posix.basename(own.path).replace(/\.[^.]+$/, '');
  return sources.mentioning(word === 'index' ? posix.basename(posix.dirname(own.path)) : word).every((file) =>
    [...pathsOf(file, 'ImportDefaultSpecifier')].every(({ node, parent, scope }) => {
      if (!t.isImportDefaultSpecifier(node) || !t.isImportDeclaration(parent)) return true;
      if (sources.resolve(file, parent.source.value) !== own) return true;
      return scope.getBinding(node.local.name)?.referencePaths.every((one) => callees.has(one.node)) === true;
    }),
  );
}

function removalOf(sources: Sources, path: NodePath<t.Function>): Edit[] | undefined {
  const file = sources.fileOf(path);
  const { parentPath: parent } = path;
  if (path.isFunctionDeclaration()) {
    if (parent?.isExportDefaultDeclaration())
      return path.node.id
        ? named(file, path.scope.parent.getBinding(path.node.id.name), parent)
        : [gone(file, parent)];
    const statement = parent?.isExportNamedDeclaration() ? parent : path;
    const { id } = path.node;
    return id ? named(file, path.parentPath?.scope.getBinding(id.name), statement) : undefined;
  }
  if (parent?.isExportDefaultDeclaration()) return [gone(file, parent)];
  if (path.isObjectMethod() || parent?.isObjectProperty()) {
    const property = path.isObjectMethod() ? path : parent;
    const holder = property?.parent;
    return property && t.isObjectExpression(holder)
      ? withoutItem(file, holder.properties, property.node)
      : undefined;
  }
  if (path.isClassMethod() || parent?.isClassProperty()) {
    const member = path.isClassMethod() ? path : parent;
    const owner = path.findParent((above) => above.isClass());
    const { node } = member ?? {};
    const own = (t.isClassMethod(node) || t.isClassProperty(node)) && node.accessibility === 'private';
    const promised = !own && owner?.isClass() && (owner.node.superClass || owner.node.implements?.length);
    return member && !promised ? [gone(file, member)] : undefined;
  }
  if (!parent?.isVariableDeclarator() || !t.isIdentifier(parent.node.id)) return undefined;
  const declaration = parent.parentPath;
  if (!declaration?.isVariableDeclaration() || declaration.node.declarations.length !== 1) return undefined;
  const statement = declaration.parentPath?.isExportNamedDeclaration() ? declaration.parentPath : declaration;
  return named(file, parent.scope.getBinding(parent.node.id.name), statement);
}

/** A declaration goes with the tables and the exports that its name stands in. */
function named(file: SourceFile, binding: Binding | undefined, statement: NodePath): Edit[] | undefined {
  if (!binding?.constant) return undefined;
  const edits: Edit[] = [gone(file, statement)];
  for (const reference of binding.referencePaths) {
    const { parentPath: parent } = reference;
    if (reference.key === 'callee' || reference.node === statement.node) continue;
    const holder = parent?.parent;
    if (parent?.isObjectProperty() && t.isObjectExpression(holder) && isTopTable(parent.parentPath))
      edits.push(...withoutItem(file, holder.properties, parent.node));
    else if (parent?.isExportSpecifier() && t.isExportNamedDeclaration(holder) && parent.parentPath)
      edits.push(
        ...(holder.specifiers.length > 1
          ? withoutItem(file, holder.specifiers, parent.node)
          : [gone(file, parent.parentPath)]),
      );
    else if (parent?.isExportDefaultDeclaration()) edits.push(gone(file, parent));
    else return undefined;
  }
  return edits;
}

/** Members of a table that a module hands out are followed; one that is made on the way may go anywhere. */
function isTopTable(table: NodePath | null): boolean {
  const { parentPath: holder } = table ?? {};
  if (holder?.isExportDefaultDeclaration()) return true;
  if (holder?.isAssignmentExpression()) return holder.parentPath.parentPath?.isProgram() === true;
  return holder?.isVariableDeclarator() === true && holder.scope.path.isProgram();
}

function gone(file: SourceFile, path: NodePath): Edit {
  return path.isExpressionStatement() ? withoutStatement(file, path) : withoutDeclaration(file, path);
}
