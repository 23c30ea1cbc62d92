import type { Binding, NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { callersOf } from '../callers.js';
import { keyName, propertyName } from '../definitions.js';
import { surroundingNames } from '../families.js';
import type { Sources } from '../sources.js';
import { type LoginAnswer, membersAbove } from './answers.js';
import { isLoginName, isRenewalName, isTokenName } from './names.js';
import type { OutgoingRequest } from './requests.js';

/**
 * The answers to a request that logs a user in by its path or by the function around it: one, or where that function
 * only hands the request on, one for each caller that waits for it.
 *
 * @param field what the token is called where the answer itself does not show it
 */
export function loginAnswers(
  sources: Sources,
  request: OutgoingRequest,
  field: string | undefined,
): LoginAnswer[] {
  if (request.shared) return [];
  const names = [
    (request.url ? String(request.url) : '').replace(/[`'"]/g, ''),
    ...surroundingNames(request.path),
  ];
  // A login sends something; to prolong one, the cookie that goes along may be enough.
  const sends = request.method !== 'get' && request.method !== 'delete';
  if (!names.some(isRenewalName) && !(sends && names.some(isLoginName))) return [];
  const body = bodyOf(request);
  return (body ? holdersOf(sources, body, 0) : []).flatMap((holder): LoginAnswer[] => {
    const container = [holder.binding.identifier.name, ...holder.names].join('.');
    const [shown] = tokenTrails(holder.function, holder.binding, holder.names);
    const trail = shown ?? (field && sends ? [field] : undefined);
    if (!trail) return [];
    return [
      {
        file: sources.fileOf(holder.function),
        function: holder.function,
        binding: holder.binding,
        ...(holder.declaration ? { declaration: holder.declaration } : {}),
        container: [container, ...trail.slice(0, -1)].join('.'),
        trail: trail.slice(-1),
        shown: shown !== undefined,
      },
    ];
  });
}

/** Whether a function only hands the answer on to its callers. */
export function isReturned({ binding, function: owner }: LoginAnswer): boolean {
  return binding.referencePaths.some((reference) => {
    const { path } = membersAbove(reference);
    return Boolean(path.parentPath?.isReturnStatement() || path.parentPath === owner);
  });
}

interface Holder {
  readonly function: NodePath<t.Function>;
  readonly binding: Binding;
  readonly names: readonly string[];
  readonly declaration?: NodePath<t.VariableDeclaration>;
}

/** A promise, and the property names from what it yields to the body of the answer. */
interface Body {
  readonly path: NodePath;
  readonly names: readonly string[];
}

const DEEPEST = 3;

function bodyOf({ path, body, client }: OutgoingRequest): Body | undefined {
  return client === 'fetch' ? parsedBody(path) : { path, names: body };
}

/** The variables that receive the body of an answer, in the callers where a function returns the request as it is. */
function holdersOf(sources: Sources, body: Body, depth: number): Holder[] {
  const holder = holderOf(body);
  if (holder || depth >= DEEPEST) return holder ? [holder] : [];
  const { parentPath: parent } = body.path;
  const owner = body.path.getFunctionParent();
  if (!owner || (parent !== owner && !parent?.isReturnStatement())) return [];
  return callersOf(sources, owner).flatMap((path) => holdersOf(sources, { ...body, path }, depth + 1));
}

function holderOf({ path, names }: Body): Holder | undefined {
  const { parentPath: parent } = path;
  if (parent?.isAwaitExpression()) {
    const at = unwrappedUp(parent);
    const declarator = at.parentPath;
    const owner = at.getFunctionParent();
    if (!declarator?.isVariableDeclarator() || !owner) return undefined;
    return withNames(owner, declarator.get('id') as NodePath, names, declarator);
  }
  const callback = thenCallback(path);
  const parameter = callback?.get('params')[0];
  return callback && parameter ? withNames(callback, parameter as NodePath, names) : undefined;
}

function withNames(
  owner: NodePath<t.Function>,
  pattern: NodePath,
  body: readonly string[],
  declarator?: NodePath<t.VariableDeclarator>,
): Holder | undefined {
  const declaration = declarator?.parentPath;
  const common = {
    function: owner,
    ...(declaration?.isVariableDeclaration() ? { declaration } : {}),
  };
  if (pattern.isIdentifier()) {
    const binding = pattern.scope.getBinding(pattern.node.name);
    return binding && { ...common, binding, names: body };
  }
  const [head, ...rest] = body;
  if (!pattern.isObjectPattern() || head === undefined) return undefined;
  for (const property of pattern.get('properties')) {
    if (!property.isObjectProperty() || keyName(property.node) !== head) continue;
    return withNames(owner, property.get('value') as NodePath, rest, declarator);
  }
  return undefined;
}

function unwrappedUp(path: NodePath): NodePath {
  const { parentPath: parent } = path;
  return parent?.isTSAsExpression() || parent?.isParenthesizedExpression() ? unwrappedUp(parent) : path;
}

function thenCallback(path: NodePath): NodePath<t.Function> | undefined {
  const access = path.parentPath;
  const call = access?.parentPath;
  if (!access?.isMemberExpression() || propertyName(access.node) !== 'then') return undefined;
  if (!call?.isCallExpression()) return undefined;
  const [callback] = call.get('arguments');
  return callback?.isFunction() ? callback : undefined;
}

/** `response.json()` of the response that a `fetch` yields. */
function parsedBody(path: NodePath): Body | undefined {
  const callback = thenCallback(path);
  const parameter = callback?.get('params')[0];
  if (callback && parameter?.isIdentifier()) {
    const json = jsonCall(callback.scope.getBinding(parameter.node.name));
    const call = callback.parentPath;
    const returned = json?.parentPath?.isReturnStatement() || json?.parentPath === callback;
    return json && call ? { path: returned ? call : json, names: [] } : undefined;
  }
  const declarator = path.parentPath?.isAwaitExpression() ? path.parentPath.parentPath : undefined;
  if (!declarator?.isVariableDeclarator() || !t.isIdentifier(declarator.node.id)) return undefined;
  const json = jsonCall(declarator.scope.getBinding(declarator.node.id.name));
  return json && { path: json, names: [] };
}

function jsonCall(binding: Binding | undefined): NodePath | undefined {
  for (const { parentPath: member } of binding?.referencePaths ?? []) {
    if (
      member?.isMemberExpression() &&
      propertyName(member.node) === 'json' &&
      member.parentPath?.isCallExpression()
    )
      return member.parentPath;
  }
  return undefined;
}

/** The ways, by property names, in which a function reads tokens from an answer. */
function tokenTrails(owner: NodePath<t.Function>, binding: Binding, names: readonly string[]): string[][] {
  const trails: string[][] = [];
  for (const reference of binding.referencePaths) {
    if (!reference.isDescendant(owner)) continue;
    const trail = membersAbove(reference);
    if (!names.every((name, index) => trail.names[index] === name)) continue;
    const rest = trail.names.slice(names.length);
    const at = rest.findIndex((name) => isTokenName(name));
    if (at >= 0) trails.push(deepestToken(rest, at));
    const pattern = trail.path.parentPath;
    if (at < 0 && pattern?.isVariableDeclarator() && t.isObjectPattern(pattern.node.id)) {
      for (const one of pattern.node.id.properties) {
        const key = keyName(one);
        if (key && isTokenName(key)) trails.push([...rest, key]);
      }
    }
  }
  return trails;
}

/** `token.access`: the object of tokens is no token itself. */
function deepestToken(names: readonly string[], at: number): string[] {
  const next = names[at + 1];
  const holdsMore = next !== undefined && /^(?:access|refresh|accessToken|token|jwt|id)$/.test(next);
  return names.slice(0, at + (holdsMore ? 2 : 1));
}
