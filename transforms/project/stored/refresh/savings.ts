import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { propertyName } from '../../definitions.js';
import { startOf, textOf } from '../../source.js';
import type { Sources } from '../../sources.js';
import { declared, outermost, statementOf } from './found.js';
import { isPrinted } from './values.js';

/** `await user.save()`, where nothing else of the record was changed. */
export function savingAfter(sources: Sources, statement: NodePath, gone: ReadonlySet<NodePath>): NodePath[] {
  const record = recordChanged(statement);
  const owner = statement.getFunctionParent();
  if (!record || !owner) return [];
  const file = sources.fileOf(statement);
  const own = textOf(file, record.node);
  const savings: NodePath[] = [];
  let others = false;
  owner.traverse({
    AssignmentExpression(assignment) {
      const left = assignment.get('left');
      const of = left.isMemberExpression() && textOf(file, left.node.object) === own;
      const goes = [...gone].some((one) => assignment.isDescendant(one));
      if (of && !goes) others = true;
    },
    CallExpression(call) {
      const { callee } = call.node;
      if (!t.isMemberExpression(callee) || textOf(file, callee.object) !== own) return;
      if (propertyName(callee) !== 'save') return;
      const saving = statementOf(call) ?? printedAlone(outermost(call));
      if (saving && startOf(saving.node) > startOf(statement.node)) savings.push(saving);
    },
  });
  return others ? [] : savings.flatMap((one) => [one, ...printsOf(one)]);
}

/** The record whose field a statement changes. */
function recordChanged(statement: NodePath): NodePath | undefined {
  const expression = statement.isExpressionStatement() ? statement.get('expression') : undefined;
  const target = expression?.isAssignmentExpression()
    ? expression.get('left')
    : expression?.isCallExpression()
      ? (expression.get('callee') as NodePath)
      : undefined;
  if (!target?.isMemberExpression()) return undefined;
  const object = target.get('object');
  if (expression?.isAssignmentExpression()) return object;
  return object.isMemberExpression() ? object.get('object') : undefined;
}

/** `const result = await user.save()`, where the result is only printed. */
function printedAlone(path: NodePath): NodePath | undefined {
  const declarator = path.parentPath;
  const found = declarator?.isVariableDeclarator() ? declared(declarator) : undefined;
  return found?.is === 'gone' && (found.derived ?? []).every(isPrinted) ? found.statement : undefined;
}

function printsOf(statement: NodePath): NodePath[] {
  const [declarator] = statement.isVariableDeclaration() ? statement.get('declarations') : [];
  const found = declarator && declared(declarator);
  return found?.is === 'gone' ? (found.derived ?? []).map((one) => one.getStatementParent() ?? one) : [];
}
