import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { propertyName } from '../../definitions.js';
import type { Sources } from '../../sources.js';
import { memberTexts, type UserMember } from '../user-member.js';
import { outermost } from './found.js';

/** Whose row it is: the places that read his id, and what only gets at him for that. */
export interface Owner {
  readonly places: readonly NodePath[];
  readonly statements: readonly NodePath[];
}

/**
 * `const user = await stored.getUser()` and `stored.user._id`, where nothing of him is read but the id by which
 * sessions know him, and every row that is made names him.
 */
export function ownerOf(
  sources: Sources,
  read: NodePath,
  user: UserMember,
  rows: readonly NodePath[],
): Owner | undefined {
  const name = propertyName(read.node) ?? '';
  if (!/user|owner|account|member/i.test(name)) return undefined;
  if (!rows.length || !rows.every((row) => namesUser(sources, row, user))) return undefined;
  const call = read.key === 'callee' && read.parentPath?.isCallExpression() ? read.parentPath : read;
  const whole = outermost(call);
  const declarator = whole.parentPath?.isVariableDeclarator() ? whole.parentPath : undefined;
  if (!declarator) {
    const place = idOf(whole, user);
    return place && { places: [place], statements: [] };
  }
  const { id } = declarator.node;
  const statement = declarator.parentPath;
  if (!t.isIdentifier(id) || !statement.isVariableDeclaration() || statement.node.declarations.length > 1)
    return undefined;
  const places = (declarator.scope.getBinding(id.name)?.referencePaths ?? []).map((one) => idOf(one, user));
  const known = places.filter((one) => one !== undefined);
  return known.length === places.length ? { places: known, statements: [statement] } : undefined;
}

/** The expression that reads the id off somebody: `user.id`, `user._id.toString()`. */
function idOf(path: NodePath, { text }: UserMember): NodePath | undefined {
  let at = path;
  for (;;) {
    const member = at.key === 'object' ? at.parentPath : undefined;
    if (!member?.isMemberExpression()) break;
    at = member.key === 'callee' && member.parentPath?.isCallExpression() ? member.parentPath : member;
  }
  const told = String(at).slice(String(path).length);
  const same = told === text || (/^\._?id$/.test(told) && /^\._?id\b/.test(text));
  return same ? at : undefined;
}

/** Whether a row that is made says whose it is, as sessions know him. */
function namesUser(sources: Sources, row: NodePath, { text }: UserMember): boolean {
  let found = false;
  row.traverse({
    ObjectProperty(property) {
      if (memberTexts(sources, property.get('value') as NodePath).some((one) => isId(one, text)))
        found = true;
    },
  });
  return found;
}

function isId(one: string, text: string): boolean {
  return one === text || (/^\._?id$/.test(one) && /^\._?id\b/.test(text));
}
