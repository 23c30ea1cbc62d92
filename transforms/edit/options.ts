import type { NodePath } from '@babel/traverse';
import type { CallPath } from '../project/callers.js';
import { endOf, type SourceFile, startOf } from '../project/source.js';
import type { Edit } from './edits.js';
import { indentationAt } from './style.js';

/**
 * Adds a property to the object at one place among a call's arguments, or that object; undefined where it is not
 * in sight.
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
  return object && [intoObject(file, object, property, alone)];
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
