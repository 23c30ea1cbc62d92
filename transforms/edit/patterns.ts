import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { endOf, type SourceFile, startOf } from '../project/source.js';
import type { Edit } from './edits.js';

/** `const { token } = req.cookies` → `const token = …`; other names of the pattern stay in it. */
export function patternEdits(file: SourceFile, property: NodePath<t.ObjectProperty>, text: string): Edit[] {
  const declarator = property.parentPath.parentPath;
  const { value } = property.node;
  const name = t.isAssignmentPattern(value) ? value.left : value;
  if (!declarator?.isVariableDeclarator() || !t.isIdentifier(name) || !t.isObjectPattern(declarator.node.id))
    return [];
  const { properties } = declarator.node.id;
  if (properties.length === 1)
    return [
      {
        file: file.path,
        start: startOf(declarator.node),
        end: endOf(declarator.node),
        text: `${name.name} = ${text}`,
      },
    ];
  const index = properties.indexOf(property.node);
  const [before, after] = [properties[index - 1], properties[index + 1]];
  const range = after
    ? { start: startOf(property.node), end: startOf(after) }
    : { start: before ? endOf(before) : startOf(property.node), end: endOf(property.node) };
  const at = endOf(declarator.node);
  return [
    { file: file.path, ...range, text: '' },
    { file: file.path, start: at, end: at, text: `, ${name.name} = ${text}` },
  ];
}
