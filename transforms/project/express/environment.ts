import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { callsOf } from '../callers.js';
import { requiredModule } from '../exports.js';
import { type SourceFile, startOf } from '../source.js';
import type { Sources } from '../sources.js';
import { ownerOf } from './order.js';
import type { Placement } from './placement.js';

/** A place that reads an environment file into `process.env`. */
export interface EnvironmentLoad {
  readonly file: SourceFile;
  readonly path: NodePath;
  /** The options that it is given. */
  readonly options?: NodePath;
}

/**
 * Where the environment file is read, when that is only after the shim is mounted: the module that is mounted
 * runs while the file that reads it still imports. Undefined where the environment is there in time.
 */
export function lateLoadOf(sources: Sources, { file, offset, at }: Placement): EnvironmentLoad | undefined {
  const loads = environmentLoads(sources);
  if (!loads.length || !ownerOf(at).isProgram()) return undefined;
  const ahead = importsBefore(sources, file);
  const early = loads.some(
    (load) =>
      (load.file === file && (load.path.isImportDeclaration() || startOf(load.path.node) < offset)) ||
      ahead.has(load.file) ||
      runsBeforeImport(sources, load, file),
  );
  return early ? undefined : loads[0];
}

function environmentLoads(sources: Sources): EnvironmentLoad[] {
  return sources
    .mentioning('dotenv', 'loadEnvFile')
    .filter((file) => !file.test)
    .flatMap((file) => [...importedLoads(file), ...calledLoads(sources, file)]);
}

/** `import 'dotenv/config'` and `require('dotenv/config')`. */
function importedLoads(file: SourceFile): EnvironmentLoad[] {
  return [...file.paths.values()]
    .filter((path) => {
      if (path.isImportDeclaration()) return /^dotenv(?:-\w+)?\/config$/.test(path.node.source.value);
      return path.isCallExpression() && requiredModule(path.node) === 'dotenv/config';
    })
    .map((path) => ({ file, path }));
}

/** `dotenv.config()` and what takes its place. */
function calledLoads(sources: Sources, file: SourceFile): EnvironmentLoad[] {
  return callsOf(sources, file).flatMap(({ path, callee }): EnvironmentLoad[] => {
    const reads =
      (callee.kind === 'package' && /^dotenv/.test(callee.module) && callee.name.at(-1) === 'config') ||
      (callee.kind === 'global' && callee.name.join('.') === 'process.loadEnvFile');
    const [options] = path.get('arguments') as NodePath[];
    return reads ? [{ file, path, ...(options ? { options } : {}) }] : [];
  });
}

/** The files that have run when the body of a file does: everything it imports, and what that imports. */
function importsBefore(sources: Sources, file: SourceFile): Set<SourceFile> {
  const reached = new Set<SourceFile>();
  const waiting = importedBy(sources, file).map(({ imported }) => imported);
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (reached.has(next) || next === file) continue;
    reached.add(next);
    waiting.push(...importedBy(sources, next).map(({ imported }) => imported));
  }
  return reached;
}

function importedBy(sources: Sources, file: SourceFile): { imported: SourceFile; path: NodePath }[] {
  const found: { imported: SourceFile; path: NodePath }[] = [];
  for (const path of file.paths.values()) {
    const specifier =
      path.isImportDeclaration() || path.isExportNamedDeclaration() || path.isExportAllDeclaration()
        ? path.node.source?.value
        : requiredModule(path.node);
    const imported = specifier === undefined ? undefined : sources.resolve(file, specifier);
    if (imported) found.push({ imported, path });
  }
  return found;
}

/** Whether a file reads the environment before it imports another: in CommonJS statements run as they stand. */
function runsBeforeImport(sources: Sources, load: EnvironmentLoad, target: SourceFile): boolean {
  const imports = importedBy(sources, load.file).filter(
    ({ imported }) => imported === target || importsBefore(sources, imported).has(target),
  );
  if (!imports.length) return false;
  const inOrder = load.file.system === 'commonjs' || t.isImportDeclaration(load.path.node);
  return inOrder && imports.every(({ path }) => startOf(load.path.node) < startOf(path.node));
}
