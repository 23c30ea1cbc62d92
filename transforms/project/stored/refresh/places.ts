import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { allRefuse, alternatives } from '../../acceptance/carried-code.js';
import { keyName, propertyName } from '../../definitions.js';
import type { Sources } from '../../sources.js';
import type { UserMember } from '../user-member.js';
import { isWithin } from './books.js';
import { isUserColumn } from './columns.js';
import { heldName, type Question, statementOf } from './found.js';
import { isPresence, type Refusal, remainingOf } from './refusals.js';

/** An expression to put a question to the session at, and whether it is true when the session is there. */
export interface Place {
  readonly path: NodePath;
  readonly found: boolean;
}

/** What is done with the record that a question yields. */
export interface Places {
  readonly asked: readonly Place[];
  readonly taken: readonly NodePath[];
  /** Conditions that turn away whose token is over or taken back, and such alternatives of others. */
  readonly over: readonly NodePath[];
  readonly dropped: readonly Refusal[];
  /** Other properties that are read. */
  readonly others: readonly NodePath[];
}

/** The references of the variable that holds a record; of one that holds a list, the first of it and its length. */
export function referencesOf({ held }: Question): NodePath[] {
  const id = held && heldName(held.node.id);
  const references = (id && held?.scope.getBinding(id.name)?.referencePaths) ?? [];
  return references.map((one) => rowOf(one) ?? one);
}

/** Whether what a question yields is a list of rows, of which code takes the first. */
export function yieldsList({ held }: Question): boolean {
  const id = held?.node.id;
  if (t.isArrayPattern(id)) return true;
  const name = t.isIdentifier(id) ? id.name : undefined;
  const references = (name && held?.scope.getBinding(name)?.referencePaths) || [];
  return references.some((one) => rowOf(one) !== undefined);
}

/** `found[0]`, `found.length` */
function rowOf(reference: NodePath): NodePath | undefined {
  const member = reference.key === 'object' ? reference.parentPath : undefined;
  const name = member && propertyName(member.node);
  if (!member || !name) return undefined;
  // `result.rows[0]`, `result.rows.length`
  if (name === 'rows') return rowOf(member);
  return /^(?:0|length|rowCount)$/.test(name) ? member : undefined;
}

export function placesOf(question: Question, gone: ReadonlySet<NodePath>): Places | undefined {
  const found = {
    asked: [] as Place[],
    taken: [] as NodePath[],
    over: [] as NodePath[],
    others: [] as NodePath[],
    dropped: [] as Refusal[],
  };
  const left: NodePath[] = [];
  for (const reference of referencesOf(question)) {
    if (isWithin(reference, gone)) continue;
    const taken = takenOut(reference);
    if (taken) found.taken.push(...taken);
    else if (isPresence(reference)) found.asked.push(placeOf(reference));
    else left.push(reference);
  }
  const goes = new Set([...gone, ...found.taken]);
  for (const reference of left) {
    const over = overTest(reference, goes);
    const read = reference.key === 'object' ? reference.parentPath : pickedOut(reference);
    if (over && over.asks === over.statement.get('test')) found.over.push(over.statement);
    else if (over) found.dropped.push(over);
    else if (read) found.others.push(read);
    else return undefined;
  }
  return found;
}

export function placesAt(question: Question): Places | undefined {
  if (question.yields === 'record' && !isPresence(question.path)) return undefined;
  const place =
    question.yields === 'record'
      ? placeOf(question.path)
      : { path: question.path, found: question.yields === 'yes' };
  return { asked: [place], taken: [], over: [], others: [], dropped: [] };
}

/** Columns that say that a token is good no longer. */
const OVER = /expir|revok|black|denied|invalid|disabled|deleted|used|logged_?out/i;

/** `if (stored.expires < new Date()) return …`: a session that is over, or was ended, is not there. */
function overTest(reference: NodePath, gone: ReadonlySet<NodePath>): Refusal | undefined {
  const name = askedAs(reference);
  const statement = reference.getStatementParent();
  if (!OVER.test(name) || !statement?.isIfStatement() || statement.node.alternate) return undefined;
  const asks = alternatives(statement.get('test')).find((one) => reference.isDescendant(one));
  const branch = statement.get('consequent');
  return asks && allRefuse(remainingOf(branch, gone)) ? { statement, branch, asks } : undefined;
}

/** The property that is read of a record, or the function that is asked about it: `verifyExpiration(stored)`. */
function askedAs({ key, listKey, parent }: NodePath): string {
  if (key === 'object') return propertyName(parent) ?? '';
  if (listKey !== 'arguments' || !t.isCallExpression(parent)) return '';
  return t.isIdentifier(parent.callee) ? parent.callee.name : (propertyName(parent.callee) ?? '');
}

/** `!found` and `found == null` ask as a whole. */
function placeOf(path: NodePath): Place {
  const above = path.parentPath;
  if (above?.isBinaryExpression() && path.key === 'left')
    return { path: above, found: /^[!>]/.test(above.node.operator) };
  return { path, found: true };
}

/** `await stored.deleteOne()`; `stored.revoked = true` with the saving. */
function takenOut(reference: NodePath): NodePath[] | undefined {
  const member = reference.key === 'object' ? reference.parentPath : undefined;
  if (!member) return undefined;
  const method = propertyName(member.node) ?? '';
  const call = member.parentPath;
  if (call?.isCallExpression() && member.key === 'callee') {
    const statement = statementOf(call);
    return statement && /^(?:delete\w*|remove|destroy|save|update\w*)$/.test(method)
      ? [statement]
      : undefined;
  }
  const statement = call?.isAssignmentExpression() && member.key === 'left' ? statementOf(call) : undefined;
  return statement ? [statement] : undefined;
}

/** The places that read whose token a row is, where every row that is made says it by his id. */
export function namedPlaces(
  sources: Sources,
  reads: readonly NodePath[],
  user: UserMember,
  rows: readonly NodePath[],
): NodePath[] {
  return reads.filter((read) => {
    const column = columnRead(read);
    const plain = read.parentPath?.isMemberExpression() !== true || read.key !== 'object';
    return plain && column !== undefined && isUserColumn(sources, rows, column, user);
  });
}

/** `const { user } = stored` */
function pickedOut(reference: NodePath): NodePath<t.VariableDeclarator> | undefined {
  const declarator = reference.key === 'init' ? reference.parentPath : undefined;
  if (!declarator?.isVariableDeclarator() || !t.isObjectPattern(declarator.node.id)) return undefined;
  const [only, ...others] = declarator.node.id.properties;
  return t.isObjectProperty(only) && t.isIdentifier(only.value) && !others.length ? declarator : undefined;
}

function columnRead(read: NodePath): string | undefined {
  if (!read.isVariableDeclarator() || !t.isObjectPattern(read.node.id)) return propertyName(read.node);
  const [only] = read.node.id.properties;
  return only && keyName(only);
}
