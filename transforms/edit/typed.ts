import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import type { SourceFile } from '../project/source.js';

/** Whether a file has types, which say of a token that it is a string. */
export function isTyped({ path, text }: SourceFile): boolean {
  return /\.tsx?$/.test(path) || (/\.(?:vue|svelte)$/.test(path) && /<script[^>]*\blang="ts"/.test(text));
}

/** `getToken(): string | null { return … }`, `const token: string | null = …`: the type says what it is. */
export function isDeclared(path: NodePath): boolean {
  return typeAround(path) !== undefined;
}

/** Whether the type says that it is a string, and nothing else. */
export function isPlainString(path: NodePath): boolean {
  const type = typeAround(path);
  return t.isTSTypeAnnotation(type) && t.isTSStringKeyword(type.typeAnnotation);
}

function typeAround({ parentPath: parent, scope }: NodePath): t.Node | undefined {
  if (parent?.isVariableDeclarator())
    return t.isIdentifier(parent.node.id) ? (parent.node.id.typeAnnotation ?? undefined) : undefined;
  if (parent?.isClassProperty()) return parent.node.typeAnnotation ?? undefined;
  if (!parent?.isReturnStatement() && !parent?.isArrowFunctionExpression()) return undefined;
  const owner = scope.getFunctionParent()?.path;
  return owner?.isFunction() ? (owner.node.returnType ?? undefined) : undefined;
}
