import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { callersOf } from '../callers.js';
import { propertyName } from '../definitions.js';
import type { Project } from '../project.js';
import { startOf } from '../source.js';
import { isStoredBeside } from './stored-beside.js';

/**
 * Whether the function that a place is in goes on to log a user in, itself or by a call of what does: what is cleared
 * there makes room, and nobody logs out.
 */
export function leadsToNewLogin(project: Project, path: NodePath): boolean {
  const owner = path.getFunctionParent();
  if (!owner || isInFailure(path)) return false;
  if (isStoredBeside(path, project) || precedesAnswer(project, path)) return true;
  return [...loginFunctions(project).values()].some(
    (login) =>
      (login.owner === owner && isBefore(path, login.function)) ||
      callersOf(project.sources, login.function).some(
        (call) => call.getFunctionParent() === owner && isBefore(path, call as NodePath),
      ),
  );
}

/** Whether the same function goes on from one place to another. */
function isBefore(path: NodePath, later: NodePath): boolean {
  for (
    let at = path.getStatementParent();
    at && !at.isFunction();
    at = at.parentPath?.getStatementParent() ?? null
  ) {
    const follows = at.getAllNextSiblings();
    if (follows.some((one) => one === later || later.isDescendant(one))) return true;
    if (follows.some((one) => one.isReturnStatement() || one.isThrowStatement())) return false;
    if (at.parentPath?.parentPath?.isFunction()) return false;
  }
  return false;
}

/** Within a catch clause of its own function. */
function isInFailure(path: NodePath): boolean {
  const owner = path.getFunctionParent();
  return Boolean(path.findParent((above) => above.isCatchClause() && above.getFunctionParent() === owner));
}

/** Whether an answer to a login comes in further down in the function that a place is in. */
export function precedesAnswer({ sites }: Project, path: NodePath): boolean {
  const owner = path.getFunctionParent();
  return sites.some(
    (site) =>
      site.kind === 'login-answer' &&
      site.answer.function === owner &&
      site.answer.declaration !== undefined &&
      startOf(site.answer.declaration.node) > startOf(path.node),
  );
}

interface LoginFunction {
  readonly function: NodePath<t.Function>;
  /** The function that this one is a callback in. */
  readonly owner?: NodePath<t.Function>;
}

/** The functions in which a login is answered, by their nodes, and those that go on in them: `post().then((answer) => …)`. */
function loginFunctions({ sites }: Project): ReadonlyMap<t.Node, LoginFunction> {
  const found = new Map<t.Node, LoginFunction>();
  for (const site of sites) {
    let at = site.kind === 'login-answer' ? site.answer.function : null;
    while (at) {
      const owner = isCallback(at) ? at.getFunctionParent() : null;
      found.set(at.node, { function: at, ...(owner ? { owner } : {}) });
      at = owner;
    }
  }
  return found;
}

function isCallback({ listKey, parentPath: call }: NodePath): boolean {
  const method = call?.isCallExpression() ? propertyName(call.node.callee) : undefined;
  return listKey === 'arguments' && /^(?:then|pipe|subscribe|done|success)$/.test(method ?? '');
}
