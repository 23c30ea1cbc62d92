import type { LoginAnswer } from '../project/browser/answers.js';
import type { Operator } from '../project/browser/operators.js';
import { endOf, type SourceFile, startOf, textOf } from '../project/source.js';
import type { Edit } from './edits.js';
import { localName, SHIM_CLIENT } from './names.js';
import { indentationAt, styleOf } from './style.js';
import { isTyped } from './typed.js';

/**
 * Accepts the session of a login in an operator of its own, before the one that takes the answer, so that
 * whoever subscribes waits for it too. Undefined where the answer goes by no name there.
 */
export function acceptingOperator({ call, pipe, module }: Operator, answer: LoginAnswer): Edit[] | undefined {
  const { file, container, trail, binding } = answer;
  const [field] = trail;
  if (!container || field === undefined) return undefined;
  const { newline, semicolon, indent } = styleOf(file.text);
  const accept = localName(file, SHIM_CLIENT, 'acceptSession');
  const waiting = localName(file, module, 'concatMap');
  const start = startOf(call.node);
  const token = `${container}.${field}`;
  const { name } = binding.identifier;
  const accepted = `await ${accept.local}(${token})`;
  const value = isTyped(file) ? `(${accepted}) ?? ''` : accepted;
  const outer = indentationAt(file, start);
  const inside = isInLine(file, start) ? outer + indent : outer;
  const line = `${newline}${inside}${indent}`;
  const body =
    container === name
      ? `({ ...${name}, ${field}: ${value} })`
      : `{${line}${token} = ${value}${semicolon}${line}return ${name}${semicolon}${newline}${inside}}`;
  const text = `${waiting.local}(async (${name}) => ${body}),`;
  const needs = [accept, waiting];
  const own = `${newline}${inside}`;
  if (!isInLine(file, start)) return [{ file: file.path, start, end: start, text: `${text}${own}`, needs }];
  const end = endOf(pipe.node) - 1;
  const before: Edit = { file: file.path, start, end: start, text: `${own}${text}${own}`, needs };
  if (
    textOf(file, pipe.node)
      .slice(start - startOf(pipe.node))
      .includes('\n')
  )
    return [{ ...before, text: `${text} ` }];
  const last = file.text.slice(0, end).trimEnd();
  const comma = last.endsWith(',') ? '' : ',';
  return [before, { file: file.path, start: last.length, end, text: `${comma}${newline}${outer}` }];
}

/** Whether something stands before it on its line. */
function isInLine({ text }: SourceFile, start: number): boolean {
  return /\S/.test(text.slice(text.lastIndexOf('\n', start - 1) + 1, start));
}
