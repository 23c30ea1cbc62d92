import type { NodePath } from '@babel/traverse';
import { keyName } from '../../definitions.js';
import type { Sources } from '../../sources.js';
import { memberTexts, type UserMember } from '../user-member.js';
import { sqlOf } from './sql.js';

/** Whether every row that is made says by a column whose it is, as sessions know him. */
export function isUserColumn(
  sources: Sources,
  rows: readonly NodePath[],
  column: string,
  user: UserMember,
): boolean {
  return rows.length > 0 && rows.every((row) => namesUser(sources, row, column, user));
}

function namesUser(sources: Sources, row: NodePath, column: string, user: UserMember): boolean {
  const written = sqlOf(row)?.written.get(column);
  if (written && written !== 'nothing') return memberTexts(sources, written).includes(user.text);
  let found = false;
  row.traverse({
    ObjectProperty(property) {
      if (keyName(property.node) !== column) return;
      if (memberTexts(sources, property.get('value') as NodePath).includes(user.text)) found = true;
    },
  });
  return found;
}
