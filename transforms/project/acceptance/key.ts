import type { NodePath } from '@babel/traverse';
import { definitionOf, propertyName } from '../definitions.js';
import { type Portable, portableOf } from '../portable.js';
import type { Sources } from '../sources.js';

/** A key as an expression that means the same in another file. A text that is only turned into bytes is the text. */
export function keyOf(sources: Sources, path: NodePath): Portable | undefined {
  const definition = definitionOf(sources, path);
  // A function that finds the key for a token's header takes a callback, which nobody here can call.
  if (definition.kind === 'function') return undefined;
  const text = definition.kind === 'value' ? encodedText(definition.path) : undefined;
  return portableOf(sources, text ?? path);
}

/** `x` of `new TextEncoder().encode(x)` and `Buffer.from(x, 'utf8')`. */
function encodedText(path: NodePath): NodePath | undefined {
  if (!path.isCallExpression()) return undefined;
  const callee = path.get('callee');
  if (!callee.isMemberExpression()) return undefined;
  const [text, encoding] = path.get('arguments') as NodePath[];
  const holder = callee.get('object');
  const name = propertyName(callee.node);
  if (holder.isNewExpression() && holder.get('callee').isIdentifier({ name: 'TextEncoder' }))
    return name === 'encode' ? text : undefined;
  const plain = !encoding || (encoding.isStringLiteral() && /^utf-?8$/i.test(encoding.node.value));
  return holder.isIdentifier({ name: 'Buffer' }) && name === 'from' && plain ? text : undefined;
}
