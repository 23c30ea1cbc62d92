import type { Binding, NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { type CallPath, callersOf, escapes } from '../callers.js';
import { keyName, propertyName } from '../definitions.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import { declarationOf } from './hollow.js';
import { namedFunctionAround, renewalCalls } from './renewal-calls.js';
import { afterFailure } from './renewal-failure.js';
import { branchAround, branchWith, type Renewal, type RetryBranch } from './renewals.js';
import { retries } from './repeated-requests.js';

/**
 * Finds the functions of a file that renew a token and send the request again, and that are called only where a
 * request was refused: `return this.handle401(request, next)`. They go, and what they did on failure is done there.
 *
 * @param forgetting the expressions that take tokens out of storage
 */
export function handedRenewals(
  sources: Sources,
  file: SourceFile,
  forgetting: ReadonlySet<t.Node>,
): Renewal[] {
  const calls = renewalCalls(sources, file);
  const handlers = new Map(
    calls.flatMap((call) => {
      const handler = namedFunctionAround(sources, call);
      return handler ? [[handler.node, handler]] : [];
    }),
  );
  return [...handlers.values()].flatMap((handler): Renewal[] => {
    const within = calls.filter((call) => call.isDescendant(handler));
    const [call] = within;
    const statement = statementOf(handler);
    if (!call || !statement || !within.every((one) => retries(handler, one))) return [];
    const branches = branchesFor(sources, file, handler, within, forgetting);
    if (!branches?.length) return [];
    return [...branches, { kind: 'ahead', file, call, statements: [statement, ...membersOf(handler)] }];
  });
}

function statementOf(handler: NodePath<t.Function>): NodePath | undefined {
  return handler.isClassMethod() && handler.node.kind === 'method' ? handler : declarationOf(handler);
}

/** The branch around each call of a handler; undefined where one is called for something else. */
function branchesFor(
  sources: Sources,
  file: SourceFile,
  handler: NodePath<t.Function>,
  within: readonly NodePath[],
  forgetting: ReadonlySet<t.Node>,
): RetryBranch[] | undefined {
  if (escapes(sources, handler)) return undefined;
  const branches: RetryBranch[] = [];
  for (const call of callersOf(sources, handler)) {
    if (sources.fileOf(call) !== file || call.isDescendant(handler)) return undefined;
    const branch = branchAround(file, call as NodePath);
    const failure = branch && afterFailure(handler, within, forgetting, namesInCommon(handler, call));
    if (!branch || !failure || !isAllThatIsDone(branch, call)) return undefined;
    const copied = failure.said.length ? failure.said : failure.kept;
    const found = branchWith(file, call as NodePath, branch, failure, copied);
    if (!found) return undefined;
    branches.push(found);
  }
  return branches;
}

/** `return handle(request, next);` and nothing else. */
function isAllThatIsDone(branch: NodePath<t.IfStatement>, call: CallPath): boolean {
  const { consequent } = branch.node;
  const [only, ...others] = t.isBlockStatement(consequent) ? consequent.body : [consequent];
  const value = t.isReturnStatement(only)
    ? only.argument
    : t.isExpressionStatement(only)
      ? only.expression
      : undefined;
  return !others.length && (t.isAwaitExpression(value) ? value.argument : value) === call.node;
}

/** The parameters of a handler that are given what goes by the same name. */
function namesInCommon(handler: NodePath<t.Function>, call: CallPath): Set<Binding> {
  const same = new Set<Binding>();
  for (const [index, parameter] of handler.node.params.entries()) {
    const given = call.node.arguments[index];
    if (!t.isIdentifier(parameter) || !t.isIdentifier(given, { name: parameter.name })) continue;
    const binding = handler.scope.getBinding(parameter.name);
    if (binding) same.add(binding);
  }
  return same;
}

/** The properties of its class that only the handler uses: `isRefreshing`, the subject that others wait for. */
function membersOf(handler: NodePath<t.Function>): NodePath[] {
  const owner = handler.findParent((above) => above.isClass());
  const body = owner?.get('body');
  if (!owner || !body || Array.isArray(body) || !body.isClassBody()) return [];
  const outside = new Set<string>();
  const inside = new Set<string>();
  owner.traverse({
    MemberExpression(path) {
      const name = path.get('object').isThisExpression() ? propertyName(path.node) : undefined;
      if (name !== undefined) (path.isDescendant(handler) ? inside : outside).add(name);
    },
  });
  return body.get('body').filter((member) => {
    const name = member.isClassProperty() ? keyName(member.node) : undefined;
    return name !== undefined && inside.has(name) && !outside.has(name);
  });
}
