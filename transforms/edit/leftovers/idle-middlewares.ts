import type { Binding, NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { keyName, propertyName } from '../../project/definitions.js';
import { endOf, type SourceFile } from '../../project/source.js';
import type { Edit } from '../edits.js';
import { handsOn, onlyValue } from '../handing-on.js';
import { withoutItems } from '../lists.js';
import { withoutDeclaration, withoutStatement } from '../statements.js';
import { type Edited, isMade } from './leftover.js';

/** What a client of requests was told to do with each, and does nothing any more: middlewares, `.defer((w) => w)`. */
export function idleMiddlewares(edited: Edited, file: SourceFile): Edit[][] {
  const found: Edit[][] = [];
  for (const path of file.paths.values()) {
    if (isIdle(path)) {
      const declarator = path.parentPath;
      if (!isMade(edited, file, declarator?.isVariableDeclarator() ? declarator : path)) continue;
      const edits = withoutUse(file, path) ?? withoutVariable(file, path);
      if (edits) found.push(edits);
    } else if (path.isCallExpression() && defersNothing(path) && isMade(edited, file, path)) {
      found.push(withoutLink(file, path));
    }
  }
  return found;
}

/** `(next) => (url, options) => next(url, options)`, `{ onRequest({ request }) { return request; } }` */
function isIdle(path: NodePath): boolean {
  if (path.isObjectExpression()) {
    const [only, ...others] = path.get('properties');
    if (!only || others.length || keyName(only.node) !== 'onRequest') return false;
    const hook = only.isObjectMethod() ? only : only.isObjectProperty() ? only.get('value') : undefined;
    return !Array.isArray(hook) && hook?.isFunction() === true && yieldsRequest(hook.node);
  }
  if (!path.isArrowFunctionExpression()) return false;
  const [next] = path.node.params;
  const inner = onlyValue(path.node);
  return t.isIdentifier(next) && t.isFunction(inner) && callsWithAll(inner, next.name);
}

/** `({ request }) => request` */
function yieldsRequest(hook: t.Function): boolean {
  const [given] = hook.params;
  const value = onlyValue(hook);
  return (
    t.isObjectPattern(given) &&
    t.isIdentifier(value, { name: 'request' }) &&
    given.properties.some((one) => keyName(one) === 'request')
  );
}

/** `(url, options) => next(url, options)` */
function callsWithAll(inner: t.Function, next: string): boolean {
  const value = onlyValue(inner);
  if (!t.isCallExpression(value) || !t.isIdentifier(value.callee, { name: next })) return false;
  return (
    value.arguments.length === inner.params.length &&
    inner.params.every((one, index) =>
      t.isIdentifier(one) ? t.isIdentifier(value.arguments[index], { name: one.name }) : false,
    )
  );
}

/** `wretch(url).defer((w) => w)` */
function defersNothing(path: NodePath<t.CallExpression>): boolean {
  const [only, ...others] = path.get('arguments') as NodePath[];
  return (
    propertyName(path.node.callee) === 'defer' &&
    !others.length &&
    only?.isFunction() === true &&
    handsOn(only)
  );
}

/** Takes a call out of the chain that it is a link of. */
function withoutLink(file: SourceFile, { node }: NodePath<t.CallExpression>): Edit[] {
  const object = t.isMemberExpression(node.callee) ? node.callee.object : undefined;
  return object ? [{ file: file.path, start: endOf(object), end: endOf(node), text: '' }] : [];
}

/** `client.use(middleware)`, `.middlewares([middleware])` */
function withoutUse(file: SourceFile, path: NodePath): Edit[] | undefined {
  const { parentPath: parent } = path;
  if (parent?.isCallExpression() && path.listKey === 'arguments') {
    if (propertyName(parent.node.callee) !== 'use') return undefined;
    if (parent.node.arguments.length > 1)
      return withoutItems(file, parent.node.arguments, new Set([path.node]));
    return parent.parentPath.isExpressionStatement() ? [withoutStatement(file, parent)] : undefined;
  }
  const call = parent?.isArrayExpression() ? parent.parentPath : undefined;
  if (!parent?.isArrayExpression() || !call?.isCallExpression()) return undefined;
  if (propertyName(call.node.callee) !== 'middlewares') return undefined;
  const items = parent.node.elements.filter((one) => one !== null);
  return items.length > 1 ? withoutItems(file, items, new Set([path.node])) : withoutLink(file, call);
}

function withoutVariable(file: SourceFile, { parentPath: declarator }: NodePath): Edit[] | undefined {
  const declaration = declarator?.parentPath;
  if (!declarator?.isVariableDeclarator() || !declaration?.isVariableDeclaration()) return undefined;
  const binding = bindingOf(declarator);
  if (!binding?.constant || declaration.node.declarations.length > 1) return undefined;
  if (declaration.parentPath.isExportNamedDeclaration()) return undefined;
  const uses = binding.referencePaths.map((reference) => withoutUse(file, reference));
  if (!uses.length || !uses.every((edits) => edits !== undefined)) return undefined;
  return [withoutDeclaration(file, declaration), ...uses.flat()];
}

function bindingOf({ node: { id }, scope }: NodePath<t.VariableDeclarator>): Binding | undefined {
  return t.isIdentifier(id) ? scope.getBinding(id.name) : undefined;
}
