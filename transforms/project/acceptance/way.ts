import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { type CallPath, callersOf } from '../callers.js';
import { isInside } from '../inside.js';
import type { CheckSite } from '../site.js';
import type { Sources } from '../sources.js';

/** One function on the way from a check to a mint. */
export interface Leg {
  /** The statements that are passed; the one that leads on, or mints, is the last. */
  readonly statements: readonly NodePath[];
  /** What the function is given for its parameters, as its caller says it; nothing where the way begins. */
  readonly given: ReadonlyMap<t.Node, NodePath>;
  /** What it is a method of, as its caller says it. */
  readonly self?: NodePath;
}

const LONGEST = 3;

/** The functions from the one that checks to the one that mints, where one straight way leads there. */
export function wayTo(sources: Sources, check: CheckSite, place: NodePath, depth = 0): Leg[] | undefined {
  const handler = check.path.getFunctionParent();
  const owner = place.getFunctionParent();
  if (!handler || !owner) return undefined;
  const straight = statementsBetween(check, handler, place);
  if (straight) return [{ statements: straight, given: new Map() }];
  if (depth >= LONGEST) return undefined;
  // Of a function that is one expression, or that branches, only what it is given is known.
  const own = statementsTo(owner, place) ?? [place];
  for (const call of callersOf(sources, owner)) {
    const legs = wayTo(sources, check, call, depth + 1);
    if (!legs) continue;
    const callee = call.get('callee') as NodePath;
    const self = callee.isMemberExpression() ? { self: callee.get('object') as NodePath } : {};
    return [...legs, { statements: own, given: givenTo(owner, call), ...self }];
  }
  return undefined;
}

/** What a call gives for the parameters of a function, by their names there. */
export function givenTo(called: NodePath<t.Function>, call: CallPath): Map<t.Node, NodePath> {
  const values = call.get('arguments') as NodePath[];
  return new Map(
    called.node.params.flatMap((parameter, index): [t.Node, NodePath][] => {
      const value = values[index];
      return t.isIdentifier(parameter) && value ? [[parameter, value]] : [];
    }),
  );
}

function statementsBetween(
  check: CheckSite,
  handler: NodePath<t.Function>,
  place: NodePath,
): NodePath[] | undefined {
  const owner = place.getFunctionParent();
  if (owner === handler) return statementsTo(handler, place);
  if (!owner || owner.node !== check.callback?.node) return undefined;
  const [before, after] = [statementsTo(handler, check.path), statementsTo(owner, place)];
  return before && after && [...before.slice(0, -1), ...after];
}

/** The statements of a function up to the one that a place is in; a `try` is gone through. */
export function statementsTo(owner: NodePath<t.Function>, place: NodePath): NodePath[] | undefined {
  const found: NodePath[] = [];
  let block = owner.get('body') as NodePath;
  while (block.isBlockStatement()) {
    const statements: NodePath[] = block.get('body');
    const index = statements.findIndex((one) => isInside(one, place));
    const at = statements[index];
    if (!at) return undefined;
    found.push(...statements.slice(0, index));
    if (!at.isTryStatement()) return isPlain(at, place) ? [...found, at] : undefined;
    block = at.get('block');
  }
  return undefined;
}

/** Whether a place is reached whenever its statement is. */
function isPlain(statement: NodePath, place: NodePath): boolean {
  if (
    !statement.isVariableDeclaration() &&
    !statement.isExpressionStatement() &&
    !statement.isReturnStatement()
  )
    return false;
  const branch = place.findParent((above) => above.isConditional() || above.isLogicalExpression());
  return !branch?.isDescendant(statement);
}
