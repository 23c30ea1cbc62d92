import { posix } from 'node:path';
import * as t from '@babel/types';
import { exportOf } from '../../project/definitions.js';
import { moduleName } from '../../project/exports.js';
import type { SourceFile } from '../../project/source.js';
import type { Edit } from '../edits.js';
import { withoutItem } from '../lists.js';
import { withoutDeclaration } from '../statements.js';
import type { Edited } from './leftover.js';

/** `import { setToken } from './tokens'` that nobody used, of what `./tokens` does not hand out any more. */
export function danglingImports({ sources, before }: Edited, file: SourceFile): Edit[][] {
  const old = before.at(file.path);
  const name = posix.basename(file.path).replace(/\.[^.]+$/, '');
  if (!old) return [];
  return sources
    .mentioning(name === 'index' ? posix.basename(posix.dirname(file.path)) : name)
    .flatMap((other) =>
      other.program.get('body').flatMap((statement): Edit[][] => {
        if (!statement.isImportDeclaration() || sources.resolve(other, statement.node.source.value) !== file)
          return [];
        const { specifiers } = statement.node;
        const gone = specifiers.filter(
          (one) =>
            t.isImportSpecifier(one) &&
            !other.program.scope.getBinding(one.local.name)?.referencePaths.length &&
            exportOf(before, old, moduleName(one.imported)) &&
            !exportOf(sources, file, moduleName(one.imported)),
        );
        const [first] = gone;
        if (!first) return [];
        return [
          specifiers.length > 1
            ? withoutItem(
                other,
                specifiers.filter((one) => t.isImportSpecifier(one)),
                first,
              )
            : [withoutDeclaration(other, statement)],
        ];
      }),
    );
}
