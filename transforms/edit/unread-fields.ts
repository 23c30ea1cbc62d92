import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { keyName, propertyName } from '../project/definitions.js';
import { endOf, type SourceFile, startOf } from '../project/source.js';
import type { Edit } from './edits.js';
import { isPure } from './purity.js';
import { wholeLines } from './whole-lines.js';

/**
 * Takes out private fields that code read, and that nothing reads once a file's edits are made, with what fills them:
 * the compiler of TypeScript reports them as it reports unused variables.
 */
export function withoutUnreadFields(file: SourceFile, edits: readonly Edit[]): Edit[] {
  const gone = [...file.paths.values()].flatMap((path) => {
    const nodes = path.isClassProperty() ? unread(file, path, edits) : [];
    const lines = nodes.map(({ node }) => wholeLines(file, startOf(node), endOf(node)));
    const isFree = lines.every(({ start, end }) =>
      edits.every(
        (edit) => edit.end <= start || end <= edit.start || (start <= edit.start && edit.end <= end),
      ),
    );
    return isFree ? lines : [];
  });
  const left = edits.filter(
    (edit) => !gone.some(({ start, end }) => start <= edit.start && edit.end <= end && edit.end > edit.start),
  );
  return [...left, ...gone.map((range) => ({ file: file.path, ...range, text: '' }))];
}

/** A field and the statements that fill it; nothing where it is read, or was not read before. */
function unread(file: SourceFile, field: NodePath<t.ClassProperty>, edits: readonly Edit[]): NodePath[] {
  const { accessibility, decorators, value } = field.node;
  const name = keyName(field.node);
  if (accessibility !== 'private' || decorators?.length || name === undefined) return [];
  if (value && !isPure(value, edits)) return [];
  const mentions = [...file.paths.values()].filter(
    (path) =>
      (path.isMemberExpression() || path.isOptionalMemberExpression()) && propertyName(path.node) === name,
  );
  const fills: NodePath[] = [];
  let wasRead = false;
  for (const mention of mentions) {
    const assignment = mention.parentPath;
    if (isTakenOut(mention.node, edits)) wasRead = true;
    else if (
      !assignment?.isAssignmentExpression({ operator: '=' }) ||
      mention.key !== 'left' ||
      !assignment.parentPath.isExpressionStatement() ||
      !isPure(assignment.node.right, edits)
    )
      return [];
    else fills.push(assignment.parentPath);
  }
  return wasRead ? [field, ...fills] : [];
}

/** Whether an edit leaves nothing of a mention. */
function isTakenOut(node: t.Node, edits: readonly Edit[]): boolean {
  const name = propertyName(node) ?? '';
  return edits.some(
    ({ start, end, text }) =>
      start <= startOf(node) && endOf(node) <= end && start < end && !text.includes(`.${name}`),
  );
}
