import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { areCompleted } from '../project/browser/bases.js';
import { fixedString } from '../project/browser/strings.js';
import { keyName, propertyName } from '../project/definitions.js';
import type { Project } from '../project/project.js';
import { type SourceFile, startOf, textOf } from '../project/source.js';
import type { Edit } from './edits.js';
import { indentationAt, quoted, styleOf } from './style.js';

/**
 * Lets the interceptor of Angular that sent the token send cookies with every request, or with those to the API where
 * it told them apart or others are sent: a host that answers every page refuses requests with cookies.
 *
 * @param all whether all requests go to the API, as far as can be seen
 * @returns undefined where it can't tell them apart
 */
export function throughInterceptor(project: Project, all: boolean): Edit[] | undefined {
  const found = interceptorOf(project);
  if (!found) return undefined;
  const { file, body, request } = found;
  const style = styleOf(file.text);
  const { newline, semicolon, indent } = style;
  const origin = all ? undefined : originOfApi(project);
  const only = found.only ?? (origin && `${request}.url.startsWith(${quoted(style, origin)})`);
  if (!all && !only) return undefined;
  const at = startOf(body) + 1;
  const line = `${newline}${indentationAt(file, startOf(body))}${indent}`;
  const asked = only ? `if (${only}) ` : '';
  const text = `${line}${asked}${request} = ${request}.clone({ withCredentials: true })${semicolon}`;
  return [{ file: file.path, start: at, end: at, text, stays: true }];
}

/** Whether the interceptor sends cookies already. */
export function interceptorSends(project: Project): boolean {
  return project.sources
    .mentioning('withCredentials')
    .some(({ text }) => /\b(?:HttpInterceptor(?:Fn)?|HttpHandler(?:Fn)?)\b/.test(text));
}

/** The interceptor that the token was attached in, or else the one that there is. */
function interceptorOf(project: Project) {
  const { sites, sources } = project;
  const attaching = sites.flatMap((site) => {
    if (site.kind !== 'header' || site.family !== 'session') return [];
    const owner = site.path.findParent((above) => isInterceptor(site.file, above));
    return owner ? [{ file: site.file, owner, header: site.path }] : [];
  });
  const others = sources
    .mentioning('HttpInterceptor', 'HttpHandler')
    .filter(({ test }) => !test)
    .flatMap((file) =>
      [...file.paths.values()]
        .filter((path) => isInterceptor(file, path))
        .map((owner) => ({ file, owner, header: undefined })),
    );
  for (const { file, owner, header } of attaching.length ? attaching : others.length === 1 ? others : []) {
    if (!owner.isFunction()) continue;
    const [request] = owner.node.params;
    const { body } = owner.node;
    if (!t.isIdentifier(request) || !t.isBlockStatement(body)) continue;
    const { name } = request;
    const only = header && addressTest(project, header, owner, name);
    return { file, body, request: name, ...(only ? { only } : {}) };
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

/** Where the API is, when that is fixed text at the beginning of addresses. */
function originOfApi({ sites, sources }: Project): string | undefined {
  if (areCompleted(sources)) return undefined;
  const bases = sites.flatMap((site) => (site.kind === 'client-entry' ? [site.client.base] : []));
  const [base] = bases;
  return base && !base.expression ? /^https?:\/\/[^/]+/.exec(base.path)?.[0] : undefined;
}

/** The condition around a header that asks whether the request goes to the API. */
function addressTest(
  project: Project,
  header: NodePath,
  owner: NodePath<t.Function>,
  request: string,
): string | undefined {
  for (let at = header; at !== owner && at.parentPath; at = at.parentPath) {
    const { parentPath: parent } = at;
    const isGuarded = parent.isIfStatement() && at.key === 'consequent';
    const tests = isGuarded ? conjuncts(parent.get('test')) : [];
    for (const test of tests) {
      const told = initOf(test) ?? test;
      if (asksForApi(project, told, request)) return textOf(project.sources.fileOf(told), told.node);
    }
  }
  return undefined;
}

function conjuncts(path: NodePath): NodePath[] {
  if (!path.isLogicalExpression({ operator: '&&' })) return [path];
  return [...conjuncts(path.get('left')), ...conjuncts(path.get('right'))];
}

/** What a constant of the function was set to. */
function initOf(path: NodePath): NodePath | undefined {
  const binding = path.isIdentifier() ? path.scope.getBinding(path.node.name) : undefined;
  if (!binding?.constant || !binding.path.isVariableDeclarator()) return undefined;
  const init = binding.path.get('init') as NodePath;
  return init.node ? init : undefined;
}

/** `request.url.startsWith(environment.apiUrl)`: what is asked for is where the logins go, too. */
function asksForApi(project: Project, path: NodePath, request: string): boolean {
  if (!path.isCallExpression()) return false;
  const callee = path.get('callee');
  const [asked] = path.get('arguments') as NodePath[];
  if (!asked || !callee.isMemberExpression()) return false;
  if (!/^(?:startsWith|includes)$/.test(propertyName(callee.node) ?? '')) return false;
  if (String(callee.get('object')) !== `${request}.url`) return false;
  const text = textOf(project.sources.fileOf(asked), asked.node);
  const fixed = fixedString(project.sources, asked);
  return project.sites.some((site) => {
    if (site.kind !== 'client-entry') return false;
    const { expression, path: at } = site.client.base;
    return expression ? expression.text === text : fixed !== undefined && at.includes(fixed);
  });
}
