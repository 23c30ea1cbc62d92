import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import type { Project } from '../project.js';
import type { StoreSite } from '../site.js';
import { isAbsent } from './absent.js';

/** Whether a token is stored, or answered, in the same function wherever a place in it is come by. */
export function isStoredBeside(path: NodePath, { sites }: Project): boolean {
  const stores = new Set(
    sites.flatMap((site) =>
      site.kind === 'web-storage' && site.access.operation === 'set' && site.place && !isCleared(site)
        ? [site.access.path.node]
        : site.kind === 'login-answer'
          ? [(site.answer.declaration ?? site.answer.function).node]
          : [],
    ),
  );
  for (let at = statementAbove(path); at; at = at.parentPath && statementAbove(at.parentPath)) {
    const { parentPath: block } = at;
    if (!block || block.isProgram() || at.isFunction()) return false;
    const follows = at.getAllNextSiblings();
    const leaving = follows.findIndex(leaves);
    const reached = [...at.getAllPrevSiblings(), ...(leaving < 0 ? follows : follows.slice(0, leaving))];
    if (at.listKey === 'body' && reached.some((one) => surelyStores(one, stores))) return true;
    if (leaving >= 0 || block.isFunction()) return false;
    // `post(form).then((answer) => { localStorage.clear(); … })`
    if (block.parentPath?.isFunction()) return stores.has(block.parentPath.node);
  }
  return false;
}

function statementAbove(path: NodePath): NodePath | null {
  return path.find((above) => above.isStatement());
}

function isCleared({ access: { value } }: StoreSite): boolean {
  return Boolean(value && isAbsent(value));
}

/** Whether a statement may end the function, so that nothing after it is sure. */
export function leaves(statement: NodePath): boolean {
  if (statement.isReturnStatement() || statement.isThrowStatement()) return true;
  let found = false;
  statement.traverse({
    Function: (inner) => inner.skip(),
    ReturnStatement: () => {
      found = true;
    },
    ThrowStatement: () => {
      found = true;
    },
  });
  return found;
}

function surelyStores(statement: NodePath | null | undefined, stores: ReadonlySet<t.Node>): boolean {
  if (statement?.isExpressionStatement()) {
    const { expression } = statement.node;
    return stores.has(expression.type === 'AwaitExpression' ? expression.argument : expression);
  }
  if (statement && stores.has(statement.node)) return true;
  if (statement?.isBlockStatement()) return statement.get('body').some((one) => surelyStores(one, stores));
  if (!statement?.isIfStatement()) return false;
  const { consequent, alternate } = {
    consequent: statement.get('consequent'),
    alternate: statement.get('alternate'),
  };
  return surelyStores(consequent, stores) && surelyStores(alternate as NodePath, stores);
}
