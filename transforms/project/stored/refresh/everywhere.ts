import type { NodePath } from '@babel/traverse';
import { keyName, propertyName } from '../../definitions.js';
import { textOf } from '../../source.js';
import type { Sources } from '../../sources.js';
import type { UserMember } from '../user-member.js';
import { isUserColumn } from './columns.js';
import type { Cleared, Question } from './found.js';

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
  readonly questions: readonly Question[];
}

/**
 * What becomes of a place that takes all tokens of a user out. Where a login or a renewal makes room for its own
 * token it goes, and where a logout found the user by the token that came. Another logout goes on taking out what
 * old tokens are searched in.
 */
export function everywhereOf(
  sources: Sources,
  { path, statement, user, named, column }: Cleared & { readonly statement: NodePath },
  { user: member, isRenewing, leaves, rows, questions }: Around,
): Everywhere | 'goes' | 'stays' | 'strange' {
  if (isRenewing(statement) && !leaves(statement)) return 'goes';
  if (leaves(statement) && isFound(user, questions)) return 'goes';
  if (leaves(statement) && (named !== 'column' || isOfOne(path))) return 'stays';
  const text = textOf(sources.fileOf(user), user.node);
  const known =
    named === 'column'
      ? member && isUserColumn(sources, rows, column ?? keyName(user.parent) ?? '', member)
      : named === 'record' || /^\??\._?id\b/.test(member?.text ?? '');
  const waits = statement.getFunctionParent()?.node.async === true;
  if (!known || !member || !waits) return 'strange';
  return { path, statement, user: `${text}${named === 'record' ? member.text : ''}` };
}

/** Whether a record was found by the token, or an id is that of such a record. */
function isFound(user: NodePath, questions: readonly Question[]): boolean {
  let at = user;
  while (at.isMemberExpression()) at = at.get('object');
  const declarator = at.isIdentifier() ? at.scope.getBinding(at.node.name)?.path : undefined;
  if (questions.some(({ held }) => held !== undefined && held.node === declarator?.node)) return true;
  const init = declarator?.isVariableDeclarator() ? (declarator.get('init') as NodePath) : undefined;
  return init?.isMemberExpression() === true && isFound(init, questions);
}

/** `deleteOne({ user })`: there is one. */
function isOfOne(path: NodePath): boolean {
  const method = path.isCallExpression() ? (propertyName(path.node.callee) ?? '') : '';
  return /One|ById|^remove$/.test(method);
}
