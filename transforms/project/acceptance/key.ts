import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { callsOf } from '../callers.js';
import { definitionOf, propertyName } from '../definitions.js';
import { type Portable, portableOf } from '../portable.js';
import type { Sources } from '../sources.js';

/** What is named where the shim is mounted: mentions of parameters, and what they are called there. */
export type NamesThere = ReadonlyMap<t.Node, string>;

/** The parameters that can be named at a place, by every mention of them. */
export function namesThere(place: NodePath): NamesThere {
  const names = new Map<t.Node, string>();
  for (let above = place.getFunctionParent(); above; above = above.getFunctionParent()) {
    for (const { kind, identifier, referencePaths } of Object.values(above.scope.bindings)) {
      if (kind !== 'param' || place.scope.getBinding(identifier.name)?.identifier !== identifier) continue;
      for (const { node } of referencePaths) names.set(node, identifier.name);
    }
  }
  return names;
}

/**
 * A key as an expression that means the same in another file, or that is handed there. A text that is only turned
 * into bytes is the text.
 */
export function keyOf(sources: Sources, path: NodePath, there: NamesThere): Portable | undefined {
  const definition = definitionOf(sources, path);
  // A function that finds the key for a token's header takes a callback, which nobody here can call.
  if (definition.kind === 'function') return undefined;
  const at = definition.kind === 'value' ? definition.path : path;
  const text = encodedText(at) ?? settingOf(sources, at);
  const handed = portableOf(sources, text ?? path, there);
  const typed = /\.[cm]?tsx?$/.test(sources.fileOf(path).path);
  // Of what is handed on whole, nobody here can write the type.
  if (typed && handed?.given?.some((name) => name !== handed.text)) return portableOf(sources, text ?? path);
  return handed;
}

/** Without what only says to TypeScript that it is there: the shim says at the start where it is not. */
export function untyped(key: Portable): Portable {
  const [, plain] =
    /^(?:<\w+>\s*)?(process\.env(?:\.\w+|\[['"]\w+['"]\]))(?:!|\s+as\s+\w+)?$/.exec(key.text) ?? [];
  return plain === undefined ? key : { ...key, text: plain };
}

/** What `app.set('secret', x)` has put where `req.app.get('secret')` takes it from. */
export function settingOf(sources: Sources, path: NodePath): NodePath | undefined {
  const [name, ...more] = path.isCallExpression() ? (path.get('arguments') as NodePath[]) : [];
  if (!path.isCallExpression() || !name?.isStringLiteral() || more.length) return undefined;
  const { callee } = path.node;
  if (propertyName(callee) !== 'get' || !t.isMemberExpression(callee) || !isApplication(callee.object))
    return undefined;
  const setting = name.node.value;
  const values = sources
    .mentioning(setting)
    .filter(({ test }) => !test)
    .flatMap((file) => callsOf(sources, file))
    .flatMap(({ path: call }) => {
      const [first, value] = call.get('arguments') as NodePath[];
      const sets = propertyName(call.node.callee) === 'set' && first?.isStringLiteral({ value: setting });
      return sets && value ? [value] : [];
    });
  return values.length === 1 ? values[0] : undefined;
}

function isApplication(node: t.Node): boolean {
  const name = t.isIdentifier(node) ? node.name : propertyName(node);
  return name !== undefined && /^app(?:lication)?$/i.test(name);
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
