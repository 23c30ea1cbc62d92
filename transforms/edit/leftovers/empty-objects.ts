import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { type CallPath, callersOf } from '../../project/callers.js';
import { keyName } from '../../project/definitions.js';
import { endOf, type SourceFile, startOf } from '../../project/source.js';
import type { Sources } from '../../project/sources.js';
import { unwrapped } from '../../project/unwrapped.js';
import type { Edit } from '../edits.js';
import { yieldsAtMost, yieldsOnly } from '../handing-on.js';
import { withoutEmptyObject } from '../header.js';
import { withoutItem } from '../lists.js';
import { isPure } from '../purity.js';
import { indentationAt, styleOf } from '../style.js';
import { declaredBy } from './hollow-functions.js';
import { type Edited, isMade } from './leftover.js';
import { knownFunction } from './removal.js';

/** What holds headers, of fetch and of Angular, and the options that these are handed on in. */
const HEADERS = /^(?:(?:Http)?Headers|RequestOptions)$/;

/** `authHeader()` that always yields `{}` now, with what it was called for; and `headers: {}`. */
export function emptyObjects(edited: Edited, file: SourceFile): Edit[][] {
  const found: Edit[][] = [];
  for (const path of file.paths.values()) {
    const empty = path.isFunction() && (yieldsOnly(path, isEmptyObject) || yieldsAtMost(path, isEmptyObject));
    if (empty && isMade(edited, file, declaredBy(path))) found.push(withoutFunction(edited, file, path));
    if (!path.isObjectProperty() || !/^headers$/i.test(keyName(path.node) ?? '')) continue;
    const value = path.get('value') as NodePath;
    if (isEmptyObject(value) && isMade(edited, file, path))
      found.push(withoutEmptyObject(edited.sources, value) ?? []);
    // `headers: () => ({})`, which is called for each request
    const { parentPath: options } = path;
    if (value.isArrowFunctionExpression() && yieldsOnly(value, isEmptyObject) && isMade(edited, file, path))
      found.push(options.isObjectExpression() ? withoutItem(file, options.node.properties, path.node) : []);
  }
  return found.filter((edits) => edits.length);
}

/** The function goes where everything that it is called for can do without; else it says in short what it yields. */
function withoutFunction({ sources }: Edited, file: SourceFile, path: NodePath<t.Function>): Edit[] {
  const known = knownFunction(sources, path);
  const calls = callersOf(sources, path).map((call) => withoutCall(sources, call));
  const gone = calls.flatMap((edits) => edits ?? []);
  if (known && calls.length && calls.every((edits) => edits !== undefined))
    return [...known.removal, ...gone];
  const { body } = path.node;
  if (!t.isBlockStatement(body) || body.body.length === 1 || !yieldsOnly(path, isBareObject)) return gone;
  const { newline, indent, semicolon } = styleOf(file.text);
  const outer = indentationAt(file, startOf(body));
  const text = `{${newline}${outer}${indent}return {}${semicolon}${newline}${outer}}`;
  return [...gone, { file: file.path, start: startOf(body), end: endOf(body), text, covers: true }];
}

/** A call goes with what it was for. */
function withoutCall(sources: Sources, call: CallPath): Edit[] | undefined {
  const at: NodePath = call.parentPath?.isAwaitExpression() ? call.parentPath : (call as NodePath);
  if (!call.node.arguments.every((argument) => isPure(argument, []))) return undefined;
  return withoutEmptyObject(sources, at);
}

function isBareObject(path: NodePath): boolean {
  const value = unwrapped(path);
  return value.isObjectExpression() && !value.node.properties.length;
}

/** `{}`, `new HttpHeaders()`, and a constant that is one of them. */
function isEmptyObject(path: NodePath): boolean {
  const value = unwrapped(path);
  if (isBareObject(value)) return true;
  if (value.isIdentifier()) {
    const binding = value.scope.getBinding(value.node.name);
    const init = binding?.path.isVariableDeclarator() ? binding.path.get('init') : undefined;
    const once = binding?.constant && binding.referencePaths.length === 1;
    return Boolean(once && init?.isNewExpression() && isEmptyObject(init));
  }
  if (!value.isNewExpression()) return false;
  const { callee } = value.node;
  const given = value.get('arguments');
  return (
    t.isIdentifier(callee) &&
    HEADERS.test(callee.name) &&
    given.every((one) => one.isObjectExpression() && isEmptyObject(one))
  );
}
