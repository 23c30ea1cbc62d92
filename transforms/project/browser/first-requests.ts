import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { definitionOf, propertyName } from '../definitions.js';
import type { SourceFile } from '../source.js';
import { textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { isAbsent } from './absent.js';
import type { BrowserClient } from './client.js';
import { instanceOf } from './requests.js';

/** Where all requests that need the session pass, and can wait for it. */
export interface WaitingPlace {
  readonly file: SourceFile;
  /** The statement that an interceptor is added before or after, or the body of an asynchronous function that sends. */
  readonly path: NodePath<t.Statement>;
  /** What the interceptor is added to; absent for a function. */
  readonly instance?: string;
  /** The interceptor comes after that statement, which makes the instance. */
  readonly after?: boolean;
}

/** Finds them by what attached the token; undefined where some request was given it in another way. */
export function waitingPlaces(
  sources: Sources,
  { headers, requests }: BrowserClient,
): readonly WaitingPlace[] | undefined {
  const places = new Map<t.Node, WaitingPlace>();
  for (const { file, path, foreign, form, value } of headers) {
    if (foreign || form === 'delete' || isAbsent(value)) continue;
    const place =
      interceptorOf(file, path) ?? defaultsOf(sources, file, path) ?? senderOf(file, path, requests);
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

/** `api.defaults.headers.common.Authorization = …`: whatever this instance sends waits from the start. */
function defaultsOf(sources: Sources, file: SourceFile, path: NodePath): WaitingPlace | undefined {
  if (!path.isAssignmentExpression()) return undefined;
  const [, name] = /^(\w+)\.defaults\.headers\b/.exec(textOf(file, path.node.left)) ?? [];
  if (name === undefined) return undefined;
  let teller: NodePath = path.get('left') as NodePath;
  while (teller.isMemberExpression()) teller = teller.get('object');
  const made = definitionOf(sources, teller);
  if (made.kind === 'package' && made.module === 'axios') {
    const first = file.program.get('body').find((statement) => !statement.isImportDeclaration());
    return first && { file, path: first, instance: name };
  }
  const instance = made.kind === 'value' ? instanceOf(sources, made.path) : undefined;
  const declarator = instance?.parentPath;
  const statement = instance?.getStatementParent();
  if (!declarator?.isVariableDeclarator() || !t.isIdentifier(declarator.node.id)) return undefined;
  const exported = statement?.parentPath?.isExportNamedDeclaration() ? statement.parentPath : statement;
  if (!exported?.parentPath?.isProgram()) return undefined;
  return {
    file: sources.fileOf(exported),
    path: exported as NodePath<t.Statement>,
    instance: declarator.node.id.name,
    after: true,
  };
}

/** `export async function api(path) { … fetch(…) }` */
function senderOf(
  file: SourceFile,
  path: NodePath,
  requests: BrowserClient['requests'],
): WaitingPlace | undefined {
  const owner = path.getFunctionParent();
  const body = owner?.get('body');
  if (!owner?.node.async || !body || Array.isArray(body) || !body.isBlockStatement()) return undefined;
  const sends = requests.some((request) => (request.path as NodePath).getFunctionParent() === owner);
  return sends ? { file, path: body } : undefined;
}
