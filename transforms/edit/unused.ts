import type { Binding, NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { endOf, type SourceFile, startOf } from '../project/source.js';
import type { Edit } from './edits.js';

/** What becomes unused through a file's edits. */
export interface Unused {
  /** Edits that take single names out of statements that stay. */
  readonly edits: readonly Edit[];
  /** Statements of which nothing is left. */
  readonly statements: readonly NodePath[];
}

/**
 * Finds the imports and constants that nothing uses any more once a file's edits are made. Only what was used
 * before is dropped, and only where dropping it changes nothing else.
 */
export function unusedAfter(file: SourceFile, edits: readonly Edit[]): Unused {
  const removed: Edit[] = edits.filter((edit) => edit.end > edit.start);
  const gone = new Set<Binding>();
  for (let grew = true; grew; ) {
    grew = false;
    for (const binding of droppable(file)) {
      if (gone.has(binding) || !isUnused(file, binding, removed, gone)) continue;
      gone.add(binding);
      grew = true;
    }
  }
  return removal(file, gone);
}

/** The range of a statement with its line, so that no empty line is left behind. */
export function wholeLines(file: SourceFile, start: number, end: number): { start: number; end: number } {
  const { text } = file;
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const rest = /^[ \t]*(?:\r?\n|$)/.exec(text.slice(end));
  if (!rest || text.slice(lineStart, start).trim()) return { start, end };
  return { start: lineStart, end: end + rest[0].length };
}

function* droppable(file: SourceFile): Generator<Binding> {
  for (const binding of Object.values(file.program.scope.bindings)) {
    if (!binding.referencePaths.length || !binding.constant) continue;
    if (binding.kind === 'module') yield binding;
    else if (
      binding.path.isVariableDeclarator() &&
      isPure(binding.path.node.init) &&
      !isExported(binding.path)
    ) {
      yield binding;
    }
  }
}

function isExported(declarator: NodePath): boolean {
  return declarator.parentPath?.parentPath?.isExportNamedDeclaration() === true;
}

/** Reading it has no effect: names, properties, literals, `require` of a package or a file. */
function isPure(node: t.Node | null | undefined): boolean {
  if (!node) return false;
  if (t.isIdentifier(node) || t.isLiteral(node))
    return !t.isTemplateLiteral(node) || node.expressions.every(isPure);
  if (t.isMemberExpression(node)) return isPure(node.object) && (!node.computed || isPure(node.property));
  if (t.isLogicalExpression(node)) return isPure(node.left) && isPure(node.right);
  if (t.isTSAsExpression(node) || t.isTSNonNullExpression(node)) return isPure(node.expression);
  if (!t.isCallExpression(node)) return false;
  const [first] = node.arguments;
  if (t.isIdentifier(node.callee, { name: 'require' })) return t.isStringLiteral(first);
  // `promisify(jwt.verify)`, `config.get('secret')`
  const named = t.isMemberExpression(node.callee) ? node.callee.property : node.callee;
  return t.isIdentifier(named) && /^(?:promisify|get)$/.test(named.name) && node.arguments.every(isPure);
}

function isUnused(
  file: SourceFile,
  binding: Binding,
  removed: readonly Edit[],
  gone: ReadonlySet<Binding>,
): boolean {
  const { name } = binding.identifier;
  const word = new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`);
  const inGone = (node: t.Node) =>
    [...gone].some(({ path }) => startOf(path.node) <= startOf(node) && endOf(node) <= endOf(path.node));
  const isRemoved = (node: t.Node) =>
    inGone(node) ||
    removed.some((edit) => edit.start <= startOf(node) && endOf(node) <= edit.end && !word.test(edit.text));
  if (!binding.referencePaths.every((path) => isRemoved(path.node))) return false;
  if (/\.(?:vue|svelte)$/.test(file.path) && word.test(outsideScripts(file.text))) return false;
  return !isNamedInTypes(file, name);
}

function outsideScripts(text: string): string {
  return text.replace(/<script\b[\s\S]*?<\/script>/g, '');
}

/** Babel does not count every mention of a name in a type as a reference. */
function isNamedInTypes(file: SourceFile, name: string): boolean {
  for (const path of file.paths.values()) {
    if (!path.isIdentifier({ name })) continue;
    const { parent } = path;
    if (t.isTSTypeReference(parent) || t.isTSQualifiedName(parent) || t.isTSTypeQuery(parent)) return true;
    if (t.isTSExpressionWithTypeArguments(parent)) return true;
  }
  return false;
}

function removal(file: SourceFile, gone: ReadonlySet<Binding>): Unused {
  const edits: Edit[] = [];
  const statements: NodePath[] = [];
  const byStatement = new Map<NodePath, Binding[]>();
  for (const binding of gone) {
    const statement = binding.path.isVariableDeclarator() ? binding.path.parentPath : binding.path.parentPath;
    if (statement) byStatement.set(statement, [...(byStatement.get(statement) ?? []), binding]);
  }
  for (const [statement, bindings] of byStatement) {
    const names = new Set(bindings.map((binding) => binding.identifier.name));
    if (Object.keys(statement.getBindingIdentifiers()).every((name) => names.has(name))) {
      statements.push(statement);
      continue;
    }
    const items = bindings
      .map((binding) => listItem(statement, binding))
      .filter((item) => item !== undefined);
    for (const list of new Set(items.map((item) => item.list))) {
      const nodes = new Set(items.filter((item) => item.list === list).map((item) => item.node));
      edits.push(...withoutItems(file, list, nodes));
    }
  }
  return { edits, statements };
}

/** The list that holds one of several names, and the element that is the name's. */
function listItem(statement: NodePath, binding: Binding): { list: t.Node[]; node: t.Node } | undefined {
  if (statement.isImportDeclaration()) {
    const named = statement.node.specifiers.filter((specifier) => t.isImportSpecifier(specifier));
    const node = named.find((specifier) => specifier.local === binding.identifier);
    return node && named.length > 1 ? { list: named, node } : undefined;
  }
  if (!statement.isVariableDeclaration()) return undefined;
  const { declarations } = statement.node;
  for (const declaration of declarations) {
    if (declaration.id === binding.identifier) return { list: declarations, node: declaration };
    if (
      !t.isObjectPattern(declaration.id) ||
      declaration.id.properties.some((property) => t.isRestElement(property))
    )
      continue;
    const node = declaration.id.properties.find(
      (property) => t.isObjectProperty(property) && property.value === binding.identifier,
    );
    if (node) return { list: declaration.id.properties, node };
  }
  return undefined;
}

/** Takes neighbours out of a list together with one comma for each. */
function withoutItems(file: SourceFile, list: readonly t.Node[], nodes: ReadonlySet<t.Node>): Edit[] {
  const edits: Edit[] = [];
  for (let first = 0; first < list.length; first++) {
    const start = list[first];
    if (!start || !nodes.has(start)) continue;
    let last = first;
    for (let next = list[last + 1]; next && nodes.has(next); next = list[last + 1]) last++;
    const [before, end, after] = [list[first - 1], list[last], list[last + 1]];
    if (!end) continue;
    edits.push(
      after
        ? { file: file.path, start: startOf(start), end: startOf(after), text: '' }
        : { file: file.path, start: before ? endOf(before) : startOf(start), end: endOf(end), text: '' },
    );
    first = last;
  }
  return edits;
}
