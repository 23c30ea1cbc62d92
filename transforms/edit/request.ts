import * as t from '@babel/types';
import type { RequestAccess } from '../project/requests.js';
import { endOf, type SourceFile, startOf } from '../project/source.js';
import type { Sources } from '../project/sources.js';
import type { Edit, NeededName } from './edits.js';
import { localName, SHIM } from './names.js';

/** The code that yields the request at a place, and the edits that make it so. */
export interface RequestText {
  readonly text: string;
  readonly edits: readonly Edit[];
  readonly needs: readonly NeededName[];
}

/** Turns the way to a request into code: a name, a parameter handed down, or `currentRequest()`. */
export function requestText(sources: Sources, file: SourceFile, access: RequestAccess): RequestText {
  if (access.how === 'name') return { text: access.name, edits: [], needs: [] };
  if (access.how === 'current') {
    const need = localName(file, SHIM, 'currentRequest');
    return { text: `${need.local}()`, edits: [], needs: [need] };
  }
  const edits = access.functions.flatMap(({ path, calls, optional }) => [
    optional
      ? lastParameterEdit(sources.fileOf(path), path.node)
      : parameterEdit(sources.fileOf(path), path.node),
    ...calls.map(({ path: call, request }) => {
      const callFile = sources.fileOf(call);
      const current = request === undefined ? localName(callFile, SHIM, 'currentRequest') : undefined;
      const given = request ?? `${current?.local}()`;
      const passed = optional
        ? lastArgumentEdit(callFile, call.node, path.node.params.length, given)
        : argumentEdit(callFile, call.node, given);
      return current ? { ...passed, needs: [current] } : passed;
    }),
  ]);
  return { text: 'req', edits, needs: [] };
}

/** Puts `req` behind a function's parameters: who calls it for another purpose leaves it out. */
function lastParameterEdit(file: SourceFile, node: t.Function): Edit {
  const last = node.params.at(-1);
  const first = parameterEdit(file, node);
  if (!last) return { ...first, text: optionalParameter(file) };
  const at = endOf(last);
  const bare = t.isArrowFunctionExpression(node) && first.end > first.start;
  return bare
    ? { ...first, text: `(${file.text.slice(first.start, first.end)}, ${optionalParameter(file)})` }
    : { file: file.path, start: at, end: at, text: `, ${optionalParameter(file)}` };
}

function optionalParameter(file: SourceFile): string {
  return requestType(file) ? `req?${requestType(file)}` : 'req';
}

/** Puts the request behind a call's arguments, at the place of the function's new parameter. */
function lastArgumentEdit(
  file: SourceFile,
  node: t.CallExpression,
  parameters: number,
  request: string,
): Edit {
  const last = node.arguments.at(-1);
  if (!last) {
    const given = [...Array<string>(parameters).fill('undefined'), request].join(', ');
    return argumentEdit(file, node, given);
  }
  const left = Array<string>(Math.max(0, parameters - node.arguments.length)).fill('undefined');
  const at = endOf(last);
  return { file: file.path, start: at, end: at, text: `, ${[...left, request].join(', ')}` };
}

/** Puts `req` before a function's parameters. */
function parameterEdit(file: SourceFile, node: t.Function): Edit {
  const [first] = node.params;
  if (first) {
    const at = startOf(first);
    // `id => …` has no parentheses to put a second parameter into.
    const bare =
      t.isArrowFunctionExpression(node) && file.text.slice(startOf(node), at).replace(/async\s*/, '') === '';
    const typed = requestType(file);
    if (bare)
      return {
        file: file.path,
        start: at,
        end: endOf(first),
        text: `(req, ${file.text.slice(at, endOf(first))})`,
      };
    return { file: file.path, start: at, end: at, text: `req${typed}, ` };
  }
  const open = file.text.indexOf('(', 'id' in node && node.id ? endOf(node.id) : startOf(node)) + 1;
  return { file: file.path, start: open, end: open, text: `req${requestType(file)}` };
}

/** In TypeScript a parameter says its type: by the name that the file has for it, or in place. */
function requestType(file: SourceFile): string {
  if (!/\.[cm]?tsx?$/.test(file.path)) return '';
  const known = /import\s[^;]*\bRequest\b(?!\s+as\b)[^;]*from\s+['"]express['"]/.test(file.text);
  return known ? ': Request' : ": import('express').Request";
}

/** Puts the request before a call's arguments. */
function argumentEdit(file: SourceFile, node: t.CallExpression, request: string): Edit {
  const [first] = node.arguments;
  if (first) return { file: file.path, start: startOf(first), end: startOf(first), text: `${request}, ` };
  const open = file.text.indexOf('(', endOf(node.callee)) + 1;
  return { file: file.path, start: open, end: open, text: request };
}
