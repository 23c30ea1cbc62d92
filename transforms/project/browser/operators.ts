import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { propertyName } from '../definitions.js';

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
