import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { lastNameOf, propertyName } from '../definitions.js';

/** An RxJS operator whose callback is handed what a request answered: `http.post(…).pipe(tap((answer) => …))`. */
export interface Operator {
  /** The operator, as it stands among those of `pipe`. */
  readonly call: NodePath<t.CallExpression>;
  /** The `pipe` around it. */
  readonly pipe: NodePath<t.CallExpression>;
  /** Where the file has its operators from. */
  readonly module: string;
}

const TAKING = /^(?:tap|map|switchMap|concatMap|mergeMap|exhaustMap)$/;

/** The operator that a function is the callback of. */
export function operatorOf(callback: NodePath<t.Function>): Operator | undefined {
  const { parentPath: call } = callback;
  if (!call?.isCallExpression() || callback.listKey !== 'arguments' || callback.key !== 0) return undefined;
  const callee = call.get('callee');
  if (!callee.isIdentifier()) return undefined;
  const imported = callee.scope.getBinding(callee.node.name)?.path;
  const from = imported?.isImportSpecifier() ? imported.parent : undefined;
  if (from?.type !== 'ImportDeclaration' || !/^rxjs(?:\/operators)?$/.test(from.source.value))
    return undefined;
  if (!TAKING.test(callee.node.name)) return undefined;
  const { parentPath: pipe } = call;
  if (!pipe?.isCallExpression() || call.listKey !== 'arguments') return undefined;
  return propertyName(pipe.node.callee) === 'pipe' ? { call, pipe, module: from.source.value } : undefined;
}

/** An operator of RxJS 5 that follows a request in a chain: `http.post(…).map((answer) => …)`. */
export interface ChainedOperator {
  readonly name: 'map' | 'do' | 'concatMap';
  /** Its name in the chain. */
  readonly property: t.Identifier;
  /** What it follows. */
  readonly object: NodePath;
}

const HOMES = /^(?:rxjs(?:\/|$)|@angular\/(?:common\/)?http$)/;

/** The operator of a chain that a function is the callback of. */
export function chainedOperatorOf({
  node,
  parentPath: call,
  listKey,
  key,
  scope,
}: NodePath<t.Function>): ChainedOperator | undefined {
  const callee = call?.isCallExpression() && listKey === 'arguments' && key === 0 ? call.get('callee') : null;
  if (!callee?.isMemberExpression() || callee.node.computed) return undefined;
  const { property } = callee.node;
  const object = callee.get('object');
  if (!t.isIdentifier(property) || !sendsRequest(object)) return undefined;
  const program = scope.getProgramParent().path;
  const known =
    program.isProgram() &&
    program.node.body.some((one) => t.isImportDeclaration(one) && HOMES.test(one.source.value));
  const { name } = property;
  const takes = name === 'map' || name === 'do' || (name === 'concatMap' && node.async);
  return known && takes ? { name, property, object } : undefined;
}

/** `this.http.post(…)`, and what is chained to it. */
function sendsRequest(path: NodePath): boolean {
  if (!path.isCallExpression()) return false;
  const callee = path.get('callee');
  if (!callee.isMemberExpression()) return false;
  const object = callee.get('object');
  const sends = /^(?:get|post|put|patch|delete|request)$/.test(propertyName(callee.node) ?? '');
  return sends ? /http/i.test(lastNameOf(object) ?? '') : sendsRequest(object);
}
