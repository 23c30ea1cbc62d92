import type { NodePath } from '@babel/traverse';
import { propertyName } from '../definitions.js';
import { isInside } from '../inside.js';
import type { Project } from '../project.js';
import { refreshUnit } from '../refresh.js';
import type { CheckSite, ReadSite, TokenLookUpSite, TokenRecordSite } from '../site.js';
import { shimCalls } from '../sites/present.js';
import { positionOf, startOf, textOf } from '../source.js';
import { readsOf } from './lookups.js';
import { isOfRefreshRecord, refreshRecordOf } from './refresh/record.js';
import { userMemberOf } from './user-member.js';
import type { Write } from './writes.js';

/**
 * Why a look-up of the token itself can't leave the code for the session module, in words; undefined where it can.
 * The look-ups of one token go together.
 */
export function lookUpObstacle(site: TokenLookUpSite, project: Project): string | undefined {
  const own = ownObstacle(site, project);
  if (own) return own;
  const stays = lookUpsAt(site.read, project).find((other) => ownObstacle(other, project));
  return stays && `the token is looked up by ${stays.text} too, which stays`;
}

function ownObstacle(site: TokenLookUpSite, project: Project): string | undefined {
  const { revocation, text, writes } = site;
  const { sources, sites, steps } = project;
  const applications = sites.filter((one) => one.kind === 'application');
  const mounted = applications.some(({ application }) =>
    application.registrations.some(({ kind }) => kind === 'shim'),
  );
  const looked = `the token itself is looked up by ${text}, and a session has none`;
  if (!revocation || !applications.length || mounted || !steps.includes('install')) return looked;
  const unclear = writes.find((write) => isUnclear(write, project));
  if (!unclear) return undefined;
  const file = sources.fileOf(unclear.path);
  const { line } = positionOf(file.text, startOf(unclear.path.node));
  return `${looked}; ${file.path}:${line} changes what it searches`;
}

function isUnclear(write: Write, project: Project): boolean {
  if (write.what !== 'everywhere') return write.what === 'unclear';
  return !write.path.getFunctionParent()?.node.async || userIdAt(write, project) === undefined;
}

/** The id by which sessions know the user whose record a write changes, as code for that place. */
export function userIdAt({ user }: Write, project: Project): string | undefined {
  const { sources, sites } = project;
  const known = user === undefined ? undefined : userMemberOf(sources, sites);
  return known && `${user}${known.text}`;
}

/** The look-ups of the token that a read takes from the request. */
export function lookUpsAt(read: ReadSite, { sites }: Project): TokenLookUpSite[] {
  return sites.filter((site): site is TokenLookUpSite => site.kind === 'token-lookup' && site.read === read);
}

/** Why a check stays because of what is looked up for its token. */
export function lookedUpBeside(check: CheckSite, project: Project): string | undefined {
  for (const site of readsOf(check, project.sites).flatMap((read) => lookUpsAt(read, project))) {
    const obstacle = lookUpObstacle(site, project);
    if (obstacle) return obstacle;
  }
  return undefined;
}

/**
 * Whether the application stops keeping its login tokens: every look-up of one is the session module's, or leaves
 * for it now, and nothing else searches what they are kept in. Refresh tokens move all together or not at all.
 */
export function recordGoes({ record, family }: TokenRecordSite, project: Project): boolean {
  if (family === 'refresh') return refreshUnit(project).moves;
  const { sources, sites } = project;
  const lookUps = sites.filter((site) => site.kind === 'token-lookup');
  if (lookUps.some((site) => lookUpObstacle(site, project))) return false;
  const moved = sources.listed.some(({ text }) => text.includes('cutover(') && text.includes('isRevoked'));
  if (!lookUps.length && !moved) return false;
  return !isSearched(project, record, lookUps);
}

const SEARCHES = /^(?:find\w*|where|exists?|count\w*|get|has|includes|some|select|aggregate|query)$/;

/** Whether code that stays searches what a record is put into. */
function isSearched(
  { sources }: Project,
  { keeper }: TokenRecordSite['record'],
  lookUps: readonly TokenLookUpSite[],
): boolean {
  const word = 'field' in keeper ? keeper.field : (keeper.root.split(/[.(]/)[0] ?? '');
  const shim = shimCalls(sources);
  const leaves = (path: NodePath) =>
    [...shim, ...lookUps.map((one) => one.path)].some((one) => isInside(one, path));
  return sources
    .naming(word)
    .filter((file) => !file.test)
    .some((file) =>
      [...file.paths.values()].some((path) => {
        if (!path.isCallExpression() || leaves(path)) return false;
        const { callee } = path.node;
        if (!SEARCHES.test(propertyName(callee) ?? '')) return false;
        const text = textOf(file, path.node);
        if ('root' in keeper) return textOf(file, callee).startsWith(`${keeper.root}.`);
        return new RegExp(`[{,]\\s*['"]?${keeper.field}(?:\\.\\w+)?['"]?\\s*:`).test(text);
      }),
    );
}

/** Whether a place is in code that goes because the application stops keeping its tokens, or looking them up. */
export function isInGoneRecord(path: NodePath, project: Project): boolean {
  const record = refreshUnit(project).moves ? refreshRecordOf(project.sources, project.sites) : undefined;
  if (record && isOfRefreshRecord(path, record)) return true;
  return project.sites.some(
    (site) =>
      site.kind === 'token-record' &&
      site.record.statements.some((one) => isInside(one, path)) &&
      recordGoes(site, project),
  );
}

/** Whether the token that a read takes from the request gets into what the application goes on keeping. */
export function isInStayingRecord({ uses }: ReadSite, project: Project): boolean {
  return project.sites.some(
    (site) =>
      site.kind === 'token-record' &&
      uses.some(
        ({ kind, path }) =>
          kind === 'argument' && site.record.statements.some((one) => path.isDescendant(one)),
      ) &&
      !recordGoes(site, project),
  );
}
