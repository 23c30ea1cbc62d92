import { posix } from 'node:path';
import * as t from '@babel/types';
import { exportOf } from '../../project/definitions.js';
import { moduleName } from '../../project/exports.js';
import type { SourceFile } from '../../project/source.js';
import type { Edit } from '../edits.js';
import { withoutItem } from '../lists.js';
import { withoutDeclaration } from '../statements.js';
import type { Edited } from './leftover.js';

/** `import { setToken } from './tokens'` that nobody used, and `export { setToken } from './tokens'`, of what `./tokens` does not hand out any more. */
export function danglingImports({ sources, before }: Edited, file: SourceFile): Edit[][] {
  const old = before.at(file.path);
  const name = posix.basename(file.path).replace(/\.[^.]+$/, '');
  if (!old) return [];
  return sources
    .mentioning(name === 'index' ? posix.basename(posix.dirname(file.path)) : name)
    .flatMap((other) =>
      other.program.get('body').flatMap((statement): Edit[][] => {
        const source =
          statement.isImportDeclaration() || statement.isExportNamedDeclaration()
            ? statement.node.source?.value
            : undefined;
        if (source === undefined || sources.resolve(other, source) !== file) return [];
        const isGone = (module: t.Identifier | t.StringLiteral) =>
          exportOf(before, old, moduleName(module)) && !exportOf(sources, file, moduleName(module));
        const specifiers: readonly t.Node[] = statement.isImportDeclaration()
          ? statement.node.specifiers
          : statement.isExportNamedDeclaration()
            ? statement.node.specifiers
            : [];
        const gone = specifiers.filter((one) =>
          t.isExportSpecifier(one)
            ? isGone(one.local)
            : t.isImportSpecifier(one) &&
              !other.program.scope.getBinding(one.local.name)?.referencePaths.length &&
              isGone(one.imported),
        );
        const [first] = gone;
        if (!first) return [];
        return [
          specifiers.length > 1
            ? withoutItem(
                other,
                specifiers.filter((one) => t.isImportSpecifier(one) || t.isExportSpecifier(one)),
                first,
              )
            : [withoutDeclaration(other, statement)],
        ];
      }),
    );
}
