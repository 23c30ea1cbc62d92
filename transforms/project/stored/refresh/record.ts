import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { identifiersIn } from '../../acceptance/carried-code.js';
import { propertyName } from '../../definitions.js';
import { usesOf } from '../../flow/follow.js';
import { hazardOf } from '../../hazards.js';
import { isInside } from '../../inside.js';
import { type CheckSite, isCheck, isMint, type LogoutRouteSite, type Site } from '../../site.js';
import { shimCalls } from '../../sites/present.js';
import { startOf } from '../../source.js';
import type { Sources } from '../../sources.js';
import { type UserMember, userMemberOf } from '../user-member.js';
import { isOfLogout } from '../writes.js';
import { type Books, booksOf, isOfGone, placeOf as placeIn } from './books.js';
import { type Question, statementOf } from './found.js';
import { isSame, keeperAt, type RefreshKeeper } from './keepers.js';
import { mentionsOf } from './mentions.js';
import {
  checkedBefore,
  isAlike,
  isBookkeeping,
  isPresence,
  type Refusal,
  refusalOf,
  statementsOf,
} from './refusals.js';

/** What becomes of a question after a refresh token that the application keeps. */
export type Answer =
  /** The session is asked in its place, at each of the places. */
  | { readonly how: 'asked'; readonly places: readonly Place[] }
  /** A user is searched by his id instead of the token. */
  | {
      readonly how: 'by-user';
      readonly column: NodePath<t.ObjectProperty>;
      readonly held: NodePath<t.VariableDeclarator>;
      readonly user: UserMember;
      readonly check?: CheckSite;
      readonly moved?: MovedRefusal;
    }
  /** It has been answered by the check before: it goes, with what follows when it finds nothing. */
  | { readonly how: 'answered'; readonly refusals: readonly Refusal[]; readonly moved?: MovedRefusal };

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

/** The refresh tokens that an application keeps, with every place that has to do with them. */
export interface RefreshRecord {
  readonly keepers: readonly RefreshKeeper[];
  /** Statements that go: they keep a token, take it out, or get at it for that. */
  readonly gone: ReadonlySet<NodePath>;
  /** Of those, what asks whether a token is kept: old tokens are still refused by it. */
  readonly asking: ReadonlySet<NodePath>;
  readonly answers: readonly Answered[];
  /** Why they can't move, in words. */
  readonly strange?: string;
}

const records = new WeakMap<Sources, RefreshRecord | 'none'>();

/** What an application keeps its refresh tokens in; undefined where it keeps none. */
export function refreshRecordOf(sources: Sources, sites: readonly Site[]): RefreshRecord | undefined {
  const known = records.get(sources);
  if (known) return known === 'none' ? undefined : known;
  const found = find(sources, sites);
  records.set(sources, found ?? 'none');
  return found;
}

function find(sources: Sources, sites: readonly Site[]): RefreshRecord | undefined {
  const keepers = keepersOf(sources, sites);
  if (!keepers.length) return undefined;
  // The session module goes on searching for old tokens.
  const shim = shimCalls(sources);
  const mentions = keepers
    .flatMap((keeper) => mentionsOf(sources, keeper))
    .filter(({ path }) => !shim.some((call) => isInside(call, path)));
  const books = booksOf(sources, keepers, mentions);
  const checks = sites.filter(isCheck).filter(({ family }) => family === 'refresh');
  const logouts = sites.filter((site): site is LogoutRouteSite => site.kind === 'logout-route');
  const gone = new Set(books.gone);
  for (const question of books.questions)
    for (const one of besideAnswers(question, books, checks)) gone.add(one);
  const asking = new Set<NodePath>();
  const answers: Answered[] = [];
  let { strange } = books;
  for (const question of books.questions) {
    if (isWithin(question.path, gone)) continue;
    const found = answerTo(sources, question, {
      gone,
      checks: checks.filter(({ call }) => !isWithin(call, gone)),
      logouts,
      user: userMemberOf(sources, sites),
    });
    if (!found) strange ??= placeIn(sources, question.path);
    else {
      if (found.answer) answers.push({ question, answer: found.answer });
      for (const one of found.gone) {
        gone.add(one);
        asking.add(one);
      }
    }
  }
  return { keepers, gone, asking, answers, ...(strange ? { strange } : {}) };
}

function isWithin(path: NodePath, statements: ReadonlySet<NodePath>): boolean {
  return [...statements].some((one) => isInside(one, path));
}

/** What refresh tokens get into, and what they are searched in. */
function keepersOf(sources: Sources, sites: readonly Site[]): RefreshKeeper[] {
  const uses = sites.flatMap((site) => {
    if (site.family !== 'refresh') return [];
    if (isMint(site)) return usesOf(sources, site.path);
    return site.kind === 'request' ? site.uses : [];
  });
  const keepers: RefreshKeeper[] = [];
  for (const use of uses) {
    const keeper = hazardOf(sources, [use]) ? keeperAt(sources, use) : undefined;
    if (keeper && !keepers.some((one) => isSame(one, keeper))) keepers.push(keeper);
  }
  return keepers;
}

/** Where nothing is found: what is done to the tokens that are kept, before it is answered. */
function besideAnswers(question: Question, { gone }: Books, checks: readonly CheckSite[]): NodePath[] {
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

interface Around {
  readonly gone: ReadonlySet<NodePath>;
  readonly checks: readonly CheckSite[];
  readonly logouts: readonly LogoutRouteSite[];
  readonly user: UserMember | undefined;
}

function answerTo(
  sources: Sources,
  question: Question,
  { gone, checks, logouts, user }: Around,
): { answer?: Answer; gone: NodePath[] } | undefined {
  const { column, held } = question;
  if (held && isForNothing(question, gone)) return { gone: [held.parentPath] };
  const leaves = isOfLogout(sources, question.path, logouts, 0);
  const before = leaves ? undefined : checkedBefore(sources, question, checks);
  const moved = before && movedRefusal(sources, question, before);
  if (moved === 'stuck') return undefined;
  const later = moved ? { moved } : {};
  if (column && held && !leaves) {
    if (!user) return undefined;
    const check = before ? { check: before.check } : {};
    return { answer: { how: 'by-user', column, held, user, ...check, ...later }, gone: [] };
  }
  const goes: NodePath[] = [];
  const places: Place[] = [];
  if (held) {
    for (const reference of referencesOf(question)) {
      if (isWithin(reference, gone)) continue;
      const taken = takenOut(reference);
      if (taken) goes.push(...taken);
      else if (isPresence(reference)) places.push(placeOf(reference));
      else return undefined;
    }
    goes.push(held.parentPath);
  } else if (question.yields === 'record') {
    if (!isPresence(question.path)) return undefined;
    places.push(placeOf(question.path));
  } else places.push({ path: question.path, found: question.yields === 'yes' });
  if (!before) return { answer: { how: 'asked', places }, gone: goes };
  const refusals = refusalsOf(question);
  if (!refusals.length || refusals.length < places.length) return undefined;
  return { answer: { how: 'answered', refusals, ...later }, gone: goes };
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

/** Whether a place is in what goes, or is a question that the session answers: no token gets there any more. */
export function isOfRefreshRecord(path: NodePath, { gone, answers }: RefreshRecord): boolean {
  if (isWithin(path, gone)) return true;
  return answers.some(({ question, answer }) => {
    const asked = answer.how === 'answered' ? answer.refusals.map((one) => one.asks) : [];
    return [question.path, ...asked].some((one) => isInside(one, path));
  });
}
