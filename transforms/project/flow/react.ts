import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { definitionOf } from '../definitions.js';
import { HOOK_LIBRARIES, yieldOfHook } from '../hooks.js';
import type { Sources } from '../sources.js';
import type { Origin } from './origins.js';
import { returnsOf } from './returns.js';

/** Where a value comes from that a hook of React yields: what state begins with and is set to, what a context provides. */
export function fromHook(
  sources: Sources,
  call: NodePath<t.CallExpression> | NodePath<t.OptionalCallExpression>,
  trail: readonly string[],
): Origin[] | undefined {
  const hook = definitionOf(sources, call.get('callee') as NodePath);
  if (hook.kind !== 'package' || !HOOK_LIBRARIES.test(hook.module)) return undefined;
  const name = hook.name.at(-1);
  const [first] = call.get('arguments') as NodePath[];
  if (name === 'useContext') {
    const value = call.isCallExpression() ? yieldOfHook(sources, call, hook) : undefined;
    return value && [{ path: value, trail }];
  }
  const [part, ...rest] = trail;
  if (name !== 'useState' || part !== '0') return undefined;
  const begun = first?.isFunction() ? returnsOf(first) : first ? [first] : [];
  const found = [...begun, ...setTo(call)].map((path) => ({ path, trail: rest }));
  return found.length ? found : undefined;
}

/** What `setToken` of `const [token, setToken] = useState()` is called with; itself where it is handed on. */
function setTo({ parentPath: declarator }: NodePath): NodePath[] {
  const id = declarator?.isVariableDeclarator() ? (declarator.get('id') as NodePath) : undefined;
  const setter = id?.isArrayPattern() ? id.get('elements')[1] : undefined;
  if (!declarator || !setter?.isIdentifier()) return [];
  const references = declarator.scope.getBinding(setter.node.name)?.referencePaths ?? [];
  return references.flatMap((reference) => {
    const { parentPath: call, key } = reference;
    if (!call?.isCallExpression() || key !== 'callee') return [reference];
    const [value] = call.get('arguments') as NodePath[];
    return value && !value.isFunction() ? [value] : [];
  });
}
