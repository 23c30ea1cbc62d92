import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { callersOf, namesOf } from '../callers.js';
import { keyName, propertyName } from '../definitions.js';
import { constantKeyOf, surroundingNames } from '../families.js';
import { returnsOf } from '../flow/returns.js';
import type { Project } from '../project.js';
import type { StoreSite } from '../site.js';
import { textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { isAbsent } from './absent.js';
import type { BrowserClient } from './client.js';
import { leadsToNewLogin } from './login-functions.js';
import { isLogoutName } from './names.js';
import { emptyingHandlers } from './state-emptied.js';
import { callsByPurpose } from './stored-anew.js';

/** Whether code runs because the user wants to log out, rather than because a session has ended by itself. */
export function isLogout(sources: Sources, path: NodePath): boolean {
  if (surroundingNames(path).some((name) => isLogoutName(name))) return !isInFailure(path);
  const file = sources.fileOf(path);
  const branch = path.findParent((above) => above.isIfStatement() || above.isSwitchCase());
  const test = branch?.get('test');
  return Boolean(
    test &&
      !Array.isArray(test) &&
      test.node &&
      isLogoutName(textOf(file, test.node).replace(/.*\W(?=\w+$)/, '')),
  );
}

/**
 * Whether taking a token out of storage logs the user out. Where nothing goes by such a name, clearing what keeps the
 * user logged in is the logout: `setToken(null)`, and an effect that stores the state.
 */
export function endsSession(project: Project, path: NodePath): boolean {
  const { sources, sites } = project;
  if (isLogout(sources, path)) return true;
  const named = sites.some(
    (site) =>
      site.kind === 'logout' ||
      (site.kind === 'web-storage' && site.access.operation !== 'get' && isLogout(sources, site.path)),
  );
  if (named || isMirror(path) || isRefused(sources, path)) return false;
  return !leadsToNewLogin(project, path) && !callsByPurpose(project, path).ofLogins.length;
}

/** Where a request was refused, be it in a function that is called there alone: `if (status === 401) clearToken()`. */
function isRefused(sources: Sources, path: NodePath, depth = 0): boolean {
  if (isInFailure(path) || isOver(sources, path)) return true;
  const owner = path.getFunctionParent();
  const calls = owner && depth < 2 ? callersOf(sources, owner) : [];
  return calls.length > 0 && calls.every((call) => isRefused(sources, call as NodePath, depth + 1));
}

/** `store.subscribe(() => …)`, which runs after every action: nobody logs out there. */
function isMirror(path: NodePath): boolean {
  const watcher = path.findParent((above) => above.isFunction() && above.listKey === 'arguments');
  const call = watcher?.parentPath;
  return call?.isCallExpression() === true && /store\w*\.subscribe$/i.test(String(call.get('callee')));
}

/** Within a condition on a request that was refused, or on the time of a token. */
function isOver(sources: Sources, path: NodePath): boolean {
  const file = sources.fileOf(path);
  return Boolean(
    path.findParent(
      (above) =>
        (above.isIfStatement() || above.isConditionalExpression()) &&
        /\b40[13]\b|exp|valid|ok\b|error/i.test(textOf(file, above.node.test)),
    ),
  );
}

/** Within the handling of a failed request that is not the logout's own. */
function isInFailure(path: NodePath): boolean {
  const holder = path.findParent(
    (above) =>
      (above.isFunction() && namedLogout(above)) ||
      above.isCatchClause() ||
      (above.isFunction() && above.listKey === 'arguments' && isFailureCallback(above)),
  );
  return Boolean(holder && !(holder.isFunction() && namedLogout(holder)));
}

function isFailureCallback(path: NodePath): boolean {
  const { parentPath: call } = path;
  const method = call?.isCallExpression() ? propertyName(call.node.callee) : undefined;
  return method === 'catch' || (path.key === 1 && (method === 'then' || method === 'use'));
}

function namedLogout(path: NodePath): boolean {
  const { node, parent } = path;
  const names = [
    'id' in node && t.isIdentifier(node.id) ? node.id.name : undefined,
    t.isVariableDeclarator(parent) && t.isIdentifier(parent.id) ? parent.id.name : undefined,
    keyName(node),
    keyName(parent),
    ...(constantKey(path) ?? []),
  ];
  return names.some((name) => name !== undefined && isAction(name));
}

/**
 * The functions that log the user out without touching the storage themselves. The first that is nearest to the
 * storage or the store, where several call one another.
 */
export function logoutFunctions(
  sources: Sources,
  client: BrowserClient,
  stores: readonly StoreSite[],
): NodePath<t.Function>[] {
  const changing = stores.filter(({ access }) => access.operation !== 'get');
  const [told, quiet] = [true, false].map((wanted) =>
    changing.filter(
      ({ access, path }) => (isLogout(sources, access.through ?? path) || isLogout(sources, path)) === wanted,
    ),
  );
  const found: NodePath<t.Function>[] = [];
  for (const file of client.files) {
    for (const path of file.paths.values()) {
      const isNamed = path.isFunction() && actionNames(sources, path).some(isAction);
      if (isNamed && !isNested(path)) found.push(path);
    }
  }
  const acting = found
    .filter((path) => actsItself(sources, path, found))
    .sort((one, other) => rankOf(one, client) - rankOf(other, client));
  const quietly = changing.every(({ access, path }) => !isTakingAway(access) || isMirror(path));
  if (!told?.length && !acting.length && quietly) {
    const emptying = emptyingHandlers(sources, changing);
    return emptying.length ? emptying : reducersOf(client).slice(0, 1);
  }
  if (!told?.length) return acting.slice(0, 1);
  // Beside a logout that touches the storage, one may have a function do so that others call as well.
  const clearing = (quiet ?? []).flatMap(({ access, path }) => {
    const owner = isTakingAway(access) ? path.getFunctionParent() : undefined;
    return owner ? callersOf(sources, owner).map(({ node }) => node) : [];
  });
  return acting.filter(
    (path) =>
      !told.some((store) => store.path.isDescendant(path)) &&
      clearing.some((call) => isWithin(sources, path, call)),
  );
}

function isTakingAway({ operation, value }: StoreSite['access']): boolean {
  return operation !== 'set' || Boolean(value && isAbsent(value));
}

/** Whether a call is the function's own, outside of functions within it. */
function isWithin(sources: Sources, owner: NodePath<t.Function>, call: t.Node): boolean {
  return sources.fileOf(owner).paths.get(call)?.getFunctionParent() === owner;
}

/** What a function is called, through `useCallback(…)` as well. */
function actionNames(sources: Sources, path: NodePath<t.Function>): string[] {
  const { parentPath: call } = path;
  const holder = call?.isCallExpression() && path.key === 0 ? call.parent : undefined;
  const kept = /^(?:React\.)?useCallback$/.test(call?.isCallExpression() ? String(call.get('callee')) : '');
  return kept && t.isVariableDeclarator(holder) && t.isIdentifier(holder.id)
    ? [holder.id.name]
    : [...namesOf(sources, path), ...(constantKey(path) ?? [])];
}

/** `[LOGOUT] ({ commit }) {}`, as Vuex names actions by constants. */
function constantKey(path: NodePath): [string] | undefined {
  const name = constantKeyOf(path.node) ?? constantKeyOf(path.parent);
  return name === undefined ? undefined : [name];
}

/** What does something comes first, before what changes the state, what only says what happens, and what stands in. */
function rankOf(path: NodePath<t.Function>, client: BrowserClient): number {
  const { node, parent } = path;
  const [returned, ...others] = returnsOf(path);
  const alone = !others.length && (!t.isBlockStatement(node.body) || node.body.body.length === 1);
  if (alone && returned && /^Promise\.(?:resolve|reject)\(\)$/.test(String(returned))) return 4;
  if (isMutation(path)) return 1;
  const [first] = node.params;
  const name = keyName(node) ?? keyName(parent);
  if (t.isIdentifier(first) && /^(?:state|draft|prev\w*)$/.test(first.name))
    return name !== undefined && timesAsked(client, name) < 2 ? 3 : 0;
  const says =
    returned?.isObjectExpression() && returned.node.properties.some((one) => keyName(one) === 'type');
  return alone && says ? 2 : 0;
}

/** How often code asks for a change of the state: `commit('LOGOUT')`, `dispatch({ type: LOGOUT })`. */
function timesAsked({ files }: BrowserClient, name: string): number {
  const asked = new RegExp(
    `(?:commit|dispatch)\\(\\s*(?:\\{\\s*type:\\s*)?['"\`]?(?:[\\w-]+/|\\w+\\.)*${name}\\b`,
    'g',
  );
  return files.reduce((times, { text }) => times + (text.match(asked)?.length ?? 0), 0);
}

/** Whether a function changes the state of a store of Vuex, which its actions ask for. */
function isMutation(path: NodePath): boolean {
  return Boolean(path.findParent((above) => keyName(above.node) === 'mutations'));
}

/** Hooks, components and questions about logging out do not log out when they are called. */
function isAction(name: string): boolean {
  return (
    isLogoutName(name) && !/^(?:use|is|has|can|show|open|render|get|confirm)[A-Z]|^[A-Z][a-z]/.test(name)
  );
}

function isNested(path: NodePath): boolean {
  return Boolean(path.findParent((above) => above.isFunction() && namedLogout(above)));
}

/** `loggedOut: (state) => …` among a slice's reducers, for want of anything that logs out. */
function reducersOf({ files }: BrowserClient): NodePath<t.Function>[] {
  const paths = files.flatMap((file) => [...file.paths.values()]);
  return paths.filter((path): path is NodePath<t.Function> => {
    if (!path.isFunction()) return false;
    const property = path.isObjectMethod() ? path : path.parentPath;
    const name = property ? keyName(property.node) : undefined;
    const table = property?.parentPath?.parentPath;
    return (
      /^(?:logged|signed)_?(?:out|off)$/i.test(name ?? '') && keyName(table?.node ?? path.node) === 'reducers'
    );
  });
}

/** Whether a function does something other than to call another that logs out. */
function actsItself(
  sources: Sources,
  path: NodePath<t.Function>,
  all: readonly NodePath<t.Function>[],
): boolean {
  const text = textOf(sources.fileOf(path), path.node);
  const others = all.filter((other) => other !== path).flatMap((other) => namesOf(sources, other));
  const body = text.slice(text.indexOf('=>') + 1 || text.indexOf('{') + 1);
  return (
    !others.some((name) => new RegExp(`\\b${name}\\s*\\(`).test(body)) &&
    !/\bprops\./.test(body) &&
    // Of `dispatch(logout())` the action logs out; `loggedOut` only says what has happened.
    ![...body.matchAll(/dispatch\(\s*(?:['"](?:[\w-]+\/)*)?(\w+)/g)].some(([, name = '']) =>
      isLogoutName(name),
    )
  );
}
