import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { type CallPath, callersOf } from '../callers.js';
import type { Project } from '../project.js';
import type { StoreSite } from '../site.js';
import { isInTemplate } from '../templates.js';
import { isAbsent } from './absent.js';

/**
 * Whether a token that is taken out of storage makes room for another, whichever way the function goes: the session
 * that was accepted for that one must not be forgotten.
 */
export function makesRoom(site: StoreSite, project: Project): boolean {
  return isRemovalOnly(site) && isStoredBeside(site.access.path, project);
}

/** The calls that make room so by a function that does nothing but take tokens out of storage. */
export function roomMakers(site: StoreSite, project: Project): readonly CallPath[] {
  const owner = site.access.path.getFunctionParent();
  const body = owner?.get('body');
  if (!owner || !isRemovalOnly(site) || Array.isArray(body) || !body?.isBlockStatement()) return [];
  const removals = new Set(removalsOf(project).map(({ access }) => access.path.node));
  const [first, ...others] = body.get('body').map((one) => isOneOf(removals, one));
  if (first !== site.access.path.node || !others.every((one) => one)) return [];
  return callersOf(project.sources, owner).filter(
    (call) =>
      call.parentPath?.isExpressionStatement() && !isInTemplate(call) && isStoredBeside(call, project),
  );
}

function isOneOf(nodes: ReadonlySet<t.Node>, statement: NodePath): t.Node | undefined {
  const expression = statement.isExpressionStatement() ? statement.node.expression : undefined;
  return expression && nodes.has(expression) ? expression : undefined;
}

function removalsOf({ sites }: Project): StoreSite[] {
  return sites.filter((site): site is StoreSite => site.kind === 'web-storage' && isRemovalOnly(site));
}

/** Whether it takes a token out of storage and nothing else with it. */
function isRemovalOnly({ access, place }: StoreSite): boolean {
  return access.operation === 'remove' && !access.kept && place !== undefined && place.field === undefined;
}

/** Whether a token is stored in the same function wherever a place in it is come by. */
function isStoredBeside(path: NodePath, { sites }: Project): boolean {
  const stores = new Set(
    sites.flatMap((site) =>
      site.kind === 'web-storage' && site.access.operation === 'set' && site.place && !isCleared(site)
        ? [site.access.path.node]
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
    if (leaving >= 0 || block.isFunction() || block.parentPath?.isFunction()) return false;
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
function leaves(statement: NodePath): boolean {
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
  if (statement?.isBlockStatement()) return statement.get('body').some((one) => surelyStores(one, stores));
  if (!statement?.isIfStatement()) return false;
  const { consequent, alternate } = {
    consequent: statement.get('consequent'),
    alternate: statement.get('alternate'),
  };
  return surelyStores(consequent, stores) && surelyStores(alternate as NodePath, stores);
}
