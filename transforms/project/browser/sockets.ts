import type { NodePath } from '@babel/traverse';
import { definitionOf } from '../definitions.js';
import type { Sources } from '../sources.js';

/** Whether a header is among the options that open a socket: `io(url, { extraHeaders: { Authorization } })`. */
export function opensSocket(sources: Sources, header: NodePath): boolean {
  const call = header.findParent((above) => above.isCallExpression() || above.isFunction());
  if (!call?.isCallExpression()) return false;
  const callee = definitionOf(sources, call.get('callee') as NodePath);
  return callee.kind === 'package' && callee.module === 'socket.io-client';
}
