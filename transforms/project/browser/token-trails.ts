import type { Binding, NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { keyName } from '../definitions.js';
import { membersAbove } from './answers.js';
import { isTokenName } from './names.js';

/** The ways, by property names, in which a function reads tokens from an answer. */
export function tokenTrails(
  owner: NodePath<t.Function>,
  binding: Binding,
  names: readonly string[],
): string[][] {
  const trails: string[][] = [];
  for (const reference of binding.referencePaths) {
    if (!reference.isDescendant(owner)) continue;
    const trail = membersAbove(reference);
    if (!names.every((name, index) => trail.names[index] === name)) continue;
    const rest = trail.names.slice(names.length);
    const at = rest.findIndex((name) => isTokenName(name));
    if (at >= 0) trails.push(deepestToken(rest, at));
    const pattern = trail.path.parentPath;
    if (at < 0 && pattern?.isVariableDeclarator() && t.isObjectPattern(pattern.node.id)) {
      for (const one of pattern.node.id.properties) {
        const key = keyName(one);
        if (key && isTokenName(key)) trails.push([...rest, key]);
      }
    }
  }
  return trails;
}

/** `token.access`, `tokens.access.token`: the object of tokens is no token itself. */
function deepestToken(names: readonly string[], at: number): string[] {
  const next = names[at + 1];
  const holdsMore =
    next !== undefined && /^(?:access|refresh|(?:access|refresh|auth|id)_?token|token|jwt|id)$/i.test(next);
  return holdsMore ? deepestToken(names, at + 1) : names.slice(0, at + 1);
}
