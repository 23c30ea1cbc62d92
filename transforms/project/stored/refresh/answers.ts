import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { allRefuse, alternatives, identifiersIn } from '../../acceptance/carried-code.js';
import { propertyName } from '../../definitions.js';
import type { CheckSite } from '../../site.js';
import { startOf } from '../../source.js';
import type { Sources } from '../../sources.js';
import type { UserMember } from '../user-member.js';
import { isOfGone, isWithin } from './books.js';
import { isUserColumn } from './columns.js';
import { type Question, statementOf } from './found.js';
import type { RefreshKeeper } from './keepers.js';
import { type Owner, ownerOf } from './owners.js';
import type { PassingRenewal } from './passing.js';
import {
  checkedBefore,
  isAlike,
  isBookkeeping,
  isPresence,
  type Refusal,
  refusalOf,
  remainingOf,
  statementsOf,
} from './refusals.js';
import { tokenOfRow } from './values.js';

/** What becomes of a question after a refresh token that the application keeps. */
export type Answer =
  /** The session is asked in its place, at each of the places. */
  | {
      readonly how: 'asked';
      readonly places: readonly Place[];
      readonly dropped: readonly Refusal[];
      readonly users?: NamedUsers;
    }
  /** A user is searched by his id instead of the token. */
  | {
      readonly how: 'by-user';
      readonly column: NodePath<t.ObjectProperty>;
      readonly held: NodePath<t.VariableDeclarator>;
      readonly user: UserMember;
      readonly check?: CheckSite;
      readonly moved?: MovedRefusal;
    }
  /** The row of a login is searched by whose it is: there is one way in, and it stands for both tokens. */
  | { readonly how: 'by-owner'; readonly renewal: PassingRenewal }
  /** It has been answered by the check before: it goes, with what follows when it finds nothing. */
  | {
      readonly how: 'answered';
      readonly refusals: readonly Refusal[];
      readonly users?: NamedUsers;
      readonly moved?: MovedRefusal;
    };

/** Places that read a user's id off a row: the session has it too. */
export interface NamedUsers {
  readonly places: readonly NodePath[];
  readonly user: UserMember;
}

/** What is done where a token is not kept has to be done before the token is checked. */
export interface MovedRefusal {
  readonly refusal: Refusal;
  readonly before: NodePath;
}

/** An expression to put a question to the session at, and whether it is true when the session is there. */
export interface Place {
  readonly path: NodePath;
  readonly found: boolean;
}

/** A question with what becomes of it. */
export interface Answered {
  readonly question: Question;
  readonly answer: Answer;
}

/** Where nothing is found: what is done to the tokens that are kept, before it is answered. */
export function besideAnswers(
  question: Question,
  gone: ReadonlySet<NodePath>,
  checks: readonly CheckSite[],
): NodePath[] {
  return refusalsOf(question).flatMap(({ branch }) => {
    const statements = statementsOf(branch);
    if (statements.length < 2) return [];
    return statements.slice(0, -1).filter((one) => isBookkeeping(one, gone, checks));
  });
}

/** The references of the variable that holds a record. */
function referencesOf({ held }: Question): NodePath[] {
  const id = held?.node.id;
  return held && t.isIdentifier(id) ? (held.scope.getBinding(id.name)?.referencePaths ?? []) : [];
}

function refusalsOf(question: Question): Refusal[] {
  const asks = question.held ? referencesOf(question).filter(isPresence) : [question.path];
  const yields = question.yields === 'no' ? 'no' : 'yes';
  return asks.flatMap((one) => refusalOf(one, yields) ?? []);
}

/** What is known where questions are answered. */
export interface Around {
  readonly gone: ReadonlySet<NodePath>;
  readonly checks: readonly CheckSite[];
  readonly leaves: (path: NodePath) => boolean;
  readonly user: UserMember | undefined;
  readonly rows: readonly NodePath[];
  readonly keepers: readonly RefreshKeeper[];
}

/** A question with what becomes of it, and the statements that go with it. */
interface Outcome {
  readonly answer?: Answer;
  /** They only take the token out. */
  readonly taken: readonly NodePath[];
  /** They ask after it. */
  readonly asking: readonly NodePath[];
  /** Places that read the token off its row. */
  readonly shown?: readonly NodePath[];
}

/** Says what becomes of a question; undefined where no rule can say it. */
export function answerTo(
  sources: Sources,
  question: Question,
  { gone, checks, leaves, user, rows, keepers }: Around,
): Outcome | undefined {
  const { column, held } = question;
  if (held && isForNothing(question, gone)) return { taken: [], asking: [held.parentPath] };
  const atLogout = leaves(question.path);
  const before = atLogout ? undefined : checkedBefore(sources, question, checks);
  const moved = before && movedRefusal(sources, question, before);
  if (moved === 'stuck') return undefined;
  const later = moved ? { moved } : {};
  if (column && held && !atLogout) {
    if (!user) return undefined;
    const check = before ? { check: before.check } : {};
    const answer: Answer = { how: 'by-user', column, held, user, ...check, ...later };
    return { answer, taken: [], asking: [] };
  }
  const places = held ? placesOf(question, gone) : placesAt(question);
  if (!places) return undefined;
  const taken = places.taken;
  const shown = places.others.filter((one) => tokenOfRow(one.get('object') as NodePath, keepers));
  const others = places.others.filter((one) => !shown.includes(one));
  const owners = user ? others.map((one) => ownedBy(sources, one, user, rows)) : [];
  const known = owners.filter((one) => one !== undefined);
  if (known.length < others.length) return undefined;
  const named = known.flatMap((one) => one.places);
  const asking = [
    ...(held ? [held.parentPath] : []),
    ...places.over,
    ...known.flatMap(({ statements }) => statements),
  ];
  const users = named.length && user ? { users: { places: named, user } } : {};
  const { asked, dropped } = places;
  if (!before) return { answer: { how: 'asked', places: asked, dropped, ...users }, taken, asking, shown };
  const refusals = [...refusalsOf(question), ...dropped];
  if (refusals.length < places.asked.length || (!refusals.length && !named.length)) return undefined;
  return { answer: { how: 'answered', refusals, ...users, ...later }, taken, asking, shown };
}

/** What is done with the record that a question yields. */
interface Places {
  readonly asked: readonly Place[];
  readonly taken: readonly NodePath[];
  /** Conditions that turn away whose token is over or taken back, and such alternatives of others. */
  readonly over: readonly NodePath[];
  readonly dropped: readonly Refusal[];
  /** Other properties that are read. */
  readonly others: readonly NodePath[];
}

function placesOf(question: Question, gone: ReadonlySet<NodePath>): Places | undefined {
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
    const read = reference.key === 'object' ? reference.parentPath : undefined;
    if (over && over.asks === over.statement.get('test')) found.over.push(over.statement);
    else if (over) found.dropped.push(over);
    else if (read) found.others.push(read);
    else return undefined;
  }
  return found;
}

function placesAt(question: Question): Places | undefined {
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

/** Whose token a row is, where every row that is made says it by his id. */
function ownedBy(
  sources: Sources,
  read: NodePath,
  user: UserMember,
  rows: readonly NodePath[],
): Owner | undefined {
  const column = propertyName(read.node);
  const plain = read.parentPath?.isMemberExpression() !== true || read.key !== 'object';
  const own = plain && column !== undefined && isUserColumn(sources, rows, column, user);
  return own ? { places: [read], statements: [] } : ownerOf(sources, read, user, rows);
}

/** Whether what a question finds decides only on statements that go. */
function isForNothing(question: Question, gone: ReadonlySet<NodePath>): boolean {
  const references = referencesOf(question);
  return references.length > 0 && references.every((one) => isWithin(one, gone) || isOfGone(one, gone));
}

/** Where whoever comes with a token that is not kept is answered in another way than one whose token does not hold. */
function movedRefusal(
  sources: Sources,
  question: Question,
  { check, statement }: { readonly check: CheckSite; readonly statement: NodePath },
): MovedRefusal | 'stuck' | undefined {
  const unlike = refusalsOf(question).find((one) => !isAlike(sources, one, check));
  if (!unlike) return undefined;
  return isMadeBefore(unlike.branch, statement) ? { refusal: unlike, before: statement } : 'stuck';
}

/** Whether every name in a branch means the same before a statement. */
function isMadeBefore(branch: NodePath, statement: NodePath): boolean {
  return identifiersIn(branch).every((name) => {
    const binding = name.scope.getBinding(name.node.name);
    if (!binding || binding.scope.path.isDescendant(branch)) return true;
    return (
      statement.scope.getBinding(name.node.name) === binding &&
      startOf(binding.identifier) < startOf(statement.node)
    );
  });
}

/** `!found` and `found == null` ask as a whole. */
function placeOf(path: NodePath): Place {
  const above = path.parentPath;
  if (above?.isBinaryExpression() && path.key === 'left')
    return { path: above, found: /^!/.test(above.node.operator) };
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
