import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { keyName, propertyName } from '../../project/definitions.js';
import { endOf, type SourceFile, startOf, textOf } from '../../project/source.js';
import type { Edit } from '../edits.js';
import { onlyValue } from '../handing-on.js';
import { withoutItems } from '../lists.js';
import { withoutDeclaration } from '../statements.js';
import { type Edited, isMade } from './leftover.js';

/** A link of Apollo that changes nothing, taken out of the chain that it is in. */
export function idleLinks(edited: Edited, file: SourceFile): Edit[][] {
  const found: Edit[][] = [];
  for (const path of file.paths.values()) {
    if (!isIdleLink(path) || !isMade(edited, file, path)) continue;
    const edits = withoutLink(file, path) ?? withoutVariable(file, path);
    if (edits) found.push(edits);
  }
  return found;
}

/** `setContext((_, { headers }) => ({ headers: { ...headers } }))`, `new ApolloLink((operation, forward) => forward(operation))` */
function isIdleLink(path: NodePath): boolean {
  if (!path.isCallExpression() && !path.isNewExpression()) return false;
  const { callee, arguments: given } = path.node;
  const [maker] = given;
  if (given.length !== 1 || !t.isFunction(maker)) return false;
  const value = onlyValue(maker);
  if (path.isNewExpression())
    return t.isIdentifier(callee, { name: 'ApolloLink' }) && isForwarded(maker, value);
  return t.isIdentifier(callee, { name: 'setContext' }) && keepsContext(maker, value);
}

function isForwarded({ params }: t.Function, value: t.Node | undefined): boolean {
  const [operation, forward] = params;
  return (
    t.isCallExpression(value) &&
    t.isIdentifier(forward) &&
    t.isIdentifier(value.callee, { name: forward.name }) &&
    value.arguments.length === 1 &&
    t.isIdentifier(operation) &&
    t.isIdentifier(value.arguments[0], { name: operation.name })
  );
}

/** Whether the context that a function yields has nothing in it but the headers that were there. */
function keepsContext({ params }: t.Function, value: t.Node | undefined): boolean {
  if (!t.isObjectExpression(value)) return false;
  const [only, ...others] = value.properties;
  if (!only) return true;
  if (others.length || !t.isObjectProperty(only) || keyName(only) !== 'headers') return false;
  const inner = t.isObjectExpression(only.value) ? only.value.properties : undefined;
  const kept = inner
    ? inner.length === 1 && t.isSpreadElement(inner[0])
      ? inner[0].argument
      : undefined
    : only.value;
  if (!kept) return inner?.length === 0;
  const [, context] = params;
  const taken = t.isObjectPattern(context) && context.properties.some((one) => keyName(one) === 'headers');
  if (t.isIdentifier(kept)) return taken && kept.name === 'headers';
  return t.isIdentifier(context) && propertyName(kept) === 'headers' && isNamed(kept, context.name);
}

function isNamed(member: t.Node, name: string): boolean {
  return t.isMemberExpression(member) && t.isIdentifier(member.object, { name });
}

/** `link.concat(next)` → `next`, `from([link, next])` → `from([next])` */
function withoutLink(file: SourceFile, path: NodePath): Edit[] | undefined {
  const { parentPath: parent } = path;
  const at = file.path;
  if (parent?.isMemberExpression() && propertyName(parent.node) === 'concat' && path.key === 'object') {
    const call = parent.parentPath;
    const [next] = call.isCallExpression() ? call.node.arguments : [];
    return next && call.isCallExpression()
      ? [{ file: at, start: startOf(call.node), end: endOf(call.node), text: textOf(file, next) }]
      : undefined;
  }
  if (parent?.isArrayExpression()) {
    const { elements } = parent.node;
    const items = elements.filter((one) => one !== null);
    return items.length > 1 ? withoutItems(file, items, new Set([path.node])) : undefined;
  }
  if (!parent?.isCallExpression() || path.listKey !== 'arguments') return undefined;
  const { callee, arguments: given } = parent.node;
  const chained = t.isMemberExpression(callee) && propertyName(callee) === 'concat';
  if (chained && given.length === 1)
    return [{ file: at, start: endOf(callee.object), end: endOf(parent.node), text: '' }];
  const other = given.find((one) => one !== path.node);
  const joined = given.length === 2 && (chained || t.isIdentifier(callee, { name: 'concat' }));
  return joined && other
    ? [{ file: at, start: startOf(parent.node), end: endOf(parent.node), text: textOf(file, other) }]
    : undefined;
}

function withoutVariable(file: SourceFile, path: NodePath): Edit[] | undefined {
  const { parentPath: declarator } = path;
  const declaration = declarator?.parentPath;
  if (!declarator?.isVariableDeclarator() || !declaration?.isVariableDeclaration()) return undefined;
  const { id } = declarator.node;
  const binding = t.isIdentifier(id) ? declarator.scope.getBinding(id.name) : undefined;
  if (!binding?.constant || declaration.node.declarations.length > 1) return undefined;
  if (declaration.parentPath.isExportNamedDeclaration()) return undefined;
  const uses = binding.referencePaths.map((reference) => withoutLink(file, reference));
  if (!uses.length || !uses.every((edits) => edits !== undefined)) return undefined;
  return [withoutDeclaration(file, declaration), ...uses.flat()];
}
