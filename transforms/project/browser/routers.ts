import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { callsOf } from '../callers.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';

const ROUTERS = /^create(?:Browser|Hash|Memory)Router$/;
const MOST_FILES = 100;

/** The statement of a file that makes a router whose loaders send requests as soon as it is made. */
export function routerIn(sources: Sources, file: SourceFile): NodePath<t.VariableDeclaration> | undefined {
  if (!/\bcreate(?:Browser|Hash|Memory)Router\b/.test(file.text)) return undefined;
  for (const { path, callee } of callsOf(sources, file)) {
    if (callee.kind !== 'package' || !ROUTERS.test(callee.name.at(-1) ?? '')) continue;
    const statement = (path as NodePath).findParent((above) => above.isStatement());
    const top = statement?.parentPath;
    if (!statement?.isVariableDeclaration()) continue;
    if (top?.isProgram() || top?.isExportNamedDeclaration()) return statement;
  }
  return undefined;
}

/** The imports of an entry that lead to such a router, and of which only the statement that mounts makes use. */
export function importsOfRouters(
  sources: Sources,
  file: SourceFile,
  mount: NodePath,
): NodePath<t.ImportDeclaration>[] {
  if (!sources.mentioning('loader').some(({ text }) => /\bloader\b/.test(text))) return [];
  return file.program.get('body').filter((statement): statement is NodePath<t.ImportDeclaration> => {
    if (!statement.isImportDeclaration() || statement.node.importKind === 'type') return false;
    const { specifiers } = statement.node;
    if (!specifiers.length || specifiers.some((one) => t.isImportNamespaceSpecifier(one))) return false;
    const references = Object.keys(statement.getBindingIdentifiers()).flatMap(
      (name) => statement.scope.getBinding(name)?.referencePaths ?? [],
    );
    return (
      references.every((reference) => reference.isDescendant(mount)) &&
      leadsToRouter(sources, sources.resolve(file, statement.node.source.value), new Set())
    );
  });
}

function leadsToRouter(sources: Sources, file: SourceFile | undefined, seen: Set<SourceFile>): boolean {
  if (!file || seen.has(file) || seen.size > MOST_FILES) return false;
  seen.add(file);
  if (routerIn(sources, file)) return true;
  return file.program
    .get('body')
    .some(
      (statement) =>
        statement.isImportDeclaration() &&
        leadsToRouter(sources, sources.resolve(file, statement.node.source.value), seen),
    );
}
