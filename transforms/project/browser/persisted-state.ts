import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { definitionOf, propertyName } from '../definitions.js';
import { type Origin, originsOf } from '../flow/origins.js';
import type { Sources } from '../sources.js';
import { unwrapped } from '../unwrapped.js';
import type { AttachedHeader } from './headers.js';
import { isTokenName } from './names.js';
import type { TokenPlace } from './places.js';
import { jsonOf, type StorageAccess } from './storage.js';

/** Finds the keys under which the state of a store is kept as JSON, the login token somewhere in it. */
export function persistedPlaces(
  sources: Sources,
  accesses: readonly StorageAccess[],
  headers: readonly AttachedHeader[],
): TokenPlace[] {
  const kept = accesses.flatMap(({ operation, storage, key, value }) => {
    const json = operation === 'set' && value ? jsonOf(value) : undefined;
    return key !== undefined && json ? [{ storage, key, json }] : [];
  });
  if (!kept.length) return [];
  const tokens = tokensInState(sources, headers);
  const found = new Map<string, TokenPlace>();
  for (const { storage, key, json } of kept) {
    const trail = tokens.map((token) => trailWithin(sources, json, token)).find((one) => one !== undefined);
    const field = trail?.at(-1);
    const at = `${storage}\n${key}`;
    if (!trail || field === undefined || found.has(at)) continue;
    const evidence = `the state stored under ${key} holds the login token as ${trail.join('.')}`;
    found.set(at, { storage, key, field, within: trail.slice(0, -1), family: 'session', evidence });
  }
  return [...found.values()];
}

/** Where the store keeps the tokens that are attached: `auth`, `token` of `getState().auth.token`. */
export function tokensInState(sources: Sources, headers: readonly AttachedHeader[]): (readonly string[])[] {
  const found = new Map<string, readonly string[]>();
  for (const { value, foreign } of headers) {
    if (foreign) continue;
    for (const origin of originsOf(sources, value)) {
      const trail = trailInState(sources, origin);
      if (trail && isTokenName(trail.at(-1) ?? '')) found.set(trail.join('.'), trail);
    }
  }
  return [...found.values()];
}

function trailInState(sources: Sources, { path, trail }: Origin): readonly string[] | undefined {
  const bare = unwrapped(path);
  const made = bare.isIdentifier() ? definitionOf(sources, bare) : undefined;
  if (made?.kind === 'parameter') {
    const [payload, ...names] = [...made.trail, ...trail];
    return payload === 'payload' && made.index === 0 && takesStateBack(made.function) ? names : undefined;
  }
  if (!bare.isCallExpression() && !bare.isOptionalCallExpression()) return undefined;
  const callee = bare.get('callee') as NodePath;
  const name = callee.isIdentifier() ? callee.node.name : propertyName(callee.node);
  if (name === 'getState') return trail;
  const selector = name === 'useSelector' ? (bare.get('arguments') as NodePath[])[0] : undefined;
  const selected = selector && selectedBy(selector);
  return selected && [...selected, ...trail];
}

/** `takeLatest('persist/REHYDRATE', restore)`: redux-persist hands it the state that was kept. */
function takesStateBack(path: NodePath<t.Function>): boolean {
  const declared = path.isFunctionDeclaration() ? path : path.parentPath;
  const [name = ''] = Object.keys(declared?.getBindingIdentifiers() ?? {});
  const mentions =
    path.listKey === 'arguments' ? [path] : (path.scope.parent.getBinding(name)?.referencePaths ?? []);
  return mentions.some(({ parentPath: call, listKey }) => {
    const [first] = call?.isCallExpression() && listKey === 'arguments' ? call.node.arguments : [];
    return t.isStringLiteral(first)
      ? first.value === 'persist/REHYDRATE'
      : t.isIdentifier(first, { name: 'REHYDRATE' });
  });
}

/** `state => state.auth` */
function selectedBy(selector: NodePath): string[] | undefined {
  if (!selector.isArrowFunctionExpression()) return undefined;
  const [parameter] = selector.node.params;
  const names: string[] = [];
  let at = selector.get('body') as NodePath;
  while (at.isMemberExpression() || at.isOptionalMemberExpression()) {
    const name = propertyName(at.node);
    if (name === undefined) return undefined;
    names.unshift(name);
    at = at.get('object') as NodePath;
  }
  return at.isIdentifier() && parameter?.type === 'Identifier' && at.node.name === parameter.name
    ? names
    : undefined;
}

/** The names from what is stored down to a token of the state: of the whole state, of a part, of parts put together. */
function trailWithin(
  sources: Sources,
  json: NodePath,
  token: readonly string[],
): readonly string[] | undefined {
  return token
    .map((_, index) => token.slice(index))
    .find((trail) =>
      originsOf(sources, json, trail).some(
        (origin) => trailInState(sources, origin)?.join('.') === token.join('.'),
      ),
    );
}
