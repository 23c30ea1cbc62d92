import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { propertyName } from '../definitions.js';
import type { SourceFile } from '../source.js';
import { textOf } from '../source.js';
import type { BrowserClient } from './client.js';

/** Where all requests that need the session pass, and can wait for it. */
export interface WaitingPlace {
  readonly file: SourceFile;
  /** The statement that adds an interceptor, or the body of an asynchronous function that sends. */
  readonly path: NodePath<t.Statement>;
  /** What the interceptor is added to; absent for a function. */
  readonly instance?: string;
}

/** Finds them by what attached the token; undefined where some request was given it in another way. */
export function waitingPlaces({ headers }: BrowserClient): readonly WaitingPlace[] | undefined {
  const places = new Map<t.Node, WaitingPlace>();
  for (const { file, path, foreign } of headers) {
    if (foreign) continue;
    const place = interceptorOf(file, path) ?? senderOf(file, path);
    if (!place) return undefined;
    places.set(place.path.node, place);
  }
  return places.size ? [...places.values()] : undefined;
}

/** `api.interceptors.request.use((config) => …)` in a module itself */
function interceptorOf(file: SourceFile, path: NodePath): WaitingPlace | undefined {
  const call = path.findParent(
    (above) => above.isCallExpression() && propertyName(above.node.callee) === 'use',
  );
  const statement = call?.parentPath;
  const callee = call?.isCallExpression() ? call.node.callee : undefined;
  const text = t.isMemberExpression(callee) ? textOf(file, callee.object) : '';
  const instance = /^(\w+)\.interceptors\.request$/.exec(text)?.[1];
  return instance && statement?.isExpressionStatement() && statement.parentPath.isProgram()
    ? { file, path: statement, instance }
    : undefined;
}

/** `export async function api(path) { … fetch(…) }` */
function senderOf(file: SourceFile, path: NodePath): WaitingPlace | undefined {
  const owner = path.getFunctionParent();
  const body = owner?.get('body');
  const sends =
    owner?.node.async &&
    owner.getFunctionParent() === null &&
    body &&
    !Array.isArray(body) &&
    body.isBlockStatement() &&
    /\bfetch\(/.test(textOf(file, body.node));
  return sends ? { file, path: body } : undefined;
}
