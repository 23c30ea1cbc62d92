import type { NodePath } from '@babel/traverse';
import { requiredModule } from '../exports.js';
import type { ImportSite } from '../site.js';
import type { SourceFile } from '../source.js';

/** Finds where a file imports a library that handles tokens. */
export function importSites(file: SourceFile, libraries: ReadonlySet<string>): ImportSite[] {
  const sites: ImportSite[] = [];
  const add = (path: NodePath, library: string | undefined) => {
    if (library === undefined || !libraries.has(library)) return;
    const evidence = `${library} handles tokens`;
    sites.push({ role: 'configure', kind: 'import', family: 'session', evidence, file, path, library });
  };
  for (const path of file.paths.values()) {
    if (path.isImportDeclaration()) add(path, path.node.source.value);
    else if (path.isCallExpression()) add(path, requiredModule(path.node));
    else if (path.isTSExternalModuleReference()) add(path, path.node.expression.value);
  }
  return sites;
}
