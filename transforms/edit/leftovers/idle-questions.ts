import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { definitionOf } from '../../project/definitions.js';
import type { SourceFile } from '../../project/source.js';
import type { Edit } from '../edits.js';
import { onlyValue } from '../handing-on.js';
import { isPure } from '../purity.js';
import { withoutStatement } from '../statements.js';
import type { Edited } from './leftover.js';

/** `readToken();` of a function that only answers, where nothing takes its answer any more. */
export function idleQuestions(edited: Edited, file: SourceFile): Edit[][] {
  return [...file.paths.values()].flatMap((path): Edit[][] => {
    if (!path.isExpressionStatement()) return [];
    const call = path.get('expression');
    if (!call.isCallExpression() || !call.node.arguments.every((one) => isPure(one, []))) return [];
    return onlyAnswers(edited, call) && !stoodAlone(edited, file, call)
      ? [[withoutStatement(file, call)]]
      : [];
  });
}

/** Whether all that a function does is to return something that is worked out without any effect. */
function onlyAnswers({ sources }: Edited, call: NodePath<t.CallExpression>): boolean {
  const called = definitionOf(sources, call.get('callee') as NodePath);
  if (called.kind !== 'function' || called.path.node.generator) return false;
  const value = onlyValue(called.path.node);
  return value !== undefined && isPure(value, []);
}

/** Whether the call was a statement of its own before, when it may have done something. */
function stoodAlone({ before }: Edited, file: SourceFile, { node }: NodePath<t.CallExpression>): boolean {
  const name = t.isIdentifier(node.callee) ? node.callee.name : undefined;
  const old = before.at(file.path);
  return (
    name === undefined ||
    !old ||
    [...old.paths.values()].some(
      (path) =>
        path.isExpressionStatement() &&
        t.isCallExpression(path.node.expression) &&
        t.isIdentifier(path.node.expression.callee, { name }),
    )
  );
}
