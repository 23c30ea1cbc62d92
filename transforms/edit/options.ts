import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import type { CallPath } from '../project/callers.js';
import { keyName } from '../project/definitions.js';
import { endOf, type SourceFile, startOf, textOf } from '../project/source.js';
import { applyEdits, type Edit } from './edits.js';
import { withoutItems } from './lists.js';
import { indentationAt } from './style.js';

/**
 * Adds a property to the object at one place among a call's arguments, or that object; undefined where nothing shows
 * that it is one.
 *
 * @param alone whether nothing else is left in the object
 */
export function withProperty(
  file: SourceFile,
  call: CallPath,
  index: number,
  property: string,
  alone = false,
): Edit[] | undefined {
  const given = call.get('arguments') as NodePath[];
  const options = given[index];
  if (!options) {
    if (given.length !== index) return undefined;
    const last = given.at(-1);
    const at = last ? endOf(last.node) : endOf(call.node) - 1;
    return [{ file: file.path, start: at, end: at, text: `${last ? ', ' : ''}{ ${property} }` }];
  }
  const object = objectOf(options);
  return object ? [intoObject(file, object, property, alone)] : spread(file, options, property);
}

/** Options that come from elsewhere, with one more: `{ ...options, credentials: 'include' }`. */
function spread(file: SourceFile, options: NodePath, property: string): Edit[] | undefined {
  const held = options.isIdentifier() || options.isMemberExpression();
  if (!held && !options.isCallExpression() && !options.isAwaitExpression()) return undefined;
  const [start, end] = [startOf(options.node), endOf(options.node)];
  return [
    { file: file.path, start, end: start, text: '{ ...', stays: true },
    { file: file.path, start: end, end, text: `, ${property} }`, stays: true },
  ];
}

/** The object literal that an expression is or names. */
export function objectOf(path: NodePath): NodePath | undefined {
  if (path.isObjectExpression()) return path;
  if (!path.isIdentifier()) return undefined;
  const binding = path.scope.getBinding(path.node.name);
  const init = binding?.path.isVariableDeclarator() ? (binding.path.get('init') as NodePath) : undefined;
  return binding?.constant && init?.isObjectExpression() ? init : undefined;
}

/** Before the first property, so that what stands there keeps its comma. */
export function intoObject(file: SourceFile, object: NodePath, property: string, alone: boolean): Edit {
  const at = startOf(object.node) + 1;
  // What stood in the object goes up to the brace.
  if (alone) return { file: file.path, start: at, end: at, text: ` ${property} `, stays: true };
  const rest = file.text.slice(at, endOf(object.node));
  const lines = /^[ \t]*\r?\n([ \t]*)/.exec(rest);
  if (/^\s*\}$/.test(rest))
    return { file: file.path, start: at, end: endOf(object.node), text: ` ${property} }` };
  const indent = lines?.[1] ?? indentationAt(file, at);
  const newline = lines?.[0].includes('\r') ? '\r\n' : '\n';
  return {
    file: file.path,
    start: at,
    end: at,
    text: lines ? `${newline}${indent}${property},` : /^\s/.test(rest) ? ` ${property},` : `${property}, `,
    stays: true,
  };
}

/** An expression's text; where it is an object, without properties of some names: nothing where it has no others. */
export function withoutOptions(file: SourceFile, { node }: NodePath, names: ReadonlySet<string>): string {
  const text = textOf(file, node);
  if (!t.isObjectExpression(node)) return text;
  const gone = new Set(node.properties.filter((property) => names.has(keyName(property) ?? '')));
  if (!gone.size) return text;
  if (gone.size === node.properties.length) return '';
  const shift = startOf(node);
  const edits = withoutItems(file, node.properties, gone);
  return applyEdits(
    text,
    edits.map((edit) => ({ ...edit, start: edit.start - shift, end: edit.end - shift })),
  );
}

/** The same for an object that a variable holds, where every use of it is one of those that are given. */
export function withoutHeldOptions(
  file: SourceFile,
  path: NodePath,
  names: ReadonlySet<string>,
  uses: ReadonlySet<t.Node>,
): Edit[] {
  const object = path.isIdentifier() ? objectOf(path) : undefined;
  const binding = path.isIdentifier() ? path.scope.getBinding(path.node.name) : undefined;
  if (!object?.isObjectExpression() || !binding?.referencePaths.every(({ node }) => uses.has(node)))
    return [];
  const { properties } = object.node;
  const gone = new Set(properties.filter((property) => names.has(keyName(property) ?? '')));
  return gone.size < properties.length ? withoutItems(file, properties, gone) : [];
}
