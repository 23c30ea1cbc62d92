import * as t from '@babel/types';
import type { SourceFile } from '../project/source.js';

/** The mentions of names in the types of a file. */
export type TypeMentions = ReadonlyMap<string, readonly t.Node[]>;

/** Babel does not count every mention of a name in a type as a reference. */
export function namedInTypes(file: SourceFile): TypeMentions {
  const found = new Map<string, t.Node[]>();
  for (const path of file.paths.values()) {
    if (!path.isIdentifier()) continue;
    const { parent, node } = path;
    const inType =
      t.isTSTypeReference(parent) ||
      t.isTSQualifiedName(parent) ||
      t.isTSTypeQuery(parent) ||
      t.isTSExpressionWithTypeArguments(parent);
    if (inType) found.set(node.name, [...(found.get(node.name) ?? []), node]);
  }
  return found;
}
