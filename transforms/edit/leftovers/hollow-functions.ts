import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { type CallPath, namesOf } from '../../project/callers.js';
import { endOf, type SourceFile, startOf, textOf } from '../../project/source.js';
import type { Sources } from '../../project/sources.js';
import type { Edit } from '../edits.js';
import { isPure } from '../purity.js';
import { statementOf, withoutStatement } from '../statements.js';
import { type Edited, isMade } from './leftover.js';
import { isMarker } from './marker-functions.js';
import { knownFunction } from './removal.js';

/** `saveToken() {}` with all its calls. */
export function hollowFunctions(edited: Edited, file: SourceFile): Edit[][] {
  const found: Edit[][] = [];
  for (const path of file.paths.values()) {
    if (!path.isFunction() || !isHollow(path) || !isMade(edited, file, declaredBy(path))) continue;
    const known = knownFunction(edited.sources, path);
    if (!known?.calls.length && !isLocal(path) && !wasNamedElsewhere(edited, file, path)) continue;
    const calls = known?.calls.map((call) => withoutCall(edited.sources, call));
    if (!known || !calls?.every((edit) => edit !== undefined)) continue;
    const outside = calls.filter(
      (edit) => !known.removal.some((one) => one.file === edit.file && isIn(edit, one)),
    );
    found.push([...known.removal, ...outside]);
  }
  return found;
}

/** Whether other files spoke of it before the edits, and none does any more. */
function wasNamedElsewhere(
  { before, sources }: Edited,
  file: SourceFile,
  path: NodePath<t.Function>,
): boolean {
  const names = namesOf(sources, path);
  const elsewhere = (among: Sources) =>
    among.naming(...names).some((one) => one.path !== file.path && takesIn(one, names));
  return names.length > 0 && elsewhere(before) && !elsewhere(sources);
}

/** Whether a file does more with some names than to hand them out again. */
function takesIn({ paths }: SourceFile, names: readonly string[]): boolean {
  return [...paths.values()].some(
    (at) => at.isIdentifier() && names.includes(at.node.name) && !at.parentPath.isExportSpecifier(),
  );
}

/** Whether a function has nothing to do, and nothing to say about that. */
export function isHollow({ node }: NodePath<t.Function>): boolean {
  const { body } = node;
  if (!t.isBlockStatement(body) || body.innerComments?.length || body.directives.length) return false;
  if (t.isClassMethod(node) && node.kind === 'constructor') return false;
  return !node.generator && body.body.every((one) => t.isReturnStatement(one) && !one.argument);
}

/** What a function is recognized by: its declaration, so that functions without a name are not mixed up. */
export function declaredBy(path: NodePath<t.Function>): NodePath {
  const { parentPath: parent } = path;
  const named = parent?.isVariableDeclarator() || parent?.isObjectProperty() || parent?.isClassProperty();
  return named ? parent : path;
}

function isLocal(path: NodePath<t.Function>): boolean {
  return path.isFunctionDeclaration() && !path.parentPath.isExportDeclaration();
}

/** A call that stands for itself goes; so does the link of a chain that only has it look at a request. */
function withoutCall(sources: Sources, call: CallPath): Edit | undefined {
  const file = sources.fileOf(call);
  const given = call.get('arguments') as NodePath[];
  const [needed, ...others] = given.filter((one) => !isPure(one.node, []) && !isMarker(sources, one));
  if (others.length) return undefined;
  // `sendToken(res, issue(user))` → `issue(user)`
  if (needed)
    return call.parentPath?.isExpressionStatement() && needed.isExpression()
      ? { file: file.path, start: startOf(call.node), end: endOf(call.node), text: textOf(file, needed.node) }
      : undefined;
  const statement = statementOf(call as NodePath);
  const arrow = statement && !statement.isStatement();
  if (!statement || (arrow && !isAnswerIgnored(statement))) return undefined;
  return withoutStatement(file, call as NodePath);
}

/** `onClick={() => save(token)}`, `.then(() => save(token))` */
function isAnswerIgnored(body: NodePath): boolean {
  const owner = body.parentPath;
  return owner?.listKey === 'arguments' || owner?.parentPath?.isJSXExpressionContainer() === true;
}

function isIn(edit: Edit, other: Edit): boolean {
  return other.start <= edit.start && edit.end <= other.end;
}
