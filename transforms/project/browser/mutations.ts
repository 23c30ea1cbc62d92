import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { propertyOf } from '../acceptance/doors.js';
import { definitionOf, keyName } from '../definitions.js';
import type { Sources } from '../sources.js';

/**
 * The callbacks that are handed what a function answers, as libraries of queries take both:
 * `useMutation({ mutationFn: login, onSuccess: (data) => … })`, `useMutation(login, { onSuccess })`.
 */
export function successesOf(sources: Sources, sending: NodePath<t.Function>): NodePath<t.Function>[] {
  return sources
    .mentioning('onSuccess')
    .flatMap((file) => [...file.paths.values()])
    .flatMap((path) => {
      const options = path.isObjectExpression() ? path : undefined;
      const success = options && propertyOf(sources, options, 'onSuccess');
      if (!options || !success) return [];
      const sends = senderBeside(sources, options);
      const sender = sends && definitionOf(sources, sends);
      if (sender?.kind !== 'function' || sender.path.node !== sending.node) return [];
      const told = definitionOf(sources, success);
      return told.kind === 'function' ? [told.path] : [];
    });
}

/** The function whose answer goes to the callbacks of some options. */
function senderBeside(sources: Sources, options: NodePath<t.ObjectExpression>): NodePath | undefined {
  const own = propertyOf(sources, options, 'mutationFn');
  if (own) return own;
  const { parentPath: call } = options;
  if (!call?.isCallExpression() || options.listKey !== 'arguments' || options.key === 0) return undefined;
  const first = call.get('arguments')[Number(options.key) - 1] as NodePath | undefined;
  return /mutation/i.test(String(call.get('callee'))) && first && keyName(first.node) === undefined
    ? first
    : undefined;
}
