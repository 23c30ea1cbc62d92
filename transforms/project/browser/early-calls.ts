import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { definitionOf, keyName, lastNameOf } from '../definitions.js';
import { sideOf } from '../sides.js';
import type { Sources } from '../sources.js';
import { outgoingRequests } from './requests.js';

const DEEPEST = 3;
/** What is called on an application or a library before anything is shown, and sends nothing. */
const SETTING_UP =
  /^(?:use|component|directive|provide|mixin|config\w*|set\w*|register\w*|mount|render|log|on)$/;

/** Whether a statement before the mount sends requests, by what it calls: `useAuth().restore().catch(…)`. */
export function sendsEarly(sources: Sources, path: NodePath): boolean {
  if (path.isExpressionStatement()) return sendsEarly(sources, path.get('expression'));
  if (path.isAwaitExpression() || path.isUnaryExpression())
    return sendsEarly(sources, path.get('argument') as NodePath);
  if (!path.isCallExpression()) return false;
  const callee = path.get('callee');
  const object = callee.isMemberExpression() ? callee.get('object') : undefined;
  return sends(sources, path, 0, new Set()) || (object !== undefined && sendsEarly(sources, object));
}

function sends(
  sources: Sources,
  call: NodePath<t.CallExpression>,
  depth: number,
  seen: Set<t.Node>,
): boolean {
  const callee = call.get('callee') as NodePath;
  const name = lastNameOf(callee);
  if (name === undefined || SETTING_UP.test(name) || depth > DEEPEST) return false;
  return calledAs(sources, callee, name).some((owner) => {
    if (seen.has(owner.node)) return false;
    seen.add(owner.node);
    return sendsWithin(sources, owner, depth, seen);
  });
}

/** Whether a function sends requests, itself or by what it calls. */
export function sendsWithin(
  sources: Sources,
  owner: NodePath<t.Function>,
  depth = 0,
  seen = new Set<t.Node>(),
): boolean {
  const within = (path: NodePath) => path.isDescendant(owner);
  if (outgoingRequests(sources, sources.fileOf(owner)).some(({ path }) => within(path))) return true;
  let found = false;
  owner.traverse({
    CallExpression(inner) {
      if (!found && sends(sources, inner, depth + 1, seen)) found = true;
    },
  });
  return found;
}

/** The function that is called; of a store's, whose methods are looked up by name, each of that name. */
function calledAs(sources: Sources, callee: NodePath, name: string): NodePath<t.Function>[] {
  const definition = definitionOf(sources, callee);
  if (definition.kind === 'function') return [definition.path];
  if (definition.kind !== 'member' && definition.kind !== 'value') return [];
  return sources
    .naming(name)
    .filter((file) => !file.test && sideOf(sources, file) === 'client')
    .flatMap((file) => [...file.paths.values()].flatMap((path) => methodCalled(sources, path, name)));
}

function methodCalled(sources: Sources, path: NodePath, name: string): NodePath<t.Function>[] {
  if (path.isObjectMethod() && keyName(path.node) === name) return [path];
  if (!path.isObjectProperty() || keyName(path.node) !== name || !path.parentPath.isObjectExpression())
    return [];
  // `return { restore }` of a store that is set up by a function.
  const value = definitionOf(sources, path.get('value') as NodePath);
  return value.kind === 'function' ? [value.path] : [];
}
