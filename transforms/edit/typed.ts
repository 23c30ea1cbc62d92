import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import type { SourceFile } from '../project/source.js';

/** Whether a file has types, which say of a token that it is a string. */
export function isTyped({ path, text }: SourceFile): boolean {
  return /\.tsx?$/.test(path) || (/\.(?:vue|svelte)$/.test(path) && /<script[^>]*\blang="ts"/.test(text));
}

/** `getToken(): string | null { return … }`, `const token: string | null = …`: the type says what it is. */
export function isDeclared({ parentPath: parent, scope }: NodePath): boolean {
  if (parent?.isVariableDeclarator())
    return t.isIdentifier(parent.node.id) && !!parent.node.id.typeAnnotation;
  if (parent?.isClassProperty()) return !!parent.node.typeAnnotation;
  if (!parent?.isReturnStatement() && !parent?.isArrowFunctionExpression()) return false;
  const owner = scope.getFunctionParent()?.path;
  return Boolean(owner?.isFunction() && owner.node.returnType);
}
