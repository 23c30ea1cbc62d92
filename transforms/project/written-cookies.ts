import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { definitionOf } from './definitions.js';
import { stringOf } from './flow/origins.js';
import type { Sources } from './sources.js';

/** The name in `serialize('token', …)` of cookie. */
export function serializedName(sources: Sources, call: NodePath<t.CallExpression>): string | undefined {
  const callee = definitionOf(sources, call.get('callee') as NodePath);
  const [name] = call.get('arguments');
  const serializes =
    callee.kind === 'package' && callee.module === 'cookie' && callee.name.at(-1) === 'serialize';
  return serializes && name ? stringOf(sources, name as NodePath) : undefined;
}

/** The name in `token=${token}; HttpOnly` */
export function cookieName(text: NodePath): string | undefined {
  const [first] = text.isTemplateLiteral() ? text.node.quasis : [];
  return /^([^=;\s]+)=/.exec(first?.value.raw ?? (text.isStringLiteral() ? text.node.value : ''))?.[1];
}

/** `serialize('token', '', …)`, `'token=; Max-Age=0'` */
export function emptiedName(sources: Sources, value: NodePath): string | undefined {
  const [only] =
    value.isArrayExpression() && value.node.elements.length === 1 ? value.get('elements') : [value];
  if (only?.isStringLiteral() && /^[^=;]+=(?:;|$)/.test(only.node.value)) return cookieName(only);
  if (!only?.isCallExpression() || !t.isStringLiteral(only.node.arguments[1], { value: '' }))
    return undefined;
  return serializedName(sources, only);
}
