import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { keyName, propertyName } from '../project/definitions.js';
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
  if (parent?.isAssignmentExpression()) return typeOf(parent.get('left') as NodePath);
  if (!parent?.isReturnStatement() && !parent?.isArrowFunctionExpression()) return undefined;
  const owner = scope.getFunctionParent()?.path;
  return owner?.isFunction() ? (owner.node.returnType ?? undefined) : undefined;
}

/** The type that what is assigned to is declared with: a variable, or a field of the class around it. */
function typeOf(left: NodePath): t.Node | undefined {
  if (left.isIdentifier()) {
    const identifier = left.scope.getBinding(left.node.name)?.identifier;
    return t.isIdentifier(identifier) ? (identifier.typeAnnotation ?? undefined) : undefined;
  }
  const name = left.isMemberExpression() && left.get('object').isThisExpression() && propertyName(left.node);
  const owner = left.findParent((above) => above.isClass());
  if (!name || !owner?.isClass()) return undefined;
  const field = owner.node.body.body.find((member) => t.isClassProperty(member) && keyName(member) === name);
  return t.isClassProperty(field) ? (field.typeAnnotation ?? undefined) : undefined;
}
