import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { propertyName } from './definitions.js';
import { type IdleParameter, idleParametersFrom, onlyValueOf } from './idle-parameters.js';
import { checkObstacle, isLoginToken } from './obstacles.js';
import type { Project } from './project.js';
import { purposesAt } from './purposes.js';
import { canChangeParameters } from './requests.js';
import { type CheckSite, isCheck } from './site.js';
import type { Sources } from './sources.js';

const remembered = new WeakMap<Project, ReadonlyMap<CheckSite, readonly IdleParameter[]>>();

/**
 * The parameters by which a token comes to a check, where they are for nothing else: once the check asks the
 * session, nobody has to hand the token on.
 */
export function spentParameters(project: Project, check: CheckSite): readonly IdleParameter[] {
  return allSpent(project).get(check) ?? [];
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
    if (at.key !== 'object' && at.key !== 'callee') return false;
  }
  return false;
}

function allSpent(project: Project): ReadonlyMap<CheckSite, readonly IdleParameter[]> {
  const known = remembered.get(project);
  if (known) return known;
  const { sources, sites } = project;
  const going = sites.filter(isCheck).filter((check) => goes(check, project));
  const tokens = new Set(going.map(({ token }) => token?.node));
  const spent = new Map(
    going.map((check): [CheckSite, readonly IdleParameter[]] => {
      const name = check.token && nameIn(check.token);
      const all = name ? idleParametersFrom(sources, name, (path) => isPartOfAny(path, tokens)) : [];
      return [check, all.every((one) => canGo(sources, one)) ? all : []];
    }),
  );
  remembered.set(project, spent);
  return spent;
}

/** The name that a token is cut out of: `header` in `header.split(' ')[1]`. */
function nameIn(path: NodePath): NodePath {
  const { node } = path;
  const part = t.isMemberExpression(node) && t.isNumericLiteral(node.property);
  if (part) return nameIn(path.get('object') as NodePath);
  const cut = t.isCallExpression(node) && CUTS.test(propertyName(node.callee) ?? '');
  return cut ? nameIn(path.get('callee.object') as NodePath) : path;
}

function goes(check: CheckSite, project: Project): boolean {
  return (
    check.family !== 'one-time' &&
    isLoginToken(check, project) &&
    !checkObstacle(check, project) &&
    !purposesAt(project.sources, check.path)
  );
}

/** Whether every call is seen, is no test's, and gives nothing there that has an effect of its own. */
function canGo(sources: Sources, { function: called, index, calls }: IdleParameter): boolean {
  if (!canChangeParameters(called)) return false;
  return calls.every((call) => {
    const argument = (call.get('arguments') as NodePath[])[index];
    return (
      call.isCallExpression() &&
      !sources.fileOf(call).test &&
      (!argument || isOnlyRead(onlyValueOf(argument).node))
    );
  });
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
