import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { type CallPath, callsOf } from '../callers.js';
import type { Definition } from '../definitions.js';
import { positionKey, startOf } from '../source.js';
import type { Sources } from '../sources.js';
import type { Registration } from './registrations.js';

/**
 * Sorts what is registered on an application by the order in which it runs: from where the application is made,
 * into the functions that are called from there, then through the files that import it.
 */
export function inOrder(
  sources: Sources,
  creation: CallPath,
  registrations: readonly Registration[],
): Registration[] {
  const byOwner = new Map<t.Node, Registration[]>();
  const owners = new Map<t.Node, NodePath>();
  for (const registration of registrations) {
    const owner = ownerOf(registration.call);
    owners.set(owner.node, owner);
    byOwner.set(owner.node, [...(byOwner.get(owner.node) ?? []), registration]);
  }
  const sorted: Registration[] = [];
  const visited = new Set<t.Node>();

  const visit = (owner: NodePath): void => {
    if (visited.has(owner.node)) return;
    visited.add(owner.node);
    const own = byOwner.get(owner.node) ?? [];
    const calls = callsOf(sources, sources.fileOf(owner))
      .filter(({ path }) => ownerOf(path).node === owner.node)
      .map(({ path, callee }) => ({ at: startOf(path.node), called: entered(callee) }))
      .filter(({ called }) => called && (byOwner.has(called.node) || leadsOn(sources, called, byOwner)));
    const steps = [
      ...own.map((registration) => ({ at: endKey(registration), run: () => void sorted.push(registration) })),
      ...calls.map(({ at, called }) => ({ at, run: () => called && visit(called) })),
    ].sort((a, b) => a.at - b.at);
    for (const step of steps) step.run();
  };

  visit(ownerOf(creation));
  const rest = [...owners.values()].sort((a, b) =>
    positionKey(sources.fileOf(a), a.node).localeCompare(positionKey(sources.fileOf(b), b.node)),
  );
  for (const owner of rest.filter((one) => one.isProgram())) visit(owner);
  for (const owner of rest) visit(owner);
  return sorted;
}

/** Calls of a chain start at the same place and run in the order in which they end. */
function endKey({ call }: Registration): number {
  const callee = call.get('callee') as NodePath;
  const property = callee.isMemberExpression() ? callee.node.property : call.node;
  return startOf(property);
}

/** The function (or the program) whose run reaches a place: callbacks and functions called on the spot are passed. */
export function ownerOf(path: NodePath): NodePath {
  for (let above: NodePath | null = path.parentPath; above; above = above.parentPath) {
    if (above.isProgram()) return above;
    if (above.isFunction() && !runsInPlace(above)) return above;
  }
  return path;
}

function runsInPlace(path: NodePath<t.Function>): boolean {
  return path.listKey === 'arguments' || path.key === 'callee';
}

function entered(callee: Definition): NodePath | undefined {
  if (callee.kind === 'function') return callee.path;
  if (callee.kind !== 'class') return undefined;
  return callee.path
    .get('body')
    .get('body')
    .find((member) => member.isClassMethod({ kind: 'constructor' }));
}

/** Whether a function calls, itself or through others, one that registers something. */
function leadsOn(
  sources: Sources,
  owner: NodePath,
  byOwner: ReadonlyMap<t.Node, unknown>,
  depth = 0,
): boolean {
  if (depth > 3) return false;
  return callsOf(sources, sources.fileOf(owner)).some(({ path, callee }) => {
    if (ownerOf(path).node !== owner.node) return false;
    const next = entered(callee);
    return (
      next !== undefined &&
      next.node !== owner.node &&
      (byOwner.has(next.node) || leadsOn(sources, next, byOwner, depth + 1))
    );
  });
}
