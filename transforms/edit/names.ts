import type { Binding } from '@babel/traverse';
import { moduleName } from '../project/exports.js';
import type { SourceFile } from '../project/source.js';
import type { NeededName } from './edits.js';

/** The modules that migrated code imports from. */
export { SHIM } from '../project/shim.js';
export const SHIM_CLIENT = '@jwt-to-session/shim/client';

/** Where the browser's helper notes that there is a session, and takes the note away when there is none. */
export const NOTE = 'jwt-to-session';

/**
 * What an imported name is to be called in a file: the name it already has there, its own where that is free,
 * else a longer one.
 */
export function localName(file: SourceFile, module: string, name: string): NeededName {
  const imported = alreadyImported(file, module, name);
  if (imported) return { module, name, local: imported };
  let local = name;
  for (let count = 1; isTaken(file, local); count++) {
    local = `${name}${module.endsWith('/client') ? 'InBrowser' : 'OnServer'}${count > 1 ? count : ''}`;
  }
  return { module, name, local };
}

function alreadyImported(file: SourceFile, module: string, name: string): string | undefined {
  const bindings: Binding[] = Object.values(file.program.scope.bindings);
  for (const { path, identifier } of bindings) {
    if (path.isImportSpecifier() && path.parentPath.isImportDeclaration()) {
      const matches = path.parentPath.node.source.value === module && moduleName(path.node.imported) === name;
      if (matches) return identifier.name;
    }
    if (path.isVariableDeclarator()) {
      const init = path.get('init');
      if (!init.isCallExpression() || !init.get('callee').isIdentifier({ name: 'require' })) continue;
      if (!init.get('arguments')[0]?.isStringLiteral({ value: module })) continue;
      const id = path.get('id');
      if (Array.isArray(id) || !id.isObjectPattern()) continue;
      for (const property of id.get('properties')) {
        if (!property.isObjectProperty()) continue;
        const key = property.get('key');
        const value = property.get('value');
        if (
          !Array.isArray(key) &&
          key.isIdentifier({ name }) &&
          !Array.isArray(value) &&
          value.isIdentifier()
        ) {
          return value.node.name;
        }
      }
    }
  }
  return undefined;
}

/** Whether any scope of a file binds a name, or code uses it as a global. */
export function isTaken(file: SourceFile, name: string): boolean {
  const scope = file.program.scope;
  if (scope.hasBinding(name) || scope.hasGlobal(name)) return true;
  for (const path of file.paths.values()) {
    if (path.isScopable() && path.scope.hasOwnBinding(name)) return true;
  }
  return false;
}
