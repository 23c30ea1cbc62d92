import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import type { Use } from '../../flow/follow.js';
import { hazardOf } from '../../hazards.js';
import { isInside } from '../../inside.js';
import { isCheck, isMint, type LogoutRouteSite, OPAQUE, type ReadSite, type Site } from '../../site.js';
import { wholeText } from '../../sites/opaque-tokens.js';
import { shimCalls } from '../../sites/present.js';
import { readsAt } from '../../sites/requests.js';
import type { Sources } from '../../sources.js';
import { userMemberOf } from '../user-member.js';
import { isOfLogout } from '../writes.js';
import { type Answered, answerTo, besideAnswers } from './answers.js';
import { booksOf, isWithin, placeOf } from './books.js';
import { usesWithDigests } from './digests.js';
import { type Everywhere, everywhereOf } from './everywhere.js';
import type { Question } from './found.js';
import { isSame, keeperAt, type RefreshKeeper } from './keepers.js';
import { mentionsOf } from './mentions.js';
import { preparedFor } from './prepared.js';
import { savingAfter } from './savings.js';
import { sharedRowsOf } from './shared-rows.js';

/** The refresh tokens that an application keeps, with every place that has to do with them. */
export interface RefreshRecord {
  readonly keepers: readonly RefreshKeeper[];
  /** Statements that go: they keep a token, take it out, or get at it for that. */
  readonly gone: ReadonlySet<NodePath>;
  /** Columns that go out of what else is changed with them. */
  readonly columns: readonly NodePath<t.ObjectProperty>[];
  /** Of those, what asks whether a token is kept: old tokens are still refused by it. */
  readonly asking: ReadonlySet<NodePath>;
  readonly questions: readonly Question[];
  readonly answers: readonly Answered[];
  /** Places that read the token off a row: a marker stands there. */
  readonly shown: readonly NodePath[];
  /** Places that take all tokens of a user out. They stay, for old tokens. */
  readonly everywhere: readonly Everywhere[];
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
  const uses = keptUses(sources, sites);
  const keepers = keepersOf(sources, uses);
  if (!keepers.length) return undefined;
  // The session module goes on searching for old tokens.
  const shim = shimCalls(sources);
  const mentions = keepers
    .flatMap((keeper) => mentionsOf(sources, keeper))
    .filter(({ path }) => !shim.some((call) => isInside(call, path)));
  const checks = sites.filter(isCheck).filter(({ family }) => family === 'refresh');
  const isReached = (path: NodePath) =>
    checks.some(({ shared, call }) => shared && isInside(path, call)) ||
    isAboutRefresh(sources, sites, path, uses);
  const books = booksOf(keepers, mentions, sharedRowsOf(sources, keepers, mentions, isReached));
  const logouts = sites.filter((site): site is LogoutRouteSite => site.kind === 'logout-route');
  const user = userMemberOf(sources, sites);
  const gone = new Set(books.gone);
  for (const question of books.questions)
    for (const one of besideAnswers(question, gone, checks)) gone.add(one);

  const renewing = functionsAround([
    ...sites
      .filter((site) => site.family === 'refresh' && (isMint(site) || isCheck(site)))
      .map(({ path }) => path),
    ...uses.filter(({ minted }) => minted).map(({ use }) => use.path),
    ...books.questions.map(({ path }) => path),
  ]);
  const isRenewing = (path: NodePath) => around(path).some((one) => renewing.has(one));
  const leaves = (path: NodePath) => isOfLogout(sources, path, logouts, 0);
  // A marker with something before it is none.
  const opaque = sites.filter(isMint).filter(({ library }) => library === OPAQUE);
  let strange = books.strange ?? opaque.find(({ path }) => wholeText(path) !== path)?.path;
  const everywhere: Everywhere[] = [];
  const { rows, questions } = books;
  for (const cleared of books.cleared) {
    if (isWithin(cleared.path, besideOnly(gone, books.gone))) continue;
    const found = everywhereOf(sources, cleared, { user, isRenewing, leaves, rows, questions });
    if (found === 'goes') continue;
    gone.delete(cleared.statement);
    if (found === 'strange') strange ??= cleared.path;
    else if (found !== 'stays') everywhere.push(found);
  }
  for (const statement of [...gone])
    for (const saving of savingAfter(sources, statement, gone)) gone.add(saving);
  const { columns } = books;
  strange ??= [...gone, ...columns].find((one) => !isRenewing(one) && !leaves(one));
  strange ??= books.rows.find((row) => !uses.some(({ use, minted }) => minted && isInside(row, use.path)));

  const asking = new Set(books.asking);
  // `const userId = user.id`, for what takes that user's token out.
  for (const one of preparedFor(new Set([...gone].filter((statement) => !asking.has(statement)))))
    if (!questions.some(({ path }) => isInside(one, path))) gone.add(one);
  const answers: Answered[] = [];
  const shown = [...books.shown];
  for (const question of books.questions) {
    if (isWithin(question.path, gone)) continue;
    const open = checks.filter(({ call }) => !isWithin(call, gone));
    const asked =
      leaves(question.path) || (question.presence && isRenewing(question.path)) || isReached(question.path);
    const found = asked
      ? answerTo(sources, question, { gone, checks: open, leaves, user, rows: books.rows, keepers })
      : undefined;
    if (!found) {
      strange ??= question.path;
      continue;
    }
    if (found.answer) answers.push({ question, answer: found.answer });
    shown.push(...(found.shown ?? []));
    for (const one of found.taken) gone.add(one);
    for (const one of found.asking) {
      gone.add(one);
      asking.add(one);
    }
  }
  const told = strange ? { strange: placeOf(sources, strange) } : {};
  const kept = new Set([...gone].filter((one) => !asking.has(one)));
  for (const one of preparedFor(kept)) gone.add(one);
  for (const one of preparedFor(gone)) {
    gone.add(one);
    asking.add(one);
  }
  const left = shown.filter((one) => !isWithin(one, gone));
  return {
    keepers,
    gone,
    columns,
    asking,
    questions: books.questions,
    answers,
    shown: left,
    everywhere,
    ...told,
  };
}

/** Whether a refresh token gets to a place, or is read from the request there. */
function isAboutRefresh(
  sources: Sources,
  sites: readonly Site[],
  path: NodePath,
  uses: readonly KeptUse[],
): boolean {
  if (uses.some(({ use }) => isInside(path, use.path))) return true;
  const reads = sites.filter(
    (site): site is ReadSite => site.kind === 'request' && site.family === 'refresh',
  );
  return readsAt(sources, sources.fileOf(path), reads).some((read) => isInside(path, read.path));
}

/** What goes because it stands beside an answer to a token that is not kept. */
function besideOnly(gone: ReadonlySet<NodePath>, own: ReadonlySet<NodePath>): Set<NodePath> {
  return new Set([...gone].filter((one) => !own.has(one)));
}

function functionsAround(paths: readonly NodePath[]): Set<t.Node> {
  return new Set(paths.flatMap((path) => around(path)));
}

/** The functions around a place. */
function around(path: NodePath): t.Node[] {
  const found: t.Node[] = [];
  for (let owner = path.getFunctionParent(); owner; owner = owner.getFunctionParent()) found.push(owner.node);
  return found;
}

interface KeptUse {
  readonly use: Use;
  /** The token has just been made; else it came with a request. */
  readonly minted: boolean;
}

/** Where refresh tokens are put into something, or searched in it. */
function keptUses(sources: Sources, sites: readonly Site[]): KeptUse[] {
  return sites
    .filter(({ family }) => family === 'refresh')
    .flatMap((site): KeptUse[] => {
      const minted = isMint(site);
      const made = minted ? { path: wholeText(site.path) } : site.kind === 'request' ? site : undefined;
      const uses = made ? usesWithDigests(sources, made) : [];
      return uses.filter((use) => hazardOf(sources, [use])).map((use) => ({ use, minted }));
    });
}

function keepersOf(sources: Sources, uses: readonly KeptUse[]): RefreshKeeper[] {
  const keepers: RefreshKeeper[] = [];
  for (const { use } of uses) {
    const keeper = keeperAt(sources, use);
    if (keeper && !keepers.some((one) => isSame(one, keeper))) keepers.push(keeper);
  }
  return keepers;
}

/** Whether a place is in what goes, or is a question that the session answers: no token gets there any more. */
export function isOfRefreshRecord(path: NodePath, { gone, columns, answers }: RefreshRecord): boolean {
  if (isWithin(path, gone) || columns.some((one) => isInside(one, path))) return true;
  return answers.some(({ question, answer }) => {
    const asked = answer.how === 'answered' ? answer.refusals.map((one) => one.asks) : [];
    return [question.path, ...asked].some((one) => isInside(one, path));
  });
}

/** The calls that check a refresh token and yielded its row: the claims of the session stand in its place. */
export function rowsYieldedBy({ answers }: RefreshRecord): ReadonlySet<t.Node> {
  return new Set(
    answers.flatMap(({ answer }) =>
      answer.how === 'claims' && answer.users ? [answer.check.call.node] : [],
    ),
  );
}
