import type { NodePath } from '@babel/traverse';
import { keyName, propertyName } from '../../definitions.js';
import { textOf } from '../../source.js';
import type { Sources } from '../../sources.js';
import type { UserMember } from '../user-member.js';
import type { Emptied } from './books.js';
import { isUserColumn } from './columns.js';

/** A place that takes all tokens of a user out, for which all of his sessions end. */
export interface Everywhere {
  readonly path: NodePath;
  readonly statement: NodePath;
  /** What sessions know the user by, as code for that place. */
  readonly user: string;
}

interface Around {
  readonly user: UserMember | undefined;
  readonly isRenewing: (path: NodePath) => boolean;
  readonly leaves: (path: NodePath) => boolean;
  readonly rows: readonly NodePath[];
}

/**
 * What becomes of a place that takes all tokens of a user out: it goes where a login or a renewal makes room for
 * its own token, and where a logout takes out the only one.
 */
export function everywhereOf(
  sources: Sources,
  { path, statement, user, named }: Emptied,
  { user: member, isRenewing, leaves, rows }: Around,
): Everywhere | 'goes' | 'strange' {
  if (isRenewing(statement)) return 'goes';
  if (leaves(statement) && (named === 'record' || isOfOne(path))) return 'goes';
  const text = textOf(sources.fileOf(user), user.node);
  const column = keyName(user.parent) ?? '';
  const ofUser = member && (named === 'record' || isUserColumn(sources, rows, column, member));
  const id = ofUser ? `${text}${named === 'record' ? member.text : ''}` : undefined;
  const waits = statement.getFunctionParent()?.node.async === true;
  return id !== undefined && waits ? { path, statement, user: id } : 'strange';
}

/** `deleteOne({ user })`: there is one. */
function isOfOne(path: NodePath): boolean {
  const method = path.isCallExpression() ? (propertyName(path.node.callee) ?? '') : '';
  return /One|ById|^remove$/.test(method);
}
