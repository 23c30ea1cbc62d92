import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import type { SourceFile } from './source.js';

/** What a file hands out, whichever module system it is written in. */
export interface Exports {
  /** Exported name → the expression or declaration that is exported. */
  readonly names: ReadonlyMap<string, NodePath>;
  /** Exported name → the module and name it is passed on from. */
  readonly passedOn: ReadonlyMap<string, { specifier: string; name: string }>;
  /** Modules whose names are all passed on. */
  readonly stars: readonly string[];
  /** `module.exports = …` or `export = …`. */
  readonly whole?: NodePath;
}

const cache = new WeakMap<SourceFile, Exports>();

/** Collects a file's exports; cached with the file. */
export function exportsOf(file: SourceFile): Exports {
  const cached = cache.get(file);
  if (cached) return cached;
  const names = new Map<string, NodePath>();
  const passedOn = new Map<string, { specifier: string; name: string }>();
  const stars: string[] = [];
  let whole: NodePath | undefined;
  for (const statement of file.program.get('body')) {
    if (statement.isExportDefaultDeclaration()) {
      names.set('default', statement.get('declaration'));
    } else if (statement.isExportNamedDeclaration()) {
      collectNamed(statement, names, passedOn);
    } else if (statement.isExportAllDeclaration()) {
      stars.push(statement.node.source.value);
    } else if (statement.isTSExportAssignment()) {
      whole = statement.get('expression');
    }
  }
  for (const path of file.paths.values()) {
    if (!path.isAssignmentExpression({ operator: '=' })) continue;
    const target = exportTarget(path.node.left);
    if (target === 'whole') whole = innermostRight(path);
    else if (target) names.set(target.name, innermostRight(path));
  }
  const found: Exports = { names, passedOn, stars, ...(whole ? { whole } : {}) };
  cache.set(file, found);
  return found;
}

function collectNamed(
  statement: NodePath<t.ExportNamedDeclaration>,
  names: Map<string, NodePath>,
  passedOn: Map<string, { specifier: string; name: string }>,
): void {
  const declaration = statement.get('declaration');
  if (declaration.isVariableDeclaration()) {
    for (const declarator of declaration.get('declarations')) {
      const id = declarator.get('id');
      if (!Array.isArray(id) && id.isIdentifier()) names.set(id.node.name, declarator);
    }
  } else if (declaration.isTSEnumDeclaration()) {
    names.set(declaration.node.id.name, declaration);
  } else if (declaration.isFunctionDeclaration() || declaration.isClassDeclaration()) {
    if (declaration.node.id) names.set(declaration.node.id.name, declaration);
  }
  const source = statement.node.source?.value;
  for (const specifier of statement.get('specifiers')) {
    // `export * as auth from './auth'`
    if (specifier.isExportNamespaceSpecifier() && source)
      passedOn.set(specifier.node.exported.name, { specifier: source, name: '*' });
    if (!specifier.isExportSpecifier()) continue;
    const exported = moduleName(specifier.node.exported);
    if (source) passedOn.set(exported, { specifier: source, name: specifier.node.local.name });
    else names.set(exported, specifier.get('local'));
  }
}

/** `module.exports` is the whole, `exports.x` and `module.exports.x` a name. */
function exportTarget(left: t.Node): 'whole' | { name: string } | undefined {
  if (!t.isMemberExpression(left) || left.computed || !t.isIdentifier(left.property)) return undefined;
  if (t.isIdentifier(left.object, { name: 'module' }) && left.property.name === 'exports') return 'whole';
  if (t.isIdentifier(left.object, { name: 'exports' })) return { name: left.property.name };
  return exportTarget(left.object) === 'whole' ? { name: left.property.name } : undefined;
}

function innermostRight(path: NodePath<t.AssignmentExpression>): NodePath {
  const right = path.get('right');
  return right.isAssignmentExpression({ operator: '=' }) && exportTarget(right.node.left)
    ? innermostRight(right)
    : right;
}

export function moduleName(node: t.Identifier | t.StringLiteral): string {
  return t.isIdentifier(node) ? node.name : node.value;
}

/** The module that `require('…')` names. */
export function requiredModule(node: t.Node): string | undefined {
  if (!t.isCallExpression(node) || !t.isIdentifier(node.callee, { name: 'require' })) return undefined;
  const [specifier] = node.arguments;
  return t.isStringLiteral(specifier) ? specifier.value : undefined;
}
