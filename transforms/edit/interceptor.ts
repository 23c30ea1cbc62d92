import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { keyName } from '../project/definitions.js';
import type { Project } from '../project/project.js';
import { type SourceFile, startOf, textOf } from '../project/source.js';
import type { Edit } from './edits.js';
import { indentationAt, styleOf } from './style.js';

/** Lets the interceptor of Angular that sent the token send cookies with every request. */
export function throughInterceptor(project: Project): Edit[] | undefined {
  const found = interceptorOf(project);
  if (!found) return undefined;
  const { file, body, request } = found;
  const { newline, semicolon, indent } = styleOf(file.text);
  const at = startOf(body) + 1;
  const line = `${newline}${indentationAt(file, startOf(body))}${indent}`;
  const text = `${line}${request} = ${request}.clone({ withCredentials: true })${semicolon}`;
  return [{ file: file.path, start: at, end: at, text, stays: true }];
}

/** Whether the interceptor sends cookies already. */
export function interceptorSends(project: Project): boolean {
  return project.sources
    .mentioning('withCredentials')
    .some(({ text }) => /\b(?:HttpInterceptor(?:Fn)?|HttpHandler(?:Fn)?)\b/.test(text));
}

/** The interceptor that the token was attached in, or else the one that there is. */
function interceptorOf({ sites, sources }: Project) {
  const attaching = sites.flatMap((site) => {
    if (site.kind !== 'header' || site.family !== 'session') return [];
    const owner = site.path.findParent((above) => isInterceptor(site.file, above));
    return owner ? [{ file: site.file, owner }] : [];
  });
  const others = sources
    .mentioning('HttpInterceptor', 'HttpHandler')
    .filter(({ test }) => !test)
    .flatMap((file) =>
      [...file.paths.values()].filter((path) => isInterceptor(file, path)).map((owner) => ({ file, owner })),
    );
  for (const { file, owner } of attaching.length ? attaching : others.length === 1 ? others : []) {
    if (!owner.isFunction()) continue;
    const [request] = owner.node.params;
    const { body } = owner.node;
    if (t.isIdentifier(request) && t.isBlockStatement(body)) return { file, body, request: request.name };
  }
  return undefined;
}

function isInterceptor(file: SourceFile, path: NodePath): boolean {
  if (!path.isFunction() || path.node.params.length !== 2) return false;
  if (path.isClassMethod()) return keyName(path.node) === 'intercept';
  const { parent } = path;
  const typed = t.isVariableDeclarator(parent)
    ? textOf(file, parent.id)
    : textOf(file, path.node.params[1] ?? path.node);
  return /\bHttp(?:InterceptorFn|HandlerFn)\b/.test(typed);
}
