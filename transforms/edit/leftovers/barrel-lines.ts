import { posix } from 'node:path';
import type { Edit } from '../edits.js';
import { withoutDeclaration } from '../statements.js';
import type { Edited } from './leftover.js';

/** `export * from './auth-header'` of a file that is needed no more. */
export function barrelLines({ sources }: Edited, path: string): Edit[] {
  const gone = sources.at(path);
  if (!gone) return [];
  return sources
    .mentioning(posix.basename(path).replace(/\.[^.]+$/, ''))
    .flatMap((file) =>
      file.program
        .get('body')
        .flatMap((statement) =>
          statement.isExportAllDeclaration() && sources.resolve(file, statement.node.source.value) === gone
            ? [withoutDeclaration(file, statement)]
            : [],
        ),
    );
}
