import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { credentialKind } from './credential.js';
import { checkObstacle, isLoginToken } from './obstacles.js';
import type { Project } from './project.js';
import { requestNameAt } from './requests.js';
import { type CheckSite, isCheck, type ReadSite } from './site.js';
import { type SourceFile, textOf } from './source.js';

/**
 * A middleware that answers "nothing came" and "what came is refused" alike: it can ask for the claims once,
 * where it asked for the token before, and needs no check that throws.
 */
export interface PlainGuard {
  readonly check: CheckSite;
  /** The variable that the claims are put into. */
  readonly claims: string;
  /** The condition that answers when nothing came. */
  readonly absent: NodePath<t.IfStatement>;
  readonly attempt: NodePath<t.TryStatement>;
  /** The statement of the check, and what follows it in the block. */
  readonly statement: NodePath;
  readonly rest: readonly NodePath[];
  /** Nothing that follows can fail in another way, or somebody else catches it. */
  readonly needsNoTry: boolean;
}

const guards = new WeakMap<Project, readonly PlainGuard[]>();

/** The middlewares of an application that answer every failure alike. */
export function plainGuards(project: Project): readonly PlainGuard[] {
  const known = guards.get(project);
  if (known) return known;
  const found = project.sites
    .filter(isCheck)
    .map((check) => plainGuard(check, project))
    .filter((guard) => guard !== undefined);
  guards.set(project, found);
  return found;
}

function plainGuard(check: CheckSite, project: Project): PlainGuard | undefined {
  const { file, call } = check;
  if (check.kind !== 'verify' || check.callback || checkObstacle(check, project)) return undefined;
  const statement = call.getStatementParent();
  const block = statement?.parentPath;
  const attempt = block?.parentPath;
  const owner = call.getFunctionParent();
  if (!owner || !requestNameAt(call) || !statement?.isVariableDeclaration() || !attempt?.isTryStatement())
    return undefined;
  if (attempt.get('block') !== block || attempt.parentPath.parentPath !== owner || attempt.node.finalizer)
    return undefined;
  const claims = claimsName(statement, call.node);
  if (claims === undefined || owner.scope.hasOwnBinding(claims)) return undefined;
  const reads = readsOf(file, project);
  const absent = attempt
    .getAllPrevSiblings()
    .find((one) => one.isIfStatement() && credentialKind(one.get('test'), reads) === 'absent');
  if (!absent?.isIfStatement() || absent.node.alternate || !isLeft(absent.get('consequent')))
    return undefined;
  const refused = refusalOf(file, attempt);
  if (refused === undefined || refused !== answerOf(file, [absent.get('consequent')])) return undefined;
  const index = Number(statement.key);
  const statements = attempt.get('block').get('body');
  if (!statements.slice(0, index).every((one) => takesToken(one, reads))) return undefined;
  const rest = statements.slice(index + 1);
  return {
    check,
    claims,
    absent,
    attempt,
    statement,
    rest,
    needsNoTry: needsNoTry(rest, owner, project, file),
  };
}

/** `const decoded = jwt.verify(…)`, with or without `await` and a type. */
function claimsName(statement: NodePath<t.VariableDeclaration>, call: t.Node): string | undefined {
  const [only, another] = statement.node.declarations;
  if (!only || another || !t.isIdentifier(only.id)) return undefined;
  let init = only.init;
  while (t.isAwaitExpression(init)) init = init.argument;
  return init === call ? only.id.name : undefined;
}

function readsOf(file: SourceFile, project: Project): ReadonlySet<t.Node> {
  const reads = project.sites.filter(
    (site): site is ReadSite => site.role === 'read' && site.file === file && isLoginToken(site, project),
  );
  return new Set(reads.map(({ path }) => path.node));
}

function takesToken(statement: NodePath, reads: ReadonlySet<t.Node>): boolean {
  return (
    statement.isVariableDeclaration() &&
    statement.get('declarations').every((one) => {
      const init = one.get('init') as NodePath;
      return Boolean(init.node && credentialKind(init, reads));
    })
  );
}

/** What the catch clause answers, as comparable text; undefined where it looks at the error. */
function refusalOf(file: SourceFile, attempt: NodePath<t.TryStatement>): string | undefined {
  const handler = attempt.get('handler');
  if (!handler.isCatchClause()) return undefined;
  const statements = handler.get('body').get('body');
  const said = statements.filter((one) => !/^console\./.test(textOf(file, one.node)));
  const { param } = handler.node;
  const names = param ? Object.keys(t.getBindingIdentifiers(param)) : [];
  const looked = names.some((name) =>
    handler.scope.bindings[name]?.referencePaths.some((use) => said.some((one) => use.isDescendant(one))),
  );
  return looked ? undefined : answerOf(file, said);
}

/** Statements without `return`, braces and white space, so that two answers can be compared. */
function answerOf(file: SourceFile, statements: readonly NodePath[]): string {
  const text = statements.map((one) => textOf(file, one.node)).join('');
  return text.replace(/\breturn\b|[\s;{}]/g, '');
}

/** Whether nothing after a branch is reached from it. */
function isLeft(branch: NodePath): boolean {
  const last = branch.isBlockStatement() ? branch.get('body').at(-1) : branch;
  return last?.isReturnStatement() === true || last?.isThrowStatement() === true;
}

/** Calls that a middleware ends with. */
const ENDINGS = /^(?:next|done)$/;

/** Whether code throws, or reads of what it waited for as if it were there: the catch clause answers for that too. */
function failsItself(statements: readonly NodePath[], file: SourceFile): boolean {
  const awaited = new Set<string>();
  let fails = false;
  const consider = (path: NodePath) => {
    if (path.isThrowStatement()) fails = true;
    if (path.isAwaitExpression()) {
      const { parent } = path;
      if (t.isVariableDeclarator(parent)) awaited.add(textOf(file, parent.id));
      if (t.isAssignmentExpression(parent)) awaited.add(textOf(file, parent.left));
    }
    if (path.isMemberExpression() && awaited.has(textOf(file, path.node.object))) fails = true;
  };
  for (const statement of statements) {
    consider(statement);
    statement.traverse({ enter: consider });
  }
  return fails;
}

function needsNoTry(
  rest: readonly NodePath[],
  owner: NodePath<t.Function>,
  project: Project,
  file: SourceFile,
): boolean {
  if (!rest.length) return false;
  const version = project.sources.packageOf(file)?.versions.get('express');
  const wrapper = owner.parentPath;
  const catches =
    wrapper?.isCallExpression() && /async|catch|wrap|handle|safe/i.test(textOf(file, wrapper.node.callee));
  if (owner.node.async && (catches || /^[\^~]?5\./.test(version ?? ''))) return !failsItself(rest, file);
  let quiet = true;
  const consider = (path: NodePath) => {
    if (path.isAwaitExpression() || path.isNewExpression()) quiet = false;
    if (!path.isCallExpression()) return;
    const { callee } = path.node;
    if (!t.isIdentifier(callee) || !ENDINGS.test(callee.name)) quiet = false;
  };
  for (const statement of rest) {
    consider(statement);
    statement.traverse({ enter: consider });
  }
  return quiet;
}
