import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { type CallPath, callersOf } from '../callers.js';
import type { Project } from '../project.js';
import type { StoreSite } from '../site.js';
import { isInTemplate } from '../templates.js';
import { leadsToNewLogin, precedesAnswer } from './login-functions.js';
import { isStoredBeside, leaves } from './stored-beside.js';

/**
 * Whether a token that is taken out of storage makes room for another, whichever way the function goes: the session
 * that was accepted for that one must not be forgotten.
 */
export function makesRoom(site: StoreSite, project: Project): boolean {
  return isRemovalOnly(site) && isStoredBeside(site.access.path, project);
}

/**
 * Whether other things are cleared along with a token on the way to another one, which is stored, or answered, at any
 * rate: what that login starts must not end here.
 */
export function clearsForNext({ access: { path } }: StoreSite, project: Project): boolean {
  return isStoredBeside(path, project) && !precedesAnswer(project, path);
}

/** The calls that make room so by a function that does nothing but take tokens out of storage. */
export function roomMakers(site: StoreSite, project: Project): readonly CallPath[] {
  const owner = site.access.path.getFunctionParent();
  const body = owner?.get('body');
  if (!owner || !isRemovalOnly(site) || Array.isArray(body) || !body?.isBlockStatement()) return [];
  const removals = new Set(removalsOf(project).map(({ access }) => access.path.node));
  const [first, ...others] = body.get('body').map((one) => isOneOf(removals, one));
  if (first !== site.access.path.node || !others.every((one) => one)) return [];
  return callersOf(project.sources, owner).filter(
    (call) =>
      call.parentPath?.isExpressionStatement() && !isInTemplate(call) && isStoredBeside(call, project),
  );
}

function isOneOf(nodes: ReadonlySet<t.Node>, statement: NodePath): t.Node | undefined {
  const expression = statement.isExpressionStatement() ? statement.node.expression : undefined;
  return expression && nodes.has(expression) ? expression : undefined;
}

function removalsOf({ sites }: Project): StoreSite[] {
  return sites.filter((site): site is StoreSite => site.kind === 'web-storage' && isRemovalOnly(site));
}

/** Whether it takes a token out of storage and nothing else with it. */
function isRemovalOnly({ access, place }: StoreSite): boolean {
  return access.operation === 'remove' && !access.kept && place !== undefined && place.field === undefined;
}

/**
 * The calls, on the way to a new login, of the function around a place that is come by in any case, and the calls of it
 * on other ways.
 */
export function callsByPurpose(
  project: Project,
  path: NodePath,
): { readonly ofLogins: readonly CallPath[]; readonly others: readonly CallPath[] } {
  const owner = path.getFunctionParent();
  const calls = owner && isInAnyCase(path, owner) ? callersOf(project.sources, owner) : [];
  const gone = owner && calls.length ? goneCalls(project, owner) : [];
  const ofLogins = calls.filter((call) => !gone.includes(call) && leadsToNewLogin(project, call as NodePath));
  return { ofLogins, others: calls.filter((call) => !ofLogins.includes(call)) };
}

/** Those of the calls that make room by nothing else than to take tokens out of storage. */
function goneCalls(project: Project, owner: NodePath<t.Function>): readonly CallPath[] {
  return project.sites.flatMap((site) =>
    site.kind === 'web-storage' && site.path.getFunctionParent() === owner ? roomMakers(site, project) : [],
  );
}

function isInAnyCase(path: NodePath, owner: NodePath<t.Function>): boolean {
  const statement = path.parentPath?.isExpressionStatement() ? path.parentPath : undefined;
  return statement?.parentPath.parentPath === owner && !statement.getAllPrevSiblings().some(leaves);
}
