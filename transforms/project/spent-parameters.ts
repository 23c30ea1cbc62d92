import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { identifiersIn } from './acceptance/carried-code.js';
import { propertyName } from './definitions.js';
import { applicationsOf } from './express/application.js';
import { type Going, type IdleParameter, idleParametersFrom, onlyValueOf } from './idle-parameters.js';
import { checkObstacle, isLoginToken, mintObstacle } from './obstacles.js';
import type { Project } from './project.js';
import { purposesAt } from './purposes.js';
import { refreshUnit } from './refresh.js';
import { canChangeParameters } from './requests.js';
import { type CheckSite, isCheck, isMint, type MintSite, type RefreshLookUpSite, type Site } from './site.js';
import type { Sources } from './sources.js';
import { isInGoneRecord } from './stored/unit.js';
import { unwrapped } from './unwrapped.js';

/** What asks the session from now on, or starts one. */
export type Moving = CheckSite | MintSite | RefreshLookUpSite;

const remembered = new WeakMap<Project, ReadonlyMap<Moving, readonly IdleParameter[]>>();

/**
 * The parameters by which a token or a key comes to a call, where they are for nothing else: once that asks the
 * session, nobody has to hand them on.
 */
export function spentParameters(project: Project, site: Moving): readonly IdleParameter[] {
  return allSpent(project).get(site) ?? [];
}

/** The indices of a function's parameters that go. */
export function spentOf(project: Project, called: t.Node): ReadonlySet<number> {
  const spent = [...allSpent(project).values()].flat().filter((one) => one.function.node === called);
  return new Set(spent.map(({ index }) => index));
}

/** Whether an expression is handed to such a parameter, or is what that argument is cut out of. */
export function isForSpent(project: Project, path: NodePath): boolean {
  const given = [...allSpent(project).values()].flat().flatMap(({ calls, index }) =>
    calls.map((call) => {
      const argument = (call.get('arguments') as NodePath[])[index];
      return argument && onlyValueOf(argument).node;
    }),
  );
  return isPartOfAny(path, new Set<t.Node | undefined>(given));
}

/** Whether an expression is one of these, or what one of these is cut out of. */
export function isPartOfAny(path: NodePath, wholes: ReadonlySet<t.Node | undefined>): boolean {
  for (let at: NodePath | null = path; at; at = at.parentPath) {
    if (wholes.has(at.node)) return true;
    // `token as string` is the same value.
    if (at.key !== 'object' && at.key !== 'callee' && at.key !== 'expression') return false;
  }
  return false;
}

function allSpent(project: Project): ReadonlyMap<Moving, readonly IdleParameter[]> {
  const known = remembered.get(project);
  if (known) return known;
  const { sources, sites } = project;
  const moving = sites.filter((site) => isMoving(site, project));
  const parts = new Set<t.Node | undefined>(moving.flatMap(partsOf).map(({ node }) => node));
  const going: Going = {
    mention: (path) => isPartOfAny(path, parts) || isInGoneRecord(path, project),
    parameter: (idle) => canGo(sources, idle),
  };
  const spent = new Map(
    moving.map((site): [Moving, readonly IdleParameter[]] => [
      site,
      partsOf(site).flatMap((part) => idleParametersFrom(sources, nameIn(part), going)),
    ]),
  );
  remembered.set(project, spent);
  return spent;
}

/** The token and the key that something which moves is given. */
function partsOf(site: Moving): NodePath[] {
  if (site.kind === 'refresh-lookup') return namesAskedFor(site);
  return [isCheck(site) ? site.token : undefined, site.key].filter((one) => one !== undefined);
}

/** The parameters that a question names which the session answers. */
function namesAskedFor({ answered: { question, answer } }: RefreshLookUpSite): NodePath[] {
  if (answer.how !== 'asked') return [];
  return identifiersIn(question.path).filter(
    (name) => name.scope.getBinding(name.node.name)?.kind === 'param',
  );
}

/** The name that a token is cut out of: `header` in `header.split(' ')[1]`. */
function nameIn(path: NodePath): NodePath {
  const bare = unwrapped(path);
  if (bare !== path) return nameIn(bare);
  const { node } = path;
  const part = t.isMemberExpression(node) && t.isNumericLiteral(node.property);
  if (part) return nameIn(path.get('object') as NodePath);
  const cut = t.isCallExpression(node) && CUTS.test(propertyName(node.callee) ?? '');
  return cut ? nameIn(path.get('callee.object') as NodePath) : path;
}

function isMoving(site: Site, project: Project): site is Moving {
  if (site.kind === 'refresh-lookup') return refreshUnit(project).moves;
  if (!isCheck(site) && !isMint(site)) return false;
  if (site.family === 'one-time' || !isLoginToken(site, project)) return false;
  if (purposesAt(project.sources, site.path)) return false;
  return isCheck(site) ? !checkObstacle(site, project) : !mintObstacle(site, project);
}

/** Whether every call is seen, is no test's, and gives nothing there that has an effect of its own. */
function canGo(sources: Sources, { function: called, index, calls }: IdleParameter): boolean {
  const isMaker = called.isClassMethod({ kind: 'constructor' });
  if (!(isMaker ? isMadeInSight(called) : canChangeParameters(called))) return false;
  if (makesApplication(sources, called)) return false;
  return calls.every((call) => {
    const argument = (call.get('arguments') as NodePath[])[index];
    return (
      (call.isCallExpression() || isMaker) &&
      !sources.fileOf(call).test &&
      (!argument || isOnlyRead(onlyValueOf(argument).node))
    );
  });
}

/** Whether no decorator says that something else makes objects of a class. */
function isMadeInSight(maker: NodePath<t.ClassMethod>): boolean {
  const owner = maker.parentPath.parent;
  return t.isClass(owner) && !owner.decorators?.length && !owner.superClass;
}

/** Whether the session module is mounted in a function, which then hands the key to it. */
function makesApplication(sources: Sources, called: NodePath): boolean {
  return applicationsOf(sources).some(({ creation }) => creation.isDescendant(called));
}

const CUTS = /^(?:split|slice|substring|substr|replace|trim|toString|get|header)$/;

/** A name, a property, a header: whatever is cut out of them, nothing happens by it. */
function isOnlyRead(node: t.Node): boolean {
  if (t.isIdentifier(node) || t.isLiteral(node) || t.isThisExpression(node))
    return !t.isTemplateLiteral(node);
  if (t.isMemberExpression(node) || t.isOptionalMemberExpression(node))
    return isOnlyRead(node.object) && (!node.computed || isOnlyRead(node.property));
  if (t.isLogicalExpression(node)) return isOnlyRead(node.left) && isOnlyRead(node.right);
  if (t.isTSAsExpression(node) || t.isTSNonNullExpression(node)) return isOnlyRead(node.expression);
  if (!t.isCallExpression(node) && !t.isOptionalCallExpression(node)) return false;
  return (
    CUTS.test(propertyName(node.callee) ?? '') && isOnlyRead(node.callee) && node.arguments.every(isOnlyRead)
  );
}
