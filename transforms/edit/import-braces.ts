import type { Binding } from '@babel/traverse';
import * as t from '@babel/types';
import { endOf, type SourceFile } from '../project/source.js';
import type { Edit } from './edits.js';

/** `import React, { useEffect } from …` → `import React from …`, where all names in the braces go. */
export function withoutBraces(
  file: SourceFile,
  { path }: Binding,
  names: ReadonlySet<string>,
): readonly Edit[] {
  const statement = path.isImportSpecifier() ? path.parentPath : undefined;
  if (!statement?.isImportDeclaration()) return [];
  const { specifiers } = statement.node;
  const [first, ...others] = specifiers;
  if (!t.isImportDefaultSpecifier(first) || names.has(first.local.name) || others[0] !== path.node) return [];
  if (!others.every((one) => names.has(one.local.name))) return [];
  const start = endOf(first);
  const braces = /^\s*,\s*\{[^}]*\}/.exec(file.text.slice(start))?.[0].length ?? 0;
  return braces ? [{ file: file.path, start, end: start + braces, text: '' }] : [];
}
