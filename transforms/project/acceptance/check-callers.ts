import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { callersOf } from '../callers.js';
import type { CheckSite } from '../site.js';
import type { Sources } from '../sources.js';

const DEEPEST = 2;

/**
 * The places where a check is made of a token that the code around has at hand: the check itself, or where its
 * function only hands on what it yields, the calls of that function.
 */
export function checksWhereUsed(sources: Sources, check: CheckSite, depth = 0): CheckSite[] {
  const owner = check.path.getFunctionParent();
  const index = owner && check.token ? parameterIndex(owner, check.token) : undefined;
  if (!owner || index === undefined || depth >= DEEPEST || !handsOn(owner, check.path)) return [check];
  const used = callersOf(sources, owner).flatMap((call): CheckSite[] => {
    const token = (call.get('arguments') as NodePath[])[index];
    const file = sources.fileOf(call);
    return token && !file.test ? [{ ...check, file, path: call, call, token }] : [];
  });
  return used.length ? used.flatMap((one) => checksWhereUsed(sources, one, depth + 1)) : [check];
}

/** Which parameter of a function an expression is. */
export function parameterIndex(owner: NodePath<t.Function>, token: NodePath): number | undefined {
  const binding = token.isIdentifier() ? token.scope.getBinding(token.node.name) : undefined;
  const index = binding ? owner.node.params.indexOf(binding.identifier) : -1;
  return index < 0 ? undefined : index;
}

/** `(token) => verify(token, key)`, also awaited, cast, in a `try`, and behind what is made for it. */
export function handsOn(owner: NodePath<t.Function>, check: NodePath): boolean {
  let value = check;
  while (value.parentPath?.isAwaitExpression() || value.parentPath?.isTSAsExpression())
    value = value.parentPath;
  if (value.parentPath === owner) return true;
  const returned = value.parentPath;
  if (!returned?.isReturnStatement()) return false;
  let block = returned.parentPath;
  if (block?.parentPath?.isTryStatement() && block.key === 'block') block = block.parentPath.parentPath;
  return (
    block?.parentPath === owner &&
    block.isBlockStatement() &&
    block
      .get('body')
      .slice(0, -1)
      .every((one) => one.isVariableDeclaration())
  );
}
