import * as t from '@babel/types';

/** `(config) => config`: a function that only yields its first parameter. */
export function handsOn(node: t.Node | undefined): boolean {
  if (!t.isFunction(node)) return false;
  const [parameter] = node.params;
  const value = onlyValue(node);
  return t.isIdentifier(value) && t.isIdentifier(parameter, { name: value.name });
}

/** `(error) => Promise.reject(error)` */
export function rejects(node: t.Node): boolean {
  if (!t.isFunction(node)) return false;
  const value = onlyValue(node);
  return (
    t.isCallExpression(value) &&
    t.isMemberExpression(value.callee) &&
    t.isIdentifier(value.callee.object, { name: 'Promise' }) &&
    t.isIdentifier(value.callee.property, { name: 'reject' })
  );
}

/** What a function yields that does nothing else. */
export function onlyValue({ body }: t.Function): t.Node | undefined {
  if (!t.isBlockStatement(body)) return body;
  const [only, ...others] = body.body;
  return t.isReturnStatement(only) && !others.length ? (only.argument ?? undefined) : undefined;
}
