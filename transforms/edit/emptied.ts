import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { keyName, propertyName } from '../project/definitions.js';
import { endOf, type SourceFile, startOf } from '../project/source.js';
import { applyEdits, type Edit, withoutRepeats } from './edits.js';
import { rejects } from './handing-on.js';
import { withoutItem, withoutItems } from './lists.js';
import { isPure } from './purity.js';
import { withoutDeclaration } from './statements.js';
import { wholeLines } from './whole-lines.js';

/**
 * Takes away what edits leave without anything to do: a condition whose branches are gone, an `else` that is
 * empty, the first branch where only the `else` is left, and an interceptor that only hands on what it gets.
 */
export function withoutEmptied(file: SourceFile, edits: readonly Edit[]): Edit[] {
  const removals = edits.filter((edit) => edit.end > edit.start && (edit.text === '' || edit.text === '{}'));
  if (!removals.length) return [...edits];
  const result: Edit[] = [...edits];
  const isGone = (node: t.Node): boolean => {
    if (covered(removals, node)) return true;
    if (t.isBlockStatement(node))
      return node.body.length > 0 && node.body.every(isGone) && !isCommented(node);
    return t.isIfStatement(node) && isEmptied(node);
  };
  const isEmptied = (node: t.IfStatement) =>
    isGone(node.consequent) && (!node.alternate || isGone(node.alternate)) && isPure(node.test, edits);
  for (const path of file.paths.values()) {
    if (path.isCallExpression() && isIdle(path, isGone))
      result.push(withoutDeclaration(file, path.parentPath ?? path));
    if (path.isObjectProperty() && isIdlePreparation(path, isGone))
      result.push(...withoutProperty(file, path));
    const hook = idleHook(path, edits, isGone);
    if (hook) result.push(...withoutItem(file, hook.list, hook.node));
    if (!path.isIfStatement() || covered(removals, path.node)) continue;
    if (isInEmptied(path, isEmptied)) continue;
    const edit = ofCondition(file, path, edits, isGone, isEmptied);
    if (!edit) continue;
    if (edit.text !== '') {
      for (let index = result.length - 1; index >= 0; index--) {
        const other = result[index];
        if (other && edit.start <= other.start && other.end <= edit.end) result.splice(index, 1);
      }
    }
    result.push(edit);
  }
  return withoutRepeats(result);
}

function covered(removals: readonly Edit[], node: t.Node): boolean {
  return removals.some((edit) => edit.start <= startOf(node) && endOf(node) <= edit.end);
}

function isCommented(node: t.BlockStatement): boolean {
  return node.body.some((statement) =>
    statement.trailingComments?.some(
      (comment) => (comment.start ?? 0) > endOf(statement) && (comment.end ?? 0) < endOf(node),
    ),
  );
}

function isInEmptied(path: NodePath<t.IfStatement>, isEmptied: (node: t.IfStatement) => boolean): boolean {
  return Boolean(path.findParent((above) => above.isIfStatement() && isEmptied(above.node)));
}

function ofCondition(
  file: SourceFile,
  path: NodePath<t.IfStatement>,
  edits: readonly Edit[],
  isGone: (node: t.Node) => boolean,
  isEmptied: (node: t.IfStatement) => boolean,
): Edit | undefined {
  const { node } = path;
  const { test, consequent, alternate } = node;
  if (isEmptied(node)) {
    const { parent } = path;
    // `else if (…) {}`
    if (t.isIfStatement(parent) && parent.alternate === node)
      return { file: file.path, start: endOf(parent.consequent), end: endOf(node), text: '' };
    if (path.listKey === undefined)
      return { file: file.path, start: startOf(node), end: endOf(node), text: '{}' };
    // What is put in before the condition stands in its place.
    const before = edits.filter((edit) => edit.start === startOf(node) && edit.end === edit.start);
    if (before.length) {
      const text = before
        .map((edit) => edit.text)
        .join('')
        .trimEnd();
      const needs = before.flatMap((edit) => edit.needs ?? []);
      return { file: file.path, start: startOf(node), end: endOf(node), text, needs };
    }
    return { file: file.path, ...wholeLines(file, startOf(node), endOf(node)), text: '' };
  }
  if (!alternate) return undefined;
  if (isGone(alternate) && !isGone(consequent))
    return { file: file.path, start: endOf(consequent), end: endOf(alternate), text: '' };
  if (!isGone(consequent) || isGone(alternate)) return undefined;
  const inside = edits.filter((edit) => startOf(test) <= edit.start && edit.end <= endOf(test));
  const shift = startOf(test);
  const text = applyEdits(
    file.text.slice(shift, endOf(test)),
    inside.map((edit) => ({ ...edit, start: edit.start - shift, end: edit.end - shift })),
  );
  const needs = inside.flatMap((edit) => edit.needs ?? []);
  return {
    file: file.path,
    start: startOf(node),
    end: startOf(alternate),
    text: `if (${negated(test, text)}) `,
    needs,
  };
}

/** The opposite of a condition, as a person would write it. */
function negated(test: t.Expression, text: string): string {
  if (t.isUnaryExpression(test, { operator: '!' })) return text.replace(/^!\s*/, '');
  if (t.isIdentifier(test) || t.isMemberExpression(test) || t.isCallExpression(test)) return `!${text}`;
  return `!(${text})`;
}

/** What jQuery calls before each request. */
const BEFORE_EACH = /^ajax(?:Prefilter|Send)$/;

/** `interceptors.request.use((config) => { return config; })`, `$.ajaxPrefilter(() => {})`, once all else in it is gone. */
function isIdle(path: NodePath<t.CallExpression>, isGone: (node: t.Node) => boolean): boolean {
  const { callee, arguments: given } = path.node;
  if (!t.isMemberExpression(callee)) return false;
  if (BEFORE_EACH.test(propertyName(callee) ?? ''))
    return path.parentPath.isExpressionStatement() && isBare(given.at(-1), isGone);
  if (propertyName(callee) !== 'use') return false;
  if (propertyName(callee.object) !== 'request') return false;
  if (!path.parentPath.isExpressionStatement()) return false;
  const [first, second] = given;
  return handsOn(first, isGone) && (!second || rejects(second));
}

/** Whether nothing is left of a function, of which something is gone. */
function isBare(node: t.Node | undefined, isGone: (node: t.Node) => boolean): boolean {
  if (!t.isFunction(node) || !t.isBlockStatement(node.body)) return false;
  const { body } = node.body;
  return body.some(isGone) && body.every((one) => isGone(one) || isUnreadDeclaration(one));
}

/** `prepareHeaders: (headers) => { return headers; }` */
function isIdlePreparation({ node }: NodePath<t.ObjectProperty>, isGone: (node: t.Node) => boolean): boolean {
  return keyName(node) === 'prepareHeaders' && handsOn(node.value, isGone);
}

const HOOKS = new Set(['beforeSend', 'beforeRequest', 'onRequest', 'headers']);

/** A hook of which nothing is left, with the list that it is taken out of: `beforeSend: function (xhr) {}`. */
function idleHook(
  path: NodePath,
  edits: readonly Edit[],
  isGone: (node: t.Node) => boolean,
): { list: readonly t.Node[]; node: t.Node } | undefined {
  if (!path.isObjectProperty() && !path.isObjectMethod()) return undefined;
  const { node, parentPath: holder } = path;
  if (!HOOKS.has(keyName(node) ?? '') || !holder?.isObjectExpression()) return undefined;
  const value = t.isObjectProperty(node) ? node.value : node;
  const only = t.isArrayExpression(value) && value.elements.length === 1 ? value.elements[0] : value;
  if (!t.isFunction(only) || !t.isBlockStatement(only.body) || !only.body.body.length) return undefined;
  const left = only.body.body.filter((statement) => !isGone(statement) && !isUnreadDeclaration(statement));
  if (left.length === only.body.body.length && left.length !== 1) return undefined;
  if (left.length && !left.every((statement) => returnsNothing(statement, edits))) return undefined;
  if (!left.length && keyName(node) === 'headers') return undefined;
  // `hooks: { beforeRequest: [] }`, where it is all there is.
  const { parentPath: outer } = holder;
  const alone =
    holder.node.properties.length === 1 && outer?.isObjectProperty() && keyName(outer.node) === 'hooks';
  const around = alone ? outer.parentPath : undefined;
  return around?.isObjectExpression() && outer
    ? { list: around.node.properties, node: outer.node }
    : { list: holder.node.properties, node };
}

/** `return {};`, which was more. */
function returnsNothing(statement: t.Statement, edits: readonly Edit[]): boolean {
  if (!t.isReturnStatement(statement) || !statement.argument) return false;
  const [start, end] = [startOf(statement.argument), endOf(statement.argument)];
  return edits.some((edit) => edit.start === start && edit.end === end && edit.text === '{}');
}

function withoutProperty(file: SourceFile, { node, parent }: NodePath<t.ObjectProperty>): Edit[] {
  return t.isObjectExpression(parent) ? withoutItems(file, parent.properties, new Set([node])) : [];
}

/** Whether a function, of which something is gone, only returns its first parameter by now. */
function handsOn(first: t.Node | undefined, isGone: (node: t.Node) => boolean): boolean {
  if (!t.isFunction(first) || !t.isBlockStatement(first.body)) return false;
  const [parameter] = first.params;
  const left = first.body.body.filter((statement) => !isGone(statement) && !isUnreadDeclaration(statement));
  const [only] = left;
  const hands =
    left.length === 1 &&
    t.isReturnStatement(only) &&
    t.isIdentifier(only.argument) &&
    t.isIdentifier(parameter, { name: only.argument.name });
  return hands && left.length < first.body.body.length;
}

/** What was read for the header, and is read for nothing else. */
function isUnreadDeclaration(statement: t.Statement): boolean {
  if (!t.isVariableDeclaration(statement)) return false;
  return statement.declarations.every(({ init }) => {
    const callee = t.isCallExpression(init) ? init.callee : undefined;
    const called = t.isMemberExpression(callee) ? callee.property : callee;
    const named = t.isIdentifier(called) ? called.name : '';
    return /^(?:get\w*|use\w*Store)$/.test(named) || t.isMemberExpression(init);
  });
}
