import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { identifiersIn } from './acceptance/carried-code.js';
import { propertyOf } from './acceptance/doors.js';
import { saidAtCall } from './shared-claims.js';
import type { MintSite } from './site.js';
import { startOf } from './source.js';
import type { Sources } from './sources.js';

/** When a session ends because a refresh token that is made beside it does. */
export interface End {
  /** The code of the point in time, as the claim `exp` has it. */
  readonly text: string;
  /** Declarations that the code needs and that stand behind the login's call as yet. */
  readonly declarations: readonly NodePath<t.VariableDeclaration>[];
}

/** The end of a refresh token as code for the login that is made by the same function; undefined where it has none. */
export function endBeside(sources: Sources, login: MintSite, refresh: MintSite): End | undefined {
  const { shared, claims } = refresh;
  const ends = claims && propertyOf(sources, claims, 'exp');
  const owner = login.call.getFunctionParent();
  const before = login.call.getStatementParent();
  if (!shared || !ends || !before || owner?.node !== refresh.call.getFunctionParent()?.node) return undefined;
  const text = saidAtCall(sources, shared, refresh.call, ends);
  if (text === undefined) return undefined;
  const declarations: NodePath<t.VariableDeclaration>[] = [];
  for (const given of refresh.call.get('arguments') as NodePath[]) {
    for (const name of identifiersIn(given)) {
      const declaration = declarationBehind(name, before);
      if (declaration === 'stuck') return undefined;
      // What the end does not need may stay where it is.
      if (declaration && new RegExp(`\\b${name.node.name}\\b`).test(text)) declarations.push(declaration);
    }
  }
  return { text, declarations };
}

/** The declaration of a name, where that stands behind a statement and could as well stand before it. */
function declarationBehind(
  name: NodePath<t.Identifier>,
  before: NodePath,
): NodePath<t.VariableDeclaration> | 'stuck' | undefined {
  const binding = name.scope.getBinding(name.node.name);
  const declarator = binding?.path;
  if (!binding || !declarator?.isVariableDeclarator()) return undefined;
  if (startOf(declarator.node) < startOf(before.node)) return undefined;
  const declaration = declarator.parentPath;
  const init = declarator.get('init');
  if (!declaration?.isVariableDeclaration() || declaration.node.declarations.length !== 1) return 'stuck';
  if (!binding.constant || !init.node || declaration.parentPath !== before.parentPath) return 'stuck';
  const known = identifiersIn(init as NodePath).every((one) => {
    const other = one.scope.getBinding(one.node.name);
    return !other || startOf(other.identifier) < startOf(before.node);
  });
  const waits = t.isAwaitExpression(init.node);
  return known && !waits ? declaration : 'stuck';
}
