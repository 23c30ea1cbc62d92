import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { keyName, propertyName } from '../project/definitions.js';
import { heldParameter } from '../project/held-claims.js';
import { endOf, type SourceFile, startOf, textOf } from '../project/source.js';
import type { Edit, NeededName } from './edits.js';
import { isTaken } from './names.js';

/**
 * Puts claims in the place of what yields an object that has them as a property: `verify(token).body` → `claims()`,
 * `const { body } = verify(token)` → `const body = claims()`, else `{ body: claims() }`.
 *
 * @param yields what yields the object, an `await` around it included
 */
export function heldClaims(
  file: SourceFile,
  yields: NodePath,
  property: string,
  claims: string,
  needs: readonly NeededName[],
): Edit {
  const replace = ({ node }: NodePath, text: string): Edit => ({
    file: file.path,
    start: startOf(node),
    end: endOf(node),
    text,
    needs,
  });
  const around = yields.parentPath;
  if (around && propertyName(around.node) === property && yields.key === 'object')
    return replace(around, claims);
  const pattern = around?.isVariableDeclarator() ? around.node.id : undefined;
  if (around && t.isObjectPattern(pattern) && pattern.properties.length === 1) {
    const [only] = pattern.properties;
    if (t.isObjectProperty(only) && keyName(only) === property && t.isLVal(only.value))
      return replace(around, `${textOf(file, only.value)} = ${claims}`);
  }
  const object = `{ ${property}: ${claims} }`;
  // An arrow function would take the brace for its block's.
  const body = around?.isArrowFunctionExpression() && yields.key === 'body';
  return replace(yields, body ? `(${object})` : object);
}

/** `(err, token) => token.body.id` → `(err, claims) => claims.id` */
export function heldParameterEdits(file: SourceFile, callback: NodePath, property: string): Edit[] {
  const held = heldParameter(callback, property);
  if (!held) return [];
  const { parameter, reads } = held;
  const free = ['claims', 'sessionClaims', 'claimsOfSession'].find((name) => !isTaken(file, name));
  const text = free ?? parameter.node.name;
  return [parameter, ...reads].map(({ node }) => ({
    file: file.path,
    start: startOf(node),
    end: endOf(node),
    text,
  }));
}
