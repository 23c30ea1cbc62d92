import type { Binding, NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { propertyName } from '../definitions.js';
import { startOf } from '../source.js';
import { unwrappedUp } from './bodies.js';

/** What the code does when it gets no new token. */
export interface Failure {
  readonly kept: readonly NodePath<t.Statement>[];
  /** What it does in a single expression, or elsewhere, where no statement can be kept. */
  readonly said: readonly NodePath[];
  /** The variable in which it knows the error of the renewal. */
  readonly caught?: Binding;
  /** What is kept speaks of that error. */
  readonly isRead: boolean;
}

const NOTHING: Failure = { kept: [], said: [], isRead: false };

/**
 * Finds what a branch that renews a token does when it gets none; undefined where that needs something that goes
 * with the renewal.
 *
 * @param same names that mean the same where it is to be done
 */
export function afterFailure(
  branch: NodePath,
  calls: readonly NodePath[],
  forgetting: ReadonlySet<t.Node>,
  same: ReadonlySet<Binding> = new Set(),
): Failure | undefined {
  const places = calls.flatMap((call) => [call, ...awaitedFor(branch, call)]);
  const blocks = places.flatMap((call) => [...caughtIn(branch, call), ...unansweredIn(branch, call)]);
  for (const block of blocks) {
    const failure = failureOf(branch, block, { calls, forgetting, same });
    if (!failure && block.after) continue;
    if (!failure) return undefined;
    if (failure.kept.length || failure.said.length) return failure;
  }
  return NOTHING;
}

/** `await renewing`, where the call's promise has been put into a variable for others to wait for as well. */
function awaitedFor(branch: NodePath, call: NodePath): NodePath[] {
  const holder = call.findParent(
    (above) => above.isAssignmentExpression() || above.isVariableDeclarator() || above.isFunction(),
  );
  const name = holder?.isAssignmentExpression()
    ? holder.get('left')
    : holder?.isVariableDeclarator()
      ? holder.get('id')
      : undefined;
  if (!name || !holder?.isDescendant(branch)) return [];
  const found: NodePath[] = [];
  branch.traverse({
    AwaitExpression(path) {
      const argument = path.get('argument');
      if (String(argument) === String(name)) found.push(argument);
    },
  });
  return found;
}

interface Block {
  readonly statements: readonly NodePath<t.Statement>[];
  readonly expression?: NodePath<t.Expression>;
  readonly caught?: Binding;
  /** It comes after a condition that leaves where there is a new token. */
  readonly after?: boolean;
}

/** The `catch` of a `try` around the call, and the `.catch(…)` or `catchError(…)` of its chain. */
function* caughtIn(branch: NodePath, call: NodePath): Generator<Block> {
  for (let at: NodePath | null = call; at && at !== branch; at = at.parentPath) {
    const { parentPath: parent } = at;
    if (parent?.isTryStatement() && at.key === 'block') {
      const handler = parent.get('handler');
      if (handler.isCatchClause()) yield blockOf(handler, handler.get('body'), handler.node.param);
    }
    const chained = at.isMemberExpression() ? at.parentPath : undefined;
    if (!at.isMemberExpression() || !chained?.isCallExpression()) continue;
    const method = propertyName(at.node);
    const given = chained.get('arguments') as NodePath[];
    const handler =
      method === 'catch'
        ? given[0]
        : method === 'then'
          ? given[1]
          : method === 'pipe'
            ? catchingIn(given)
            : undefined;
    const body = handler?.isFunction() ? handler.get('body') : undefined;
    if (!handler?.isFunction() || !body || Array.isArray(body)) continue;
    if (body.isBlockStatement()) yield withoutAnswer(blockOf(handler, body, handler.node.params[0]));
    else if (body.isExpression()) yield expressionOf(handler, body);
  }
}

/** `return null` at the end of a callback answers in the renewal's place, and nobody asks for that any more. */
function withoutAnswer({ statements, ...rest }: Block): Block {
  const last = statements.at(-1);
  const { argument } = last?.isReturnStatement() ? last.node : {};
  const says = last?.isReturnStatement() && (!argument || saysNothing(argument));
  return { ...rest, statements: says ? statements.slice(0, -1) : statements };
}

/** The function in `catchError(…)` among operators. */
function catchingIn(operators: readonly NodePath[]): NodePath | undefined {
  for (const operator of operators) {
    if (!operator.isCallExpression() || !operator.get('callee').isIdentifier({ name: 'catchError' }))
      continue;
    return operator.get('arguments')[0] as NodePath | undefined;
  }
  return undefined;
}

function expressionOf(handler: NodePath<t.Function>, expression: NodePath<t.Expression>): Block {
  const [parameter] = handler.node.params;
  const caught = t.isIdentifier(parameter) ? handler.scope.getBinding(parameter.name) : undefined;
  return { statements: [], expression, ...(caught ? { caught } : {}) };
}

function blockOf(
  holder: NodePath,
  body: NodePath<t.BlockStatement>,
  parameter: t.Node | null | undefined,
): Block {
  const caught = t.isIdentifier(parameter) ? holder.scope.getBinding(parameter.name) : undefined;
  return { statements: body.get('body'), ...(caught ? { caught } : {}) };
}

/** `else` of `if (answer.data)`, or `if (!token)`, of what the call answered. */
function* unansweredIn(branch: NodePath, call: NodePath): Generator<Block> {
  const awaited = call.parentPath?.isAwaitExpression() ? call.parentPath : undefined;
  const tested = awaited && unwrappedUp(awaited).parentPath;
  // `if (!(await renewing)) { … }`
  const asked = tested?.isUnaryExpression({ operator: '!' }) ? tested.parentPath : undefined;
  if (asked?.isIfStatement() && tested?.key === 'test') yield failingBlock(asked.get('consequent'));
  const declarator = call.findParent((above) => above.isVariableDeclarator() || above.isFunction());
  if (!declarator?.isVariableDeclarator()) return;
  const bindings = Object.keys(t.getBindingIdentifiers(declarator.node.id)).map((name) =>
    declarator.scope.getBinding(name),
  );
  for (const reference of bindings.flatMap((binding) => binding?.referencePaths ?? [])) {
    const condition = reference.findParent((above) => above.isIfStatement());
    if (!condition?.isIfStatement() || !condition.isDescendant(branch)) continue;
    if (!reference.isDescendant(condition.get('test')) && reference.parentPath !== condition) continue;
    const negated = t.isUnaryExpression(condition.node.test, { operator: '!' });
    const failing = negated ? condition.get('consequent') : condition.get('alternate');
    if (failing.isStatement()) yield withoutThrow(branch, condition, failingBlock(failing));
    else if (!negated && leaves(condition.node.consequent)) {
      const statements = condition.getAllNextSiblings().filter((one) => one.isStatement());
      yield { statements, after: true };
    }
  }
}

/** `throw` within a `try` leads to its `catch`, which is there by itself. */
function withoutThrow(branch: NodePath, condition: NodePath, block: Block): Block {
  const last = block.statements.at(-1);
  const tried = condition.findParent((above) => above.isTryStatement() || above.isFunction());
  const caught = tried?.isTryStatement() && tried.isDescendant(branch) && tried.node.handler;
  return caught && last?.isThrowStatement() ? { ...block, statements: block.statements.slice(0, -1) } : block;
}

function failingBlock(failing: NodePath<t.Statement>): Block {
  return { statements: failing.isBlockStatement() ? failing.get('body') : [failing] };
}

function leaves(node: t.Statement): boolean {
  const last = t.isBlockStatement(node) ? node.body.at(-1) : node;
  return t.isReturnStatement(last) || t.isThrowStatement(last);
}

interface Known {
  readonly calls: readonly NodePath[];
  readonly forgetting: ReadonlySet<t.Node>;
  readonly same: ReadonlySet<Binding>;
}

function failureOf(
  branch: NodePath,
  { statements, expression, caught }: Block,
  { calls, forgetting, same }: Known,
): Failure | undefined {
  const kept = statements.filter((statement) => !isBookkeeping(statement, forgetting));
  const said = expression && !isRefusal(expression.node) ? [expression] : [];
  const needed = new Set<NodePath<t.Statement>>();
  let isRead = false;
  for (const statement of said.length ? said : kept) {
    for (const binding of bindingsReadIn(statement)) {
      if (binding === caught) isRead = true;
      else if (same.has(binding)) continue;
      else if (binding.path.isDescendant(branch) && !binding.path.isDescendant(statement)) {
        if (kept.some((other) => binding.path.isDescendant(other))) continue;
        const declaration = said.length ? undefined : declarationApart(branch, binding, calls);
        if (!declaration) return undefined;
        needed.add(declaration);
      }
    }
  }
  return {
    kept: [...needed, ...kept].toSorted((a, b) => startOf(a.node) - startOf(b.node)),
    isRead,
    ...(caught ? { caught } : {}),
    said,
  };
}

/** `const { reset } = store.getState()`, which has nothing to do with what the renewal answers, and can stay. */
function declarationApart(
  branch: NodePath,
  { path, constant }: Binding,
  calls: readonly NodePath[],
): NodePath<t.Statement> | undefined {
  const declaration = path.isVariableDeclarator() ? path.parentPath : undefined;
  if (!constant || !declaration?.isVariableDeclaration()) return undefined;
  if (declaration.node.declarations.length > 1 || calls.some((call) => call.isDescendant(declaration)))
    return undefined;
  const init = path.get('init') as NodePath;
  const within = bindingsReadIn(declaration).some((binding) => binding.path.isDescendant(branch));
  return init.isAwaitExpression() || within ? undefined : declaration;
}

function bindingsReadIn(statement: NodePath): Binding[] {
  const found: Binding[] = [];
  statement.traverse({
    Identifier(path) {
      const binding = path.isReferencedIdentifier() ? path.scope.getBinding(path.node.name) : undefined;
      if (binding) found.push(binding);
    },
  });
  return found;
}

/** What only serves the renewal: flags, queues, locks, and what is printed about it. */
function isBookkeeping(statement: NodePath<t.Statement>, forgetting: ReadonlySet<t.Node>): boolean {
  if (!statement.isExpressionStatement()) return false;
  const { expression } = statement.node;
  if (forgetting.has(expression)) return true;
  if (t.isAssignmentExpression(expression)) {
    const name = t.isIdentifier(expression.left)
      ? expression.left.name
      : (propertyName(expression.left) ?? '');
    return /refresh|queue|retr|pending|subscrib|promise|lock/i.test(name);
  }
  if (!t.isCallExpression(expression)) return false;
  const { callee } = expression;
  const of = t.isMemberExpression(callee) && t.isIdentifier(callee.object) ? callee.object.name : '';
  if (of === 'console' || (/^(?:observer|subscriber)$/.test(of) && propertyName(callee) === 'error'))
    return true;
  const name = t.isIdentifier(callee) ? callee.name : (propertyName(callee) ?? '');
  return /queue|subscriber|flush|waiting|pending|on\w*refresh|^set_?(?:is_?)?refreshing|^(?:reject|resolve|release)$/i.test(
    name,
  );
}

/** Whether an expression is nothing but a constant. */
export function saysNothing(node: t.Expression): boolean {
  return t.isLiteral(node) || t.isIdentifier(node, { name: 'undefined' });
}

/** `Promise.reject(error)`, `throwError(() => error)`, or nothing at all: the failure is handed on. */
function isRefusal(node: t.Expression): boolean {
  if (saysNothing(node)) return true;
  if (!t.isCallExpression(node)) return false;
  const { callee } = node;
  return t.isIdentifier(callee, { name: 'throwError' }) || propertyName(callee) === 'reject';
}
