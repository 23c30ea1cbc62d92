import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import type { CallPath } from '../project/callers.js';
import { credentialKind, isNothing } from '../project/credential.js';
import { readsIn, rolesOf } from '../project/credential-mentions.js';
import { CUTS, PICKS } from '../project/cuts.js';
import { propertyName } from '../project/definitions.js';
import { returnsOf } from '../project/flow/returns.js';
import { isLoginToken, readObstacle } from '../project/obstacles.js';
import type { Project } from '../project/project.js';
import { requestNameAt, requestParameter } from '../project/requests.js';
import type { ReadSite } from '../project/site.js';
import { type KnownFunction, knownFunction } from './leftovers/removal.js';

/** A function that does nothing but take the login token out of the request, for callers that ask for it and check it. */
export interface TokenTaker extends KnownFunction {
  readonly reads: readonly ReadSite[];
}

const remembered = new WeakMap<Project, readonly TokenTaker[]>();

/** The function that a read goes with. */
export function takerOf(site: ReadSite, project: Project): TokenTaker | undefined {
  return takersIn(project).find(({ reads }) => reads.includes(site));
}

/** A call as a place where the token is read. */
export function readByCall({ reads }: TokenTaker, call: CallPath, project: Project): ReadSite | undefined {
  const [first] = reads;
  return first && { ...first, file: project.sources.fileOf(call), path: call };
}

function takersIn(project: Project): readonly TokenTaker[] {
  const known = remembered.get(project);
  if (known) return known;
  const owners = new Map<t.Node, NodePath<t.Function>>();
  const reads = project.sites.filter((site): site is ReadSite => site.kind === 'request');
  for (const { path } of reads) {
    const owner = path.getFunctionParent();
    if (owner) owners.set(owner.node, owner);
  }
  const found = [...owners.values()].flatMap((owner) => taker(owner, reads, project) ?? []);
  remembered.set(project, found);
  return found;
}

function taker(
  owner: NodePath<t.Function>,
  all: readonly ReadSite[],
  project: Project,
): TokenTaker | undefined {
  const [parameter, ...more] = owner.node.params;
  const reads = all.filter(({ path }) => path.getFunctionParent()?.node === owner.node);
  const [first] = reads;
  if (!first || !t.isIdentifier(parameter) || more.length || requestParameter(owner) !== parameter.name)
    return undefined;
  const movable = reads.every(
    (read) => read.family === 'session' && isLoginToken(read, project) && !readObstacle(read, project),
  );
  if (!movable || !onlyTakes(owner)) return undefined;
  const nodes = readsIn(first, project);
  const returned = returnsOf(owner);
  const yields = returned.every((one) => isNothing(one.node) || credentialKind(one, nodes) === 'token');
  if (!yields || returned.every((one) => isNothing(one.node))) return undefined;
  const known = knownFunction(project.sources, owner);
  if (!known?.calls.length) return undefined;
  const found: TokenTaker = { ...known, reads };
  return known.calls.every((call) => isAskedOrChecked(found, call, project)) ? found : undefined;
}

/** Whether a caller, which hands its own request on, only asks whether there is a token, and has it checked. */
function isAskedOrChecked(found: TokenTaker, call: CallPath, project: Project): boolean {
  const [given, ...more] = call.get('arguments') as NodePath[];
  if (!given?.isIdentifier() || more.length || requestNameAt(call) !== given.node.name) return false;
  const read = readByCall(found, call, project);
  if (!read) return false;
  const reads = new Set<t.Node>([...readsIn(read, project), call.node]);
  return rolesOf(read, reads, project).every((role) => role !== 'odd');
}

const ASKS = /^(?:get|header|startsWith|includes|match|exec|test|isArray|toLowerCase|toUpperCase)$/;

/** Whether a function has no effect, and fails at nothing that is not a missing part of the request. */
function onlyTakes(owner: NodePath<t.Function>): boolean {
  if (owner.node.async || owner.node.generator) return false;
  let only = true;
  owner.traverse({
    enter(path) {
      if (path.isThrowStatement() || path.isFunction() || path.isNewExpression() || path.isLoop())
        only = false;
      if (path.isTryStatement() || path.isUpdateExpression() || path.isAwaitExpression()) only = false;
      if (path.isAssignmentExpression() && !isOwn(path.get('left') as NodePath, owner)) only = false;
      if (!path.isCallExpression() && !path.isOptionalCallExpression()) return;
      const method = propertyName(path.node.callee) ?? '';
      if (!ASKS.test(method) && !CUTS.has(method) && !PICKS.has(method)) only = false;
    },
  });
  return only;
}

function isOwn(left: NodePath, owner: NodePath<t.Function>): boolean {
  if (!left.isIdentifier()) return false;
  const scope = left.scope.getBinding(left.node.name)?.scope;
  return scope === owner.scope || scope?.getFunctionParent() === owner.scope;
}
