import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { endOf, type SourceFile, startOf, textOf } from '../../project/source.js';
import type { Edit } from '../edits.js';
import { isPure } from '../purity.js';
import { withoutDeclaration } from '../statements.js';
import { styleOf } from '../style.js';
import { type Edited, isMade } from './leftover.js';

/** `if (!token) return next(request); return next(request);`, `token ? request : request`: either way the same. */
export function idleChoices(edited: Edited, file: SourceFile): Edit[][] {
  return [...file.paths.values()].flatMap((path): Edit[][] => {
    if (path.isIfStatement()) {
      if (isIdle(edited, file, path)) return [[withoutDeclaration(file, path)]];
      const same = eitherWay(edited, file, path);
      return same === undefined
        ? []
        : [[{ file: file.path, start: startOf(path.node), end: endOf(path.node), text: same }]];
    }
    if (!path.isConditionalExpression() || !isMade(edited, file, path)) return [];
    const { test, consequent, alternate } = path.node;
    const same = textOf(file, consequent) === textOf(file, alternate);
    if (!same || !isPure(test, [])) return [];
    const text = textOf(file, consequent);
    return [[{ file: file.path, start: startOf(path.node), end: endOf(path.node), text }]];
  });
}

/** Whether what follows a condition returns what it returns. */
function isIdle(edited: Edited, file: SourceFile, path: NodePath<t.IfStatement>): boolean {
  const { test, alternate } = path.node;
  const next = path.getNextSibling();
  const returned = returnedBy(path.node.consequent);
  if (alternate || !returned || !next.isReturnStatement() || !next.node.argument || !isPure(test, []))
    return false;
  return (
    textOf(file, returned) === textOf(file, next.node.argument) &&
    isMade(edited, file, path.findParent((above) => above.isBlockStatement()) ?? path)
  );
}

/** The statement that both branches of a condition are: `if (token) { return {} } else { return {} }`. */
function eitherWay(edited: Edited, file: SourceFile, path: NodePath<t.IfStatement>): string | undefined {
  const { test, consequent, alternate } = path.node;
  const one = returnedBy(consequent);
  const other = alternate && returnedBy(alternate);
  if (!one || !other || !isPure(test, []) || !isMade(edited, file, path)) return undefined;
  const { semicolon } = styleOf(file.text);
  return textOf(file, one) === textOf(file, other) ? `return ${textOf(file, one)}${semicolon}` : undefined;
}

function returnedBy(node: t.Statement): t.Expression | null | undefined {
  if (t.isReturnStatement(node)) return node.argument;
  if (!t.isBlockStatement(node) || node.innerComments?.length) return undefined;
  const [only, ...others] = node.body;
  return t.isReturnStatement(only) && !others.length ? only.argument : undefined;
}
