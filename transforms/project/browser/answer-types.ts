import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import { isLoginTokenName } from './names.js';

/** What the type that a call is given for its answer calls the token: `post<{ accessToken: string }>(url, body)`. */
export function tokenNameInType(sources: Sources, call: NodePath): string | undefined {
  const given = call.isCallExpression() ? call.node.typeParameters : undefined;
  const [type] = t.isTSTypeParameterInstantiation(given) ? given.params : [];
  return type && tokenNameOfType(sources, sources.fileOf(call), type, 0);
}

/** What the result of the function around a request calls it: `async (form): Promise<{ accessToken: string }> => …`. */
export function tokenNameInResult(sources: Sources, request: NodePath): string | undefined {
  const result = request.getFunctionParent()?.node.returnType;
  const type = t.isTSTypeAnnotation(result) ? result.typeAnnotation : undefined;
  return type && tokenNameOfType(sources, sources.fileOf(request), type, 0);
}

/** Types of what is still to come, or of what is around an answer's body. */
const AROUND =
  /^(?:Promise|Observable|AxiosPromise|AxiosResponse|ApiResponse|HttpResponse|CancelablePromise)$/;

function tokenNameOfType(
  sources: Sources,
  file: SourceFile,
  type: t.TSType,
  depth: number,
): string | undefined {
  if (t.isTSTypeLiteral(type)) return tokenAmong(type.members);
  const name = t.isTSTypeReference(type) && t.isIdentifier(type.typeName) ? type.typeName.name : undefined;
  if (name === undefined || depth > 3) return undefined;
  const [inner] = t.isTSTypeReference(type) && AROUND.test(name) ? (type.typeParameters?.params ?? []) : [];
  if (inner) return tokenNameOfType(sources, file, inner, depth + 1);
  for (const { node } of file.program.get('body')) {
    const declared = t.isExportNamedDeclaration(node) ? node.declaration : node;
    if (t.isTSInterfaceDeclaration(declared) && declared.id.name === name)
      return tokenAmong(declared.body.body);
    if (t.isTSTypeAliasDeclaration(declared) && declared.id.name === name)
      return tokenNameOfType(sources, file, declared.typeAnnotation, depth + 1);
    if (!t.isImportDeclaration(node)) continue;
    const imported = node.specifiers.find((one) => one.local.name === name);
    const from = imported && sources.resolve(file, node.source.value);
    if (!from || !t.isImportSpecifier(imported) || !t.isIdentifier(imported.imported)) continue;
    const reference = t.tsTypeReference(t.identifier(imported.imported.name));
    return tokenNameOfType(sources, from, reference, depth + 1);
  }
  return undefined;
}

function tokenAmong(members: readonly t.TSTypeElement[]): string | undefined {
  return members
    .map((one) => (t.isTSPropertySignature(one) && t.isIdentifier(one.key) ? one.key.name : ''))
    .find(isLoginTokenName);
}
