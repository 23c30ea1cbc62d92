import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { keyName, propertyName } from '../definitions.js';
import { type SourceFile, textOf } from '../source.js';
import { refreshInPayloads, trailFromEndpoint } from './answer-names.js';
import { isLoginName } from './names.js';

/** `login: builder.mutation({ query })`: an endpoint of RTK Query whose answer holds the token. */
export interface LoginEndpoint {
  readonly call: NodePath<t.CallExpression>;
  readonly options: NodePath<t.ObjectExpression>;
  /** The property names from the answer down to the token. */
  readonly trail: readonly string[];
  /** What the token that renews it is called, beside it. */
  readonly renewing?: string;
}

/**
 * Finds the endpoints of a file that log users in, by their names or paths.
 *
 * @param files where their answers may be read
 * @param field what the token is called where nothing reads it from the answer
 */
export function loginEndpoints(
  file: SourceFile,
  files: readonly SourceFile[],
  field: string | undefined,
): LoginEndpoint[] {
  const found: LoginEndpoint[] = [];
  const renewing = file.text.includes('.mutation') ? refreshInPayloads(files) : undefined;
  for (const call of file.paths.values()) {
    if (!call.isCallExpression() || propertyName(call.node.callee) !== 'mutation') continue;
    const [options] = call.get('arguments');
    const name = keyName(call.parent);
    if (name === undefined || !options?.isObjectExpression() || !isBuilt(call)) continue;
    if (!isLoginName(name) && !pathsIn(file, options).some(isLoginName)) continue;
    const trail = trailFromEndpoint(files, name, options) ?? (field === undefined ? undefined : [field]);
    if (trail) found.push({ call, options, trail, ...(renewing === undefined ? {} : { renewing }) });
  }
  return found;
}

/** Whether a call is made on what `endpoints: (builder) => …` is given. */
function isBuilt(call: NodePath<t.CallExpression>): boolean {
  const callee = call.get('callee');
  const builder = callee.isMemberExpression() ? callee.get('object') : undefined;
  if (!builder?.isIdentifier()) return false;
  const holder = builder.scope.getBinding(builder.node.name)?.scope.path;
  if (!holder?.isFunction()) return false;
  return (keyName(holder.node) ?? keyName(holder.parent)) === 'endpoints';
}

/** The addresses that an endpoint's `query` asks. */
function pathsIn(file: SourceFile, options: NodePath<t.ObjectExpression>): string[] {
  const query = propertyOf(options, 'query');
  const text = query ? textOf(file, query.node) : '';
  return [...text.matchAll(/['"`](\/?[\w-]+(?:\/[\w-]+)*)['"`]/g)]
    .map(([, path = '']) => path)
    .filter((path) => path.includes('/'));
}

/** A property or method of an object. */
export function propertyOf(object: NodePath<t.ObjectExpression>, name: string): NodePath | undefined {
  return object.get('properties').find((one) => !t.isSpreadElement(one.node) && keyName(one.node) === name);
}
