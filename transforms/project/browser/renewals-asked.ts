import type { Binding, NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { callersOf } from '../callers.js';
import { type SourceFile, textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { namedFunctionAround, renewalCalls } from './renewal-calls.js';
import { branchAround, isGone, type Renewal } from './renewals.js';
import { type AnsweredWith, answeredWith, type KeptHere } from './renewed-answers.js';

/**
 * A new token that is asked for once, such as when the pages load, rather than for a request that was refused:
 * whether there is a session says as much.
 */
export interface Asked extends AnsweredWith {
  readonly kind: 'asked';
  readonly file: SourceFile;
  readonly call: NodePath;
  /** Nothing around it asks for the refresh token or how it went: what fails without a session is to fail as before. */
  readonly fails: boolean;
}

/** Callbacks that run on their own, rather than for a request. */
const OWN = /(?:^|\.)(?:use\w+|on[A-Z]\w*|createAsyncThunk|create|defineStore|dispatch|\w*[hH]andler)$/;
const REFUSED = /\b40[13]\b|interceptors|catchError|errorLink|onError\b/;

/** Finds where a file asks for a new token with the refresh token that the browser keeps, for no request. */
export function askedRenewals(
  sources: Sources,
  file: SourceFile,
  gone: readonly Renewal[],
  kept: KeptHere,
): Asked[] {
  const goes = (path: NodePath) => gone.some((one) => one.file === sources.fileOf(path) && isGone(one, path));
  return renewalCalls(sources, file).flatMap((call): Asked[] => {
    if (goes(call) || !handsOver(file, call) || isForRequest(sources, file, call, goes)) return [];
    const statement = declarationOf(call);
    const answer = statement && answeredWith(sources, statement, kept);
    if (!answer) return [];
    return [{ kind: 'asked', file, call, ...answer, fails: !answer.tests.length && !isGuarded(file, call) }];
  });
}

/** Whether a refresh token goes with a call: `post('/refresh', { refreshToken })`, `refresh(stored.refresh)`. */
function handsOver(file: SourceFile, call: NodePath): boolean {
  if (!call.isCallExpression()) return false;
  const [first, ...others] = call.node.arguments;
  const given = t.isStringLiteral(first) || t.isTemplateLiteral(first) ? others : [first, ...others];
  return given.some(
    (one) => one && /refresh/i.test(textOf(file, one).replace(/['"`][^'"`]*\/[^'"`]*['"`]/g, '')),
  );
}

/** Whether it is a request that was refused for which a new token is asked for. */
function isForRequest(
  sources: Sources,
  file: SourceFile,
  call: NodePath,
  goes: (path: NodePath) => boolean,
): boolean {
  if (branchAround(file, call)) return true;
  for (let at = call.getFunctionParent(); at; at = at.getFunctionParent()) {
    if (at.listKey !== 'arguments' || !at.parentPath?.isCallExpression()) continue;
    const callee = textOf(file, at.parentPath.node.callee);
    if (!OWN.test(callee) || /interceptors\.|request\.use$|response\.use$/.test(callee)) return true;
  }
  const named = namedFunctionAround(sources, call);
  const callers = named ? callersOf(sources, named) : [];
  return callers.some((caller) => {
    const owner = goes(caller) || caller.isDescendant(named as NodePath) ? null : caller.getFunctionParent();
    return Boolean(owner && REFUSED.test(textOf(sources.fileOf(owner), owner.node)));
  });
}

/** `const response = await fetch(…)` */
function declarationOf(call: NodePath): NodePath<t.VariableDeclaration> | undefined {
  const awaited = call.findParent((above) => above.isAwaitExpression() || above.isStatement());
  const statement = call.getStatementParent();
  if (!awaited?.isAwaitExpression() || !statement?.isVariableDeclaration()) return undefined;
  return statement.node.declarations.length === 1 && statement.listKey === 'body' ? statement : undefined;
}

/** Whether a condition before the call, or around it, asks whether there is a refresh token. */
function isGuarded(file: SourceFile, call: NodePath): boolean {
  const owner = call.getFunctionParent();
  const names = new Set<Binding>();
  call.traverse({
    Identifier(path) {
      const binding = /refresh|tokens?$/i.test(path.node.name)
        ? path.scope.getBinding(path.node.name)
        : undefined;
      if (binding && path.isReferencedIdentifier()) names.add(binding);
    },
  });
  const asks = (test: NodePath) =>
    [...names].some(({ referencePaths }) =>
      referencePaths.some((one) => one === test || one.isDescendant(test)),
    );
  for (let at: NodePath | null = call; at && at !== owner; at = at.parentPath) {
    const { parentPath: parent } = at;
    if (parent?.isIfStatement() && at.key === 'consequent' && asks(parent.get('test'))) return true;
    if (at.listKey !== 'body' || !Array.isArray(at.container)) continue;
    for (const before of at.getAllPrevSiblings())
      if (before.isIfStatement() && asks(before.get('test')) && leaves(file, before)) return true;
  }
  return false;
}

function leaves(file: SourceFile, condition: NodePath<t.IfStatement>): boolean {
  return /\b(?:return|throw)\b/.test(textOf(file, condition.node.consequent));
}
