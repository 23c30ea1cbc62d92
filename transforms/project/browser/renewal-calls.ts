import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { callsOf, namesOf } from '../callers.js';
import { keyName, propertyName } from '../definitions.js';
import { sideOf } from '../sides.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import { isRenewalName } from './names.js';

/** Finds the calls in a file that ask for a new token: of a function of that name, or of an address of that name. */
export function renewalCalls(sources: Sources, file: SourceFile): NodePath[] {
  if (!/refresh|renew|new_?(?:access_?)?token|reissue/i.test(file.text)) return [];
  return callsOf(sources, file)
    .map(({ path }) => path as NodePath)
    .filter(isRenewalCall);
}

const renewing = new WeakMap<Sources, ReadonlySet<t.Node>>();

/** The same, and the calls of functions that do nothing else, whatever they are called. */
export function callsThatRenew(sources: Sources, file: SourceFile): NodePath[] {
  const named = renewalCalls(sources, file);
  const functions = renewing.get(sources) ?? renewingFunctions(sources);
  renewing.set(sources, functions);
  const others = functions.size
    ? callsOf(sources, file).flatMap(({ path, callee }): NodePath[] => {
        const called = callee.kind === 'function' && functions.has(callee.path.node);
        return called && !path.isDescendant(callee.path) ? [path as NodePath] : [];
      })
    : [];
  return [...new Set([...named, ...others])];
}

/** The functions around calls that ask for a new token. */
function renewingFunctions(sources: Sources): ReadonlySet<t.Node> {
  const files = sources
    .mentioning('refresh', 'Refresh', 'REFRESH', 'renew', 'Renew')
    .filter((file) => !file.test && sideOf(sources, file) === 'client');
  const calls = files.flatMap((file) => renewalCalls(sources, file));
  return new Set(calls.flatMap((call) => namedFunctionAround(sources, call)?.node ?? []));
}

/** Whether a call asks for a new token by its name, or by the address that it is given. */
export function isRenewalCall(path: NodePath): boolean {
  if (!path.isCallExpression() && !path.isOptionalCallExpression()) return false;
  const { callee } = path.node;
  const name = propertyName(callee) ?? (t.isIdentifier(callee) ? callee.name : '');
  // A hook only yields the function that does it; `onRefreshed` tells that it is done.
  // So does a getter of the token that renews.
  if (isRenewalName(name))
    return !/^(?:use|on|is|has|can|should)[A-Z]|^(?:get|read|load)\w*refresh_?token$/i.test(name);
  const [first] = path.node.arguments;
  if (/^(?:mutate|mutation)$/.test(name) && mutationsIn(first).some(isRenewalName)) return true;
  return addressesIn(first).some(isRenewalName);
}

/** The name of the document that a client of GraphQL is given: `mutate(REFRESH)`, `mutate({ mutation: REFRESH })`. */
function mutationsIn(node: t.Node | undefined): string[] {
  if (t.isIdentifier(node)) return [node.name.replace(/_?(?:gql|document|doc)$/i, '')];
  if (!t.isObjectExpression(node)) return [];
  return node.properties.flatMap((one) =>
    t.isObjectProperty(one) && keyName(one) === 'mutation' ? mutationsIn(one.value) : [],
  );
}

/** `'/refresh'`, `` `${API}/refresh` ``, `{ url: '/refresh' }`, `API + '/refresh'`, `REFRESH_URL`. */
function addressesIn(node: t.Node | undefined): string[] {
  if (t.isStringLiteral(node)) return /^(?:\S*\/\S*|refresh)$/.test(node.value) ? [node.value] : [];
  if (t.isTemplateLiteral(node)) return [node.quasis.at(-1)?.value.cooked ?? ''];
  if (t.isBinaryExpression(node))
    return t.isStringLiteral(node.right) ? [node.right.value] : addressesIn(node.right);
  if (t.isIdentifier(node)) {
    const name = node.name.replace(/_?(?:url|uri|endpoint|path)$/i, '');
    return name === node.name ? [] : [name];
  }
  if (!t.isObjectExpression(node)) return [];
  return node.properties.flatMap((one) =>
    t.isObjectProperty(one) && keyName(one) === 'url' ? addressesIn(one.value) : [],
  );
}

/** The outermost function with a name that a call is in. */
export function namedFunctionAround(sources: Sources, call: NodePath): NodePath<t.Function> | undefined {
  const named = call.findParent((above) => above.isFunction() && namesOf(sources, above).length > 0);
  return named?.isFunction() ? named : undefined;
}
