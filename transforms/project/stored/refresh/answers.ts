import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { identifiersIn } from '../../acceptance/carried-code.js';
import { handsOn } from '../../acceptance/check-callers.js';
import { propertyName } from '../../definitions.js';
import { isInside } from '../../inside.js';
import type { CheckSite } from '../../site.js';
import { startOf } from '../../source.js';
import type { Sources } from '../../sources.js';
import type { UserMember } from '../user-member.js';
import { isOfGone, isWithin } from './books.js';
import { isUserColumn } from './columns.js';
import type { Question } from './found.js';
import type { RefreshKeeper } from './keepers.js';
import { type Owner, ownerOf } from './owners.js';
import type { PassingRenewal } from './passing.js';
import { namedPlaces, type Place, placesAt, placesOf, referencesOf, yieldsList } from './places.js';
import {
  checkedBefore,
  isAlike,
  isBookkeeping,
  isPresence,
  type Refusal,
  refusalOf,
  statementsOf,
} from './refusals.js';
import { tokenOfRow } from './values.js';
import { yieldOf } from './yields.js';

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
      /** The search yields a list. */
      readonly list: boolean;
    }
  /** The row of a login is searched by whose it is: there is one way in, and it stands for both tokens. */
  | { readonly how: 'by-owner'; readonly renewal: PassingRenewal }
  /** It has been answered by the check before: it goes, with what follows when it finds nothing. */
  | {
      readonly how: 'answered';
      readonly refusals: readonly Refusal[];
      readonly users?: NamedUsers;
      readonly moved?: MovedRefusal;
    }
  /** The call that asks checks the token too: it yields the claims of the session. */
  | {
      readonly how: 'claims';
      readonly check: CheckSite;
      readonly held?: NodePath<t.VariableDeclarator>;
      /** It yielded the row. */
      readonly users?: NamedUsers;
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
  const { column, held, through } = question;
  const check = through && checks.find(({ call }) => isInside(question.path, call));
  if (check) return answerByCheck(sources, question, check, { gone, user, rows });
  if (through && !handsOn(through.function, through.question.path)) return undefined;
  if (held && isForNothing(question, gone)) return { taken: [], asking: [held.parentPath] };
  const atLogout = leaves(question.path);
  const before = atLogout ? undefined : checkedBefore(sources, question, checks);
  const moved = before && movedRefusal(sources, question, before);
  if (moved === 'stuck') return undefined;
  const later = moved ? { moved } : {};
  if (column && held && !atLogout) {
    if (!user) return undefined;
    const checked = before ? { check: before.check } : {};
    const list = yieldsList(question);
    const answer: Answer = { how: 'by-user', column, held, user, list, ...checked, ...later };
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

/** What becomes of a call that checks a token and asks whether it is kept, in a function that does so for all kinds. */
function answerByCheck(
  sources: Sources,
  question: Question,
  check: CheckSite,
  { gone, user, rows }: Pick<Around, 'gone' | 'user' | 'rows'>,
): Outcome | undefined {
  const { held, through } = question;
  const yields = through && yieldOf(through.function, through.question, check);
  const statement = question.path.getStatementParent();
  if (!yields || !statement) return undefined;
  const refusals = refusalsOf(through.question);
  const alike = refusals.every((one) => isAlike(sources, { ...one, statement }, check));
  if (!alike) return undefined;
  const answer = { how: 'claims', check } as const;
  if (yields === 'claims') return { answer, taken: [], asking: [], shown: [] };
  const places = held ? placesOf(question, gone) : undefined;
  if (held ? !places : !statement.isExpressionStatement()) return undefined;
  if (places && (places.asked.length || places.over.length || places.dropped.length)) return undefined;
  const read = places?.others ?? [];
  const named = user ? namedPlaces(sources, read, user, rows) : [];
  if (named.length < read.length) return undefined;
  const users = user ? { users: { places: named, user } } : {};
  return {
    answer: { ...answer, ...(held ? { held } : {}), ...users },
    taken: places?.taken ?? [],
    asking: [],
    shown: [],
  };
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
  const unlike = refusalsOf(question).find((one) => !isAlike(sources, one, check, statement));
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
