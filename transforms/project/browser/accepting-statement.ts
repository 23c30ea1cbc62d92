import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { startOf, textOf } from '../source.js';
import type { LoginAnswer } from './answers.js';

/** The property names from the variable that receives an answer down to the token. */
export function wantedNames({ container, trail }: LoginAnswer): string[] {
  if (!container) return [];
  return [...container.split('.').slice(1), ...trail];
}

/** The statement of a block that holds the first use, or one in it where a condition asks for the token first. */
export function statementFor(
  block: NodePath<t.BlockStatement>,
  answer: LoginAnswer,
  significant: readonly NodePath[],
  first: NodePath,
  clears: (statement: NodePath) => boolean,
): NodePath | undefined {
  const after = answer.declaration ? startOf(answer.declaration.node) : -1;
  const home = answer.declaration?.parentPath ?? block;
  const statements = home.isBlockStatement() ? home.get('body') : block.get('body');
  for (const statement of statements) {
    if (startOf(statement.node) <= after) continue;
    const named = first.isDescendant(statement) || first === statement;
    if (clears(statement) && !named) continue;
    if (!acts(statement) && !named) continue;
    const cleared = lastCleared(statement, significant, clears);
    if (cleared) return cleared.getNextSibling();
    return acts(statement) ? statement : intoCondition(statement, answer, significant, first);
  }
  return undefined;
}

/** The last of the statements from one on that clear what keeps a login, before anything is made of the new one. */
function lastCleared(
  from: NodePath,
  significant: readonly NodePath[],
  clears: (statement: NodePath) => boolean,
): NodePath | undefined {
  const uses = significant.filter((path) => !path.isVariableDeclarator());
  let last: NodePath | undefined;
  for (const statement of [from, ...from.getAllNextSiblings()]) {
    if (uses.some((path) => path === statement || path.isDescendant(statement))) break;
    if (clears(statement)) last = statement;
  }
  return last?.getNextSibling().node ? last : undefined;
}

/** Whether a statement sets something going, which may send requests that need the session. */
function acts(statement: NodePath): boolean {
  if (!statement.isExpressionStatement()) return false;
  const expression = statement.get('expression');
  return expression.isCallExpression() && !/^console\b/.test(String(expression.get('callee')));
}

/** `if (response.data.token) { … }`: inside, since there is no token otherwise. */
function intoCondition(
  statement: NodePath,
  answer: LoginAnswer,
  significant: readonly NodePath[],
  first: NodePath,
): NodePath {
  if (!statement.isIfStatement()) return statement;
  const consequent = statement.get('consequent');
  if (!first.isDescendant(consequent)) return statement;
  const text = textOf(answer.file, statement.node.test);
  const names = [answer.binding.identifier.name, ...wantedNames(answer)];
  const asked = text.split('&&').map((part) => part.trim().replaceAll('?.', '.'));
  const all = significant.every((path) => path.isDescendant(consequent));
  const asksOnlyForIt = asked.every((part) => names.join('.').startsWith(part));
  if (!all && !asksOnlyForIt) return statement;
  // `if (origin === ours && data.token) keep(data.token);`
  if (!consequent.isBlockStatement()) return asksOnlyForIt ? statement : consequent;
  for (const inner of consequent.get('body')) {
    if (acts(inner)) return inner;
    if (first === inner || first.isDescendant(inner)) return intoCondition(inner, answer, significant, first);
  }
  return statement;
}
