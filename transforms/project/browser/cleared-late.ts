import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { callersOf } from '../callers.js';
import type { EmitSite, StoreSite } from '../site.js';
import type { Sources } from '../sources.js';
import { isAbsent } from './absent.js';
import type { Hold } from './held.js';
import type { StorageAccess } from './storage.js';

/**
 * Why a client waits that clears the browser's storage right before a token is stored, by functions that are handed it
 * when the session was accepted already: what notes the session would be cleared with the rest.
 */
export function heldByClearing(
  sources: Sources,
  accesses: readonly StorageAccess[],
  stores: readonly StoreSite[],
  answers: readonly EmitSite[],
): Hold | undefined {
  const clears = accesses.filter(({ operation, storage }) => operation === 'clear' && storage === 'local');
  if (!clears.length) return undefined;
  const calls = clears.flatMap(({ path }) => {
    const owner = path.getFunctionParent();
    return owner ? callersOf(sources, owner).map((call) => call.node as t.Node) : [];
  });
  const clearing = new Set<t.Node>([...clears.map(({ path }) => path.node), ...calls]);
  const late = stores.find((store) => isAcceptedBefore(store, answers) && followsOneOf(store.path, clearing));
  return (
    late && {
      action: 'manual',
      reason: `the browser's storage is cleared between the answer to a login and the place where its token is stored (see ${late.file.path})`,
      todo: 'Clear it before the login is asked for. Then run this step again.',
    }
  );
}

/** Whether the function that stores a token is handed it by another, in which it was accepted. */
function isAcceptedBefore({ access, arrival, path }: StoreSite, answers: readonly EmitSite[]): boolean {
  if (access.operation !== 'set' || (access.value && isAbsent(access.value))) return false;
  const owner = path.getFunctionParent();
  return arrival?.kind === 'answers'
    ? arrival.answers.every((answer) => answer.function !== owner)
    : answers.length > 0 && answers.every(({ answer }) => answer.function !== owner);
}

function followsOneOf(path: NodePath, clearing: ReadonlySet<t.Node>): boolean {
  const statement = path.getStatementParent();
  return (statement?.getAllPrevSiblings() ?? []).some((one) => {
    const expression = one.isExpressionStatement() ? one.get('expression') : undefined;
    const call = expression?.isAwaitExpression() ? expression.get('argument') : expression;
    return call ? clearing.has(call.node) : false;
  });
}
