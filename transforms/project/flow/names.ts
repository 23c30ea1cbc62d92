import type { Binding, NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { definitionOf, keyName, propertyName } from '../definitions.js';
import { exportsOf } from '../exports.js';
import { readsOfMember } from '../holders.js';
import { isRequest } from '../request-places.js';
import { readsOffRequest } from '../request-properties.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import { unwrapped } from '../unwrapped.js';
import { componentOf } from '../vue-components.js';
import { readsInto } from './calls.js';
import { intoComponent } from './components.js';
import type { Passage, Through, Value } from './follow.js';
import { readsAfter } from './held.js';

/** Declarations, assignments and patterns: where a value gets a name, in this file or by import in another. */
export const throughName: Through = (sources, value): Passage | undefined => {
  const { path } = value;
  const parent = path.parentPath;
  if (parent?.isVariableDeclarator() && path.key === 'init') {
    return { values: intoPattern(sources, parent.get('id') as NodePath, value) };
  }
  if (parent?.isAssignmentExpression() && path.key === 'right') {
    const result: Value = { ...value, path: parent };
    const left = parent.get('left');
    const held = readsAfter(sources, path);
    if (held) return { values: [...readsInto(sources, held, value), { ...value, path: parent }] };
    if (left.isMemberExpression()) return intoMember(sources, left, value, result);
    return { values: [...intoPattern(sources, left as NodePath, value), result] };
  }
  if (parent?.isAssignmentPattern() && path.key === 'right') {
    return { values: intoPattern(sources, parent.get('left') as NodePath, value) };
  }
  // `private token = localStorage.getItem('token')` of a class
  const isMember = parent?.isClassProperty() || parent?.isClassPrivateProperty();
  const named = isMember && path.key === 'value' ? keyName(parent.node) : undefined;
  const owner = named === undefined ? undefined : parent?.findParent((above) => above.isClass());
  if (named !== undefined && owner?.isClass())
    return { values: readsOfMember(sources, owner, named).map((read) => ({ ...value, path: read })) };
  if (parent?.isExportDefaultDeclaration()) {
    return { values: importsOf(sources, sources.fileOf(path), 'default', value) };
  }
  return undefined;
};

/** The values that a pattern binds a value to. */
export function intoPattern(sources: Sources, pattern: NodePath, value: Value): Value[] {
  if (pattern.isIdentifier()) {
    const binding = pattern.scope.getBinding(pattern.node.name);
    return binding ? referencesOf(sources, binding, value) : [];
  }
  if (pattern.isAssignmentPattern()) return intoPattern(sources, pattern.get('left') as NodePath, value);
  if (pattern.isTSParameterProperty())
    return intoPattern(sources, pattern.get('parameter') as NodePath, value);
  const [head, ...rest] = value.trail;
  if (pattern.isObjectPattern() && head !== undefined) {
    const properties = pattern.get('properties');
    for (const property of properties) {
      if (property.isObjectProperty() && keyName(property.node) === head) {
        return intoPattern(sources, property.get('value') as NodePath, { ...value, trail: rest });
      }
    }
    const last = properties.at(-1);
    return last?.isRestElement() ? intoPattern(sources, last.get('argument') as NodePath, value) : [];
  }
  if (pattern.isArrayPattern() && head !== undefined) {
    return pattern.get('elements').flatMap((element, index) => {
      if (!element.node) return [];
      if (String(index) === head) return intoPattern(sources, element as NodePath, { ...value, trail: rest });
      // `const [scheme, token] = header.split(' ')`
      const scheme = index === 0 && head === '1' && !rest.length;
      return scheme ? intoPattern(sources, element as NodePath, { ...value, trail: [], part: 'scheme' }) : [];
    });
  }
  return [];
}

/** Every reference to a binding, those in importing files included. */
export function referencesOf(sources: Sources, binding: Binding, value: Value): Value[] {
  const here = binding.referencePaths.map((path) => ({ ...value, path }));
  if (binding.scope.path.isProgram()) {
    const file = sources.fileOf(binding.path);
    for (const [name, exported] of exportsOf(file).names) {
      if (namesBinding(exported, binding)) here.push(...importsOf(sources, file, name, value));
    }
  }
  return here;
}

function namesBinding(exported: NodePath, binding: Binding): boolean {
  return exported.isIdentifier()
    ? exported.scope.getBinding(exported.node.name) === binding
    : exported.node === binding.path.node;
}

/** The references to an exported name in all files that import it. */
function importsOf(sources: Sources, file: SourceFile, name: string, value: Value): Value[] {
  const values: Value[] = [];
  const word =
    name === 'default' ? file.path.replace(/\/index\.\w+$/, '').replace(/^.*\/|\.[^.]+$/g, '') : name;
  for (const other of sources.mentioning(word)) {
    if (other === file) continue;
    for (const statement of other.program.get('body')) {
      if (!statement.isImportDeclaration()) continue;
      if (sources.resolve(other, statement.node.source.value) !== file) continue;
      for (const specifier of statement.get('specifiers')) {
        const imported = specifier.isImportSpecifier()
          ? t.isIdentifier(specifier.node.imported)
            ? specifier.node.imported.name
            : specifier.node.imported.value
          : 'default';
        if (imported !== name) continue;
        const binding = other.program.scope.getBinding(specifier.node.local.name);
        for (const path of binding?.referencePaths ?? []) values.push({ ...value, path });
      }
    }
  }
  return values;
}

/** `holder.name = value`: followed where the holder is a local variable, told as stored elsewhere. */
function intoMember(
  sources: Sources,
  left: NodePath<t.MemberExpression>,
  value: Value,
  result: Value,
): Passage {
  const name = propertyName(left.node);
  const holder = left.get('object');
  const trail = name === undefined ? undefined : [name, ...value.trail];
  if (trail && holder.isIdentifier()) {
    const binding = holder.scope.getBinding(holder.node.name);
    const definition = definitionOf(sources, holder);
    const local = binding && (definition.kind === 'object' || definition.kind === 'value');
    if (local) return { values: [...referencesOf(sources, binding, { ...value, trail }), result] };
  }
  // `req.token = token`, for whoever comes after.
  if (name !== undefined && !value.trail.length && isRequest(sources, unwrapped(holder))) {
    const reads = readsOffRequest(sources, name).flatMap((path) =>
      path.isObjectProperty()
        ? intoPattern(sources, path.get('value') as NodePath, value)
        : [{ ...value, path }],
    );
    return { values: [...reads, result], uses: [{ ...value, kind: 'stored' }] };
  }
  const owner = trail && holder.isThisExpression() ? left.findParent((above) => above.isClass()) : undefined;
  if (name !== undefined && owner?.isClass()) {
    const reads = readsOfMember(sources, owner, name).map((path) => ({ ...value, path }));
    return { values: [...reads, result] };
  }
  const component = trail && holder.isThisExpression() ? componentOf(sources, left) : undefined;
  if (component && trail)
    return { values: [...intoComponent(sources, { ...value, trail }, component), result] };
  return { values: [result], uses: [{ ...value, kind: 'stored' }] };
}
