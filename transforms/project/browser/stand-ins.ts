import type { NodePath } from '@babel/traverse';
import { propertyName } from '../definitions.js';
import type { Common } from '../site.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import { isTokenHeader } from './names.js';
import { fixedString } from './strings.js';

/** What stands in for the server in the page looks for the login token. `path` is what is true or false of it. */
export interface StandInSite extends Common<'check'> {
  readonly kind: 'stand-in';
  /** It asks whether the token is missing. */
  readonly negated: boolean;
}

/** Text of a file whose code answers requests in the server's place. */
export const STANDS_IN =
  /['"](?:msw|msw\/[\w/]+|axios-mock-adapter|fetch-mock|miragejs|moxios|jest-fetch-mock|angular-in-memory-web-api)['"]|(?:window|global|globalThis)\.fetch\s*=|HTTP_INTERCEPTORS[\s\S]*fake|fake[\s\S]*HTTP_INTERCEPTORS/i;

/** Finds where code that stands in for the server, in the page, compares a header with a token that is made up. */
export function standInSites(sources: Sources, file: SourceFile): StandInSite[] {
  if (file.test || !STANDS_IN.test(file.text)) return [];
  return [...file.paths.values()].flatMap((path): StandInSite[] => {
    const compared = comparison(sources, path) ?? beginning(sources, path);
    if (!compared) return [];
    const evidence = 'the page itself answers in the place of the server';
    return [{ role: 'check', kind: 'stand-in', family: 'session', evidence, file, ...compared }];
  });
}

/** `headers.Authorization === 'Bearer made-up'` */
function comparison(sources: Sources, path: NodePath): Pick<StandInSite, 'path' | 'negated'> | undefined {
  if (!path.isBinaryExpression() || !/^[!=]==?$/.test(path.node.operator)) return undefined;
  const sides = [path.get('left') as NodePath, path.get('right')];
  const header = sides.find(isHeaderRead);
  const other = sides.find((side) => side !== header);
  if (!header || !other || !isMadeUp(fixedString(sources, other))) return undefined;
  return { path: withGuards(path, header), negated: path.node.operator.startsWith('!') };
}

/** `headers.get('Authorization')?.startsWith('Bearer made-up')` */
function beginning(sources: Sources, path: NodePath): Pick<StandInSite, 'path' | 'negated'> | undefined {
  if (!path.isCallExpression() && !path.isOptionalCallExpression()) return undefined;
  const callee = path.get('callee') as NodePath;
  const [text] = path.get('arguments') as NodePath[];
  if (propertyName(callee.node) !== 'startsWith' || !text || !isMadeUp(fixedString(sources, text)))
    return undefined;
  const header = callee.get('object') as NodePath;
  return isHeaderRead(header) ? { path: withGuards(path, header), negated: false } : undefined;
}

/** A token with its scheme, or by itself: `Bearer` alone tells nothing of a login. */
function isMadeUp(text: string | undefined): boolean {
  return (
    text !== undefined &&
    /^(?:(?:Bearer|Token|JWT) )?[\w.-]+$/i.test(text) &&
    !/^(?:Bearer|Token|JWT)$/i.test(text)
  );
}

function isHeaderRead(path: NodePath): boolean {
  if (path.isMemberExpression() || path.isOptionalMemberExpression()) {
    const name = propertyName(path.node);
    return name !== undefined && isLogin(name) && /headers?$/i.test(String(path.get('object')));
  }
  if (!path.isCallExpression() && !path.isOptionalCallExpression()) return false;
  const callee = path.get('callee') as NodePath;
  const [name] = path.get('arguments') as NodePath[];
  return Boolean(
    propertyName(callee.node) === 'get' &&
      name?.isStringLiteral() &&
      isLogin(name.node.value) &&
      /headers?$/i.test(String(callee.get('object'))),
  );
}

function isLogin(header: string): boolean {
  return isTokenHeader(header) && /^(?:authorization|x-)/i.test(header);
}

/** `options.headers && options.headers.Authorization === …`: that there are headers at all is not asked any more. */
function withGuards(path: NodePath, header: NodePath): NodePath {
  const { parentPath: parent } = path;
  if (!parent?.isLogicalExpression({ operator: '&&' }) || path.key !== 'right') return path;
  return String(header).startsWith(String(parent.get('left'))) ? withGuards(parent, header) : path;
}
