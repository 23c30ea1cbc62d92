import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { returnsOf } from './flow/returns.js';
import { madeOf } from './kinds.js';
import type { SharedCall } from './shared-call.js';
import { positionOf, startOf } from './source.js';
import type { Sources } from './sources.js';
import { unwrapped } from './unwrapped.js';

/** The variables that every return of a function returns one of; undefined where it returns something else too. */
export function returnedBy(called: NodePath<t.Function>): NodePath[] | undefined {
  const returned = returnsOf(called).map((path) => {
    const bare = unwrapped(path);
    return bare.isIdentifier() ? bare.scope.getBinding(bare.node.name)?.path : undefined;
  });
  const known = returned.filter((one) => one !== undefined);
  return known.length === returned.length && known.length ? known : undefined;
}

/** Whether a function that checks tokens does nothing else, and yields their claims. */
export function yieldsClaims({ function: called, call }: SharedCall): boolean {
  const returned = returnsOf(called).map((path) => madeOf(path).node);
  return returned.length > 0 && returned.every((node) => node === call.node) && onlyChecks(called, call);
}

/** Whether a function does nothing but look things up and turn away, beside the check. */
export function onlyChecks(called: NodePath<t.Function>, check: NodePath): boolean {
  const body = called.get('body');
  return !body.isBlockStatement() || body.get('body').every((one) => isQuiet(one, check));
}

function isQuiet(statement: NodePath, check: NodePath): boolean {
  if (statement.isVariableDeclaration() || statement.isReturnStatement() || statement.isThrowStatement())
    return true;
  if (statement.isBlockStatement()) return statement.get('body').every((one) => isQuiet(one, check));
  if (statement.isIfStatement()) {
    const branches = [statement.get('consequent'), statement.get('alternate')] as NodePath[];
    return branches.every((one) => !one.node || isQuiet(one, check));
  }
  if (statement.isTryStatement()) {
    const handler = statement.get('handler');
    return (
      isQuiet(statement.get('block'), check) &&
      (!handler.node || isQuiet((handler as NodePath<t.CatchClause>).get('body'), check))
    );
  }
  if (!statement.isExpressionStatement()) return false;
  return check.isDescendant(statement) || /^(?:console|log|logger)\b/.test(String(statement));
}

/** That such a function is not only asked whether a token holds, in words. */
export function checkedByMore(sources: Sources, { function: called }: SharedCall): string {
  const file = sources.fileOf(called);
  const { line } = positionOf(file.text, startOf(called.node));
  return `checked by a function for tokens of several kinds, which does more than to hand on their claims or their row (${file.path}:${line})`;
}
