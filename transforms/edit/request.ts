import * as t from '@babel/types';
import { packageAt } from '../project/packages.js';
import type { Project } from '../project/project.js';
import type { RequestAccess } from '../project/requests.js';
import { endOf, type SourceFile, startOf } from '../project/source.js';
import type { Sources } from '../project/sources.js';
import { type Moving, spentOf, spentParameters } from '../project/spent-parameters.js';
import type { Edit, NeededName } from './edits.js';
import { localName, SHIM } from './names.js';
import { isBare, withoutParameter } from './parameters.js';

/** The code that yields the request at a place, and the edits that make it so. */
export interface RequestText {
  readonly text: string;
  readonly edits: readonly Edit[];
  readonly needs: readonly NeededName[];
}

/**
 * Turns the way to a request into code: a name, a parameter handed down, or `currentRequest()`.
 *
 * @param site what asks for the request instead of a token or a key, which are handed on no more
 */
export function requestText(
  project: Project,
  file: SourceFile,
  access: RequestAccess,
  site?: Moving,
): RequestText {
  const { sources } = project;
  const threaded = access.how === 'thread' ? access.functions : [];
  // What a socket was opened with is no request of Express's.
  const plain = threaded.some(({ calls }) => calls.some(({ request }) => request?.includes('.')));
  const edits = threaded.flatMap(({ path, calls, optional }) => {
    const spent = spentOf(project, path.node);
    return [
      optional
        ? lastParameterEdit(sources, sources.fileOf(path), path.node, plain)
        : parameterEdit(sources, sources.fileOf(path), path.node, spent, plain),
      ...calls.map(({ path: call, request }) => {
        const callFile = sources.fileOf(call);
        const current = request === undefined ? localName(callFile, SHIM, 'currentRequest') : undefined;
        const given = request ?? `${current?.local}()`;
        const passed = optional
          ? lastArgumentEdit(callFile, call.node, path.node.params.length, given)
          : argumentEdit(callFile, call.node, given, spent);
        return current ? { ...passed, needs: [current] } : passed;
      }),
    ];
  });
  const spent = site ? spentParameters(project, site) : [];
  const gone = spent.flatMap((one) => {
    const replaced = threaded.some(({ path }) => path.node === one.function.node);
    return withoutParameter(sources, one, replaced);
  });
  const need = access.how === 'current' ? localName(file, SHIM, 'currentRequest') : undefined;
  return {
    text: access.how === 'name' ? access.name : need ? `${need.local}()` : 'req',
    edits: [...edits, ...gone],
    needs: need ? [need] : [],
  };
}

/** Puts `req` behind a function's parameters: who calls it for another purpose leaves it out. */
function lastParameterEdit(sources: Sources, file: SourceFile, node: t.Function, plain: boolean): Edit {
  const last = node.params.at(-1);
  const first = parameterEdit(sources, file, node);
  const { type, needs } = requestType(sources, file, plain);
  const optional = type ? `req?${type}` : 'req';
  if (!last) return { ...first, text: optional };
  const at = endOf(last);
  const bare = t.isArrowFunctionExpression(node) && first.end > first.start;
  return bare
    ? { ...first, text: `(${file.text.slice(first.start, first.end)}, ${optional})` }
    : { file: file.path, start: at, end: at, text: `, ${optional}`, needs };
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

/** Puts `req` before a function's parameters, some of which may go. */
function parameterEdit(
  sources: Sources,
  file: SourceFile,
  node: t.Function,
  spent: ReadonlySet<number> = new Set(),
  plain = false,
): Edit {
  const [first] = node.params;
  const { type, needs } = requestType(sources, file, plain);
  if (first) {
    const at = startOf(first);
    const comma = node.params.length > spent.size ? ', ' : '';
    if (isBare(file, node)) {
      const others = comma && comma + file.text.slice(at, endOf(first));
      return { file: file.path, start: at, end: endOf(first), text: `(req${others})` };
    }
    return { file: file.path, start: at, end: at, text: `req${type}${comma}`, stays: true, needs };
  }
  const open = file.text.indexOf('(', 'id' in node && node.id ? endOf(node.id) : startOf(node)) + 1;
  return { file: file.path, start: open, end: open, text: `req${type}`, needs };
}

/** In TypeScript a parameter says its type: by the name that the file has for it or imports, or in place. */
function requestType(
  sources: Sources,
  file: SourceFile,
  plain: boolean,
): { readonly type: string; readonly needs: readonly NeededName[] } {
  if (!/\.[cm]?tsx?$/.test(file.path)) return { type: '', needs: [] };
  if (plain) return { type: ": import('http').IncomingMessage", needs: [] };
  if (/import\s[^;]*\bRequest\b(?!\s+as\b)[^;]*from\s+['"]express['"]/.test(file.text))
    return { type: ': Request', needs: [] };
  // Another `Request` is at home here: that of the Fetch API, or one of the application's own.
  if (/\bRequest\b/.test(file.text) || file.system !== 'module')
    return { type: ": import('express').Request", needs: [] };
  const type = importsTypesApart(sources, file) ? 'apart' : 'together';
  return { type: ': Request', needs: [{ module: 'express', name: 'Request', local: 'Request', type }] };
}

/** Whether the package of a file has a habit, or an order from its compiler, to import types as such. */
function importsTypesApart({ listed, packages }: Sources, file: SourceFile): boolean {
  const home = packageAt(packages, file.path);
  return listed.some(
    ({ path, text }) =>
      packageAt(packages, path) === home &&
      (/\.[cm]?tsx?$/.test(path)
        ? /^\uFEFF?import type\b|^\uFEFF?import [^;'"]*\{[^}]*\btype \w/m.test(text)
        : /tsconfig[^/]*\.json$/.test(path) && /"verbatimModuleSyntax"\s*:\s*true/.test(text)),
  );
}

/** Puts the request before a call's arguments, some of which may go. */
function argumentEdit(
  file: SourceFile,
  node: t.CallExpression,
  request: string,
  spent: ReadonlySet<number> = new Set(),
): Edit {
  const [first] = node.arguments;
  if (first) {
    // Arguments that stand on lines of their own get another line.
    const white = /\(([^\S\r\n]*\r?\n\s*)$/.exec(file.text.slice(0, startOf(first)))?.[1] ?? ' ';
    const comma = node.arguments.some((_, index) => !spent.has(index)) ? `,${white}` : '';
    return {
      file: file.path,
      start: startOf(first),
      end: startOf(first),
      text: request + comma,
      stays: true,
    };
  }
  const open = file.text.indexOf('(', endOf(node.callee)) + 1;
  return { file: file.path, start: open, end: open, text: request };
}
