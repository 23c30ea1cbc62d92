import type { NodePath } from '@babel/traverse';
import { requestParameter } from '../requests.js';
import type {
  EverywhereSite,
  LogoutRouteSite,
  ReadSite,
  RefreshLookUpSite,
  RowTokenSite,
  Site,
  TokenRecordSite,
} from '../site.js';
import { textOf } from '../source.js';
import type { Sources } from '../sources.js';
import type { Everywhere } from '../stored/refresh/everywhere.js';
import { passingRenewalsOf } from '../stored/refresh/passing.js';
import { type RefreshRecord, refreshRecordOf } from '../stored/refresh/record.js';
import { rowEndsOf } from '../stored/refresh/row-ends.js';
import { type TokenVersion, tokenVersionOf } from '../stored/refresh/versions.js';
import { readsAt } from './requests.js';

/** Finds where refresh tokens are kept, searched for and taken out, and where a logout reads one for that. */
export function refreshRecordSites(sources: Sources, sites: readonly Site[]): Site[] {
  const version = tokenVersionOf(sources, sites);
  const apart = [
    ...(version && version.strange === undefined ? ofVersion(sources, version) : []),
    ...ofRows(sources, sites),
  ];
  const record = refreshRecordOf(sources, sites);
  if (!record || record.strange !== undefined) return apart;
  return [
    ...apart,
    ...kept(sources, record),
    ...lookedUp(sources, record),
    ...shown(sources, record),
    ...takenEverywhere(sources, record.everywhere),
    ...readBeside(sources, sites, record),
  ];
}

function kept(sources: Sources, { gone, columns, keepers }: RefreshRecord): TokenRecordSite[] {
  const outermost = [...gone].filter(
    (one) => ![...gone].some((other) => one !== other && one.isDescendant(other)),
  );
  const [keeper] = keepers;
  return [...outermost, ...columns].map((statement) => ({
    role: 'store',
    kind: 'token-record',
    family: 'refresh',
    evidence: 'it keeps refresh tokens, or takes them out',
    file: sources.fileOf(statement),
    path: statement,
    what: 'kept',
    record: {
      statements: [statement],
      keeper: keeper?.kind === 'field' ? { field: keeper.name } : { root: keeper?.name ?? '' },
    },
  }));
}

/** Tests of the number by which refresh tokens are taken back, and where it is raised. */
function ofVersion(sources: Sources, { refusals, raised }: TokenVersion): Site[] {
  const tests = refusals.map(
    (refusal): RefreshLookUpSite => ({
      role: 'guard',
      kind: 'refresh-lookup',
      family: 'refresh',
      evidence: 'it asks whether a refresh token was taken back',
      file: sources.fileOf(refusal.asks),
      path: refusal.asks,
      answered: {
        question: { path: refusal.asks, yields: 'no' },
        answer: { how: 'answered', refusals: [refusal] },
      },
    }),
  );
  return [...tests, ...takenEverywhere(sources, raised)];
}

/** Rows that refresh tokens name by a claim, and where they are taken out. */
function ofRows(sources: Sources, sites: readonly Site[]): Site[] {
  return passingRenewalsOf(sources, sites).flatMap((renewal): Site[] => {
    const { search } = renewal.row;
    const lookUp: RefreshLookUpSite = {
      role: 'guard',
      kind: 'refresh-lookup',
      family: 'refresh',
      evidence: 'it searches for the row that a refresh token names',
      file: sources.fileOf(search),
      path: search,
      answered: { question: { path: search, yields: 'record' }, answer: { how: 'by-owner', renewal } },
    };
    return [lookUp, ...takenEverywhere(sources, rowEndsOf(sources, renewal.row))];
  });
}

function lookedUp(sources: Sources, { answers }: RefreshRecord): RefreshLookUpSite[] {
  return answers.map((answered) => ({
    role: 'guard',
    kind: 'refresh-lookup',
    family: 'refresh',
    evidence: 'it searches for a refresh token',
    file: sources.fileOf(answered.question.path),
    path: answered.question.path,
    answered,
  }));
}

function shown(sources: Sources, record: RefreshRecord): RowTokenSite[] {
  return record.shown.map((path) => ({
    role: 'read',
    kind: 'row-token',
    family: 'refresh',
    evidence: 'it reads a refresh token off its row',
    file: sources.fileOf(path),
    path,
  }));
}

function takenEverywhere(sources: Sources, everywhere: readonly Everywhere[]): EverywhereSite[] {
  const left = everywhere.filter(({ statement }) => {
    const before = statement.getPrevSibling();
    return !before.node || !textOf(sources.fileOf(statement), before.node).includes('endAllSessions(');
  });
  return left.map((one) => ({
    role: 'drop',
    kind: 'everywhere',
    family: 'refresh',
    evidence: "it takes all of a user's refresh tokens back",
    file: sources.fileOf(one.path),
    path: one.path,
    taken: { family: 'refresh', everywhere: one },
  }));
}

/** The same field of a body is read by the routes that take a token out, though nothing checks it there. */
function readBeside(sources: Sources, sites: readonly Site[], { gone, answers }: RefreshRecord): ReadSite[] {
  const reads = sites.filter(
    (site): site is ReadSite => site.kind === 'request' && site.family === 'refresh',
  );
  const logouts = sites.filter((site): site is LogoutRouteSite => site.kind === 'logout-route');
  const at = [...gone, ...answers.map(({ question }) => question.path)];
  const handlers = new Set([
    ...logouts.map((site) => site.function.node),
    ...at.flatMap((path) => handlerAround(path)?.node ?? []),
  ]);
  const known = new Set(sites.map(({ path }) => path.node));
  const files = new Set([...at, ...logouts.map(({ path }) => path)].map((path) => sources.fileOf(path)));
  return [...files].flatMap((file) =>
    readsAt(sources, file, reads).filter(
      ({ path }) => !known.has(path.node) && handlers.has(handlerAround(path)?.node ?? path.node),
    ),
  );
}

function handlerAround(path: NodePath): NodePath | undefined {
  return path.findParent((above) => above.isFunction() && requestParameter(above) !== undefined) ?? undefined;
}
