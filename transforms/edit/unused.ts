import type { Binding, NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { endOf, type SourceFile, startOf } from '../project/source.js';
import { isInTemplate } from '../project/templates.js';
import type { Edit } from './edits.js';
import { withoutBraces } from './import-braces.js';
import { withoutItems } from './lists.js';
import { isPure } from './purity.js';
import { namedInTypes, type TypeMentions } from './type-mentions.js';
import type { Range } from './whole-lines.js';

/** What becomes unused through a file's edits. */
export interface Unused {
  /** Edits that take single names out of statements that stay. */
  readonly edits: readonly Edit[];
  /** Statements of which nothing is left. */
  readonly statements: readonly NodePath[];
}

/**
 * Finds the imports, constants and variables that nothing uses any more once a file's edits are made. Only what
 * was used before is dropped, and only where dropping it changes nothing else.
 */
export function unusedAfter(file: SourceFile, edits: readonly Edit[]): Unused {
  const kept = new Set(edits.flatMap(({ keeps }) => keeps ?? []));
  const gone = new Set<Binding>();
  const inTypes = namedInTypes(file);
  const candidates = [...droppable(file, edits, inTypes)].filter(
    (binding) =>
      !isInserted(binding, edits) && !isRenamed(binding, edits) && !kept.has(binding.identifier.name),
  );
  for (let grew = true; grew; ) {
    grew = false;
    for (const binding of candidates) {
      if (gone.has(binding) || !isUnused(file, binding, edits, gone, inTypes)) continue;
      gone.add(binding);
      grew = true;
    }
  }
  return removal(file, gone, edits);
}

function* droppable(file: SourceFile, replaced: readonly Edit[], inTypes: TypeMentions): Generator<Binding> {
  for (const path of file.paths.values()) {
    if (!path.isScope()) continue;
    const bindings: Binding[] = Object.values(path.scope.bindings);
    for (const binding of bindings) {
      if (binding.scope !== path.scope) continue;
      if (!binding.referencePaths.length && !inTypes.has(binding.identifier.name)) continue;
      if (binding.path.parentPath?.isImportDeclaration()) yield binding;
      else if (binding.path.isTSImportEqualsDeclaration({ isExport: false })) yield binding;
      else if (isOwnFunction(binding)) yield binding;
      // What a template gives a name is declared by nothing that could go.
      else if (binding.path.isVariableDeclarator() && !isExported(binding.path) && !isInTemplate(path))
        if (isQuiet(binding, replaced)) yield binding;
    }
  }
}

/** Whether another name is put where a variable is declared. */
function isRenamed({ identifier }: Binding, replaced: readonly Edit[]): boolean {
  return replaced.some(({ start, end, text }) => start === startOf(identifier) && end > start && text !== '');
}

function isOwnFunction({ path }: Binding): boolean {
  return path.isFunctionDeclaration() && !path.parentPath.isExportDeclaration();
}

/** Whether making and filling a variable has no effect but to fill it. */
function isQuiet(binding: Binding, replaced: readonly Edit[]): boolean {
  const { path, constantViolations } = binding;
  if (!path.isVariableDeclarator()) return false;
  const filled = constantViolations.every(
    (fill) =>
      isTakenOut(fill.node, replaced, wordOf(binding.identifier.name)) ||
      (fill.isAssignmentExpression({ operator: '=' }) &&
        t.isIdentifier(fill.node.left) &&
        fill.parentPath.isExpressionStatement() &&
        isPure(fill.node.right, replaced)),
  );
  if (constantViolations.length) return filled && (!path.node.init || isPure(path.node.init, replaced));
  return isPure(path.node.init, replaced) || isStrippable(path);
}

/** Whether nothing is put in a node's place, or nothing that speaks of a name. */
function isTakenOut(node: t.Node, replaced: readonly Edit[], word?: RegExp): boolean {
  return replaced.some(
    ({ start, end, text }) =>
      start <= startOf(node) &&
      endOf(node) <= end &&
      (!text || (word && start < end && !word.test(withoutStrings(text)))),
  );
}

/** What makes the value has to stay, but as a statement of its own it needs no name: `const token = start();`. */
function isStrippable(declarator: NodePath<t.VariableDeclarator>): boolean {
  const { init } = declarator.node;
  if (t.isObjectPattern(declarator.node.id)) return true;
  const call = t.isAwaitExpression(init) ? init.argument : init;
  const alone =
    declarator.parentPath.isVariableDeclaration() && declarator.parentPath.node.declarations.length === 1;
  return alone && t.isIdentifier(declarator.node.id) && t.isCallExpression(call) && !t.isImport(call.callee);
}

/** A variable's declaration, or its name alone where other names, or what makes the value, stay. */
function partThatGoes(
  { path, identifier, scope }: Binding,
  replaced: readonly Edit[],
  gone: ReadonlySet<Binding>,
): t.Node {
  if (!path.isVariableDeclarator()) return path.node;
  const others = Object.keys(t.getBindingIdentifiers(path.node.id)).map((name) => scope.getBinding(name));
  if (others.some((one) => one && one.identifier !== identifier && !gone.has(one))) return identifier;
  return path.node.init && !isPure(path.node.init, replaced) ? path.node.id : path.node;
}

/** Statements that do nothing but put a property into a variable's object: `options.key = …`. */
function fillsOf(binding: Binding, replaced: readonly Edit[]): NodePath[] {
  // What is imported, another name's, or handed out by a call may be somebody else's too: `const kept = localStorage`.
  const init = binding.path.isVariableDeclarator() ? binding.path.node.init : undefined;
  if (binding.kind === 'module' || (init && !t.isObjectExpression(init) && !t.isNewExpression(init)))
    return [];
  return binding.referencePaths.flatMap((reference) => {
    const assignment = reference.parentPath?.parentPath;
    const fills =
      reference.key === 'object' &&
      assignment?.isAssignmentExpression({ operator: '=' }) &&
      assignment.node.left === reference.parent &&
      assignment.parentPath.isExpressionStatement() &&
      isPure(assignment.node.right, replaced);
    return fills && assignment.parentPath ? [assignment.parentPath] : [];
  });
}

/** The statements that do nothing but fill a variable, or what it holds. */
function filling(binding: Binding, replaced: readonly Edit[]): NodePath[] {
  const assigned = binding.constantViolations.flatMap(({ parentPath }) => parentPath ?? []);
  return [...(binding.path.isVariableDeclarator() ? assigned : []), ...fillsOf(binding, replaced)];
}

function isExported(declarator: NodePath): boolean {
  return declarator.parentPath?.parentPath?.isExportNamedDeclaration() === true;
}

/** Whether code that is put in where a name is known speaks of it. */
function isInserted({ identifier, scope }: Binding, edits: readonly Edit[]): boolean {
  const word = wordOf(identifier.name);
  return edits.some(
    ({ start, end, text }) =>
      start === end &&
      !text.startsWith('//') &&
      startOf(scope.block) <= start &&
      end <= endOf(scope.block) &&
      word.test(withoutStrings(text)),
  );
}

/** Code without what stands in plain strings: `config.get('jwt.ttl')` speaks of no `jwt`. */
function withoutStrings(text: string): string {
  return text.replace(/(['"])(?:\\.|(?!\1)[^\\\n])*\1/g, '$1$1');
}

/** A name as a word of its own that is no property; `...name` is none. */
function wordOf(name: string): RegExp {
  return new RegExp(`(?<![\\w$]|(?<!\\.\\.)\\.)${name.replaceAll('$', '\\$')}(?![\\w$])`);
}

function isUnused(
  file: SourceFile,
  binding: Binding,
  replaced: readonly Edit[],
  gone: ReadonlySet<Binding>,
  inTypes: TypeMentions,
): boolean {
  const { name } = binding.identifier;
  const word = wordOf(name);
  const emptied = withEmptied(
    [...gone].flatMap((one) => filling(one, replaced)),
    replaced,
  );
  const goneNodes = [
    ...[...gone].map((one) => partThatGoes(one, replaced, gone)),
    ...emptied.map(({ node }) => node),
  ];
  const inGone = (node: t.Node) =>
    goneNodes.some((other) => startOf(other) <= startOf(node) && endOf(node) <= endOf(other));
  const isRemoved = (node: t.Node) =>
    inGone(node) ||
    replaced.some(
      (edit) =>
        edit.start <= startOf(node) && endOf(node) <= edit.end && !word.test(withoutStrings(edit.text)),
    );
  const fills = new Set(fillsOf(binding, replaced).map((fill) => fill.node));
  const isFill = (path: NodePath) => path.findParent(({ node }) => fills.has(node)) !== null;
  const typed = inTypes.get(name) ?? [];
  if (![...binding.referencePaths.map(({ node }) => node), ...typed].some(isRemoved)) return false;
  if (!binding.referencePaths.every((path) => isRemoved(path.node) || isFill(path))) return false;
  if (/\.(?:vue|svelte)$/.test(file.path) && word.test(outsideScripts(file.text))) return false;
  return typed.every(isRemoved);
}

function outsideScripts(text: string): string {
  return text.replace(/<script\b[\s\S]*?<\/script>/g, '');
}

function removal(file: SourceFile, gone: ReadonlySet<Binding>, replaced: readonly Edit[]): Unused {
  const edits: Edit[] = [];
  const statements: NodePath[] = [];
  const byStatement = new Map<NodePath, Binding[]>();
  for (const binding of gone) {
    if (binding.path.isFunctionDeclaration() || binding.path.isTSImportEqualsDeclaration()) {
      statements.push(binding.path);
      continue;
    }
    const statement = binding.path.parentPath;
    if (statement) byStatement.set(statement, [...(byStatement.get(statement) ?? []), binding]);
    statements.push(...filling(binding, replaced));
  }
  for (const [statement, bindings] of byStatement) {
    const names = new Set(bindings.map((binding) => binding.identifier.name));
    if (Object.keys(statement.getBindingIdentifiers()).every((name) => names.has(name))) {
      const impure = statement.isVariableDeclaration()
        ? statement.node.declarations.filter(({ init }) => init && !isPure(init, replaced))
        : [];
      const [only] = impure;
      if (!only?.init) statements.push(statement);
      else if (
        impure.length === 1 &&
        statement.isVariableDeclaration() &&
        statement.node.declarations.length === 1
      )
        edits.push({ file: file.path, start: startOf(statement.node), end: startOf(only.init), text: '' });
      continue;
    }
    const braces = bindings.flatMap((binding) => withoutBraces(file, binding, names));
    edits.push(...bindings.flatMap((binding) => withoutDefault(file, binding)), ...braces);
    const items = (braces.length ? [] : bindings)
      .map((binding) => listItem(statement, binding, names))
      .filter((item) => item !== undefined);
    // Lists that begin with the same thing are one list.
    for (const list of new Map(items.map((item) => [item.list[0], item.list])).values()) {
      const nodes = new Set(items.filter((item) => item.list[0] === list[0]).map((item) => item.node));
      edits.push(...withoutItems(file, list, nodes));
    }
  }
  const functions = statements.filter((statement) => statement.isFunctionDeclaration());
  const isInside = ({ start, end }: Range) =>
    functions.some(({ node }) => startOf(node) < start && end < endOf(node));
  const outside = statements.filter(({ node }) => !isInside({ start: startOf(node), end: endOf(node) }));
  return { edits: edits.filter((edit) => !isInside(edit)), statements: withEmptied(outside, replaced) };
}

/** Conditions of which nothing is left to do go with what they did. */
function withEmptied(statements: readonly NodePath[], replaced: readonly Edit[]): NodePath[] {
  const nodes = new Set(statements.map((statement) => statement.node));
  const isEmptied = (node: t.Node | null | undefined): boolean => {
    if (!node || nodes.has(node) || isTakenOut(node, replaced)) return true;
    if (t.isBlockStatement(node)) return node.body.every(isEmptied);
    return t.isIfStatement(node) && isPure(node.test, replaced) && isDone(node);
  };
  const isDone = (node: t.IfStatement) => isEmptied(node.consequent) && isEmptied(node.alternate);
  const emptied = new Set<NodePath>();
  for (const statement of statements) {
    let widest: NodePath | undefined;
    for (
      let at = statement.parentPath;
      at && (at.isBlockStatement() || at.isIfStatement());
      at = at.parentPath
    ) {
      if (!at.isIfStatement()) continue;
      if (!isEmptied(at.node)) break;
      widest = at;
    }
    emptied.add(widest ?? statement);
  }
  return [...emptied];
}

/** `import jwt, { type JwtPayload } from …` → `import { type JwtPayload } from …` */
function withoutDefault(file: SourceFile, { path }: Binding): Edit[] {
  if (!path.isImportDefaultSpecifier()) return [];
  const rest = /^\s*,\s*/.exec(file.text.slice(endOf(path.node)));
  const start = startOf(path.node);
  return rest ? [{ file: file.path, start, end: endOf(path.node) + rest[0].length, text: '' }] : [];
}

/** The list that holds one of several names that go, and the element that is the name's. */
function listItem(
  statement: NodePath,
  binding: Binding,
  names: ReadonlySet<string>,
): { list: t.Node[]; node: t.Node } | undefined {
  if (statement.isImportDeclaration()) {
    const named = statement.node.specifiers.filter((specifier) => t.isImportSpecifier(specifier));
    const node = named.find((specifier) => specifier.local === binding.identifier);
    return node && named.length > 1 ? { list: named, node } : undefined;
  }
  if (!statement.isVariableDeclaration()) return undefined;
  const { declarations } = statement.node;
  const declaration = declarations.find((one) => one === binding.path.node);
  if (!declaration) return undefined;
  if (Object.keys(t.getBindingIdentifiers(declaration.id)).every((name) => names.has(name)))
    return { list: declarations, node: declaration };
  if (!t.isObjectPattern(declaration.id)) return undefined;
  const { properties } = declaration.id;
  if (properties.some((property) => t.isRestElement(property))) return undefined;
  const node = properties.find(
    (property) => t.isObjectProperty(property) && property.value === binding.identifier,
  );
  return node ? { list: properties, node } : undefined;
}
