import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { returnsOf } from '../flow/returns.js';
import { unwrapped } from '../unwrapped.js';
import { isAbsent } from './absent.js';

/**
 * The function around a look at all cookies that answers one of them or nothing, and takes nothing in:
 * `const match = document.cookie.match(/token=([^;]*)/); return match ? match[1] : null;`
 */
export function takingFunction(read: NodePath): NodePath<t.Function> | undefined {
  const owner = read.getFunctionParent();
  if (!owner || owner.node.params.length || owner.listKey === 'arguments' || owner.node.async)
    return undefined;
  const answers = returnsOf(owner).flatMap(branchesOf);
  const names = namesFrom(owner, read);
  const takes = (path: NodePath): boolean => speaksOf(path, read, names);
  return answers.some(takes) && answers.every((path) => isAbsent(path) || takes(path)) ? owner : undefined;
}

function branchesOf(path: NodePath): NodePath[] {
  const bare = unwrapped(path);
  if (bare.isConditionalExpression())
    return [bare.get('consequent'), bare.get('alternate')].flatMap((one) => branchesOf(one as NodePath));
  return [bare];
}

/** The variables of a function that are made of the cookies, one of another. */
function namesFrom(owner: NodePath<t.Function>, read: NodePath): Set<string> {
  const names = new Set<string>();
  owner.traverse({
    VariableDeclarator(declarator) {
      const init = declarator.get('init') as NodePath;
      if (!init.node || !speaksOf(init, read, names)) return;
      for (const name of Object.keys(t.getBindingIdentifiers(declarator.node.id))) names.add(name);
    },
  });
  return names;
}

function speaksOf(path: NodePath, read: NodePath, names: ReadonlySet<string>): boolean {
  if (path === read || read.isDescendant(path)) return true;
  if (path.isIdentifier()) return names.has(path.node.name);
  let found = false;
  path.traverse({
    Identifier(inner) {
      if (inner.isReferencedIdentifier() && names.has(inner.node.name)) found = true;
    },
  });
  return found;
}
