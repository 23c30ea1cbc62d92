import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { callsOf } from './callers.js';
import { definitionOf, keyName, propertyName } from './definitions.js';
import { originsOf } from './flow/origins.js';
import type { Project } from './project.js';
import { SHIM } from './shim.js';
import { isMint, type MintSite } from './site.js';
import { textOf } from './source.js';
import type { Sources } from './sources.js';
import { unwrapped } from './unwrapped.js';

/**
 * What stands where a token's claims should: text, or a value that jsonwebtoken makes text of, such as an id.
 * `jwt.verify` returns the text then, and no object.
 */
export type BareClaims = 'text' | 'value';

/** The claim that bare text becomes: who the token is about is all that it says. */
export const TEXT_CLAIM = 'sub';

/** Names of values that are text or a number in every application. */
const IDENTITY = /^(?:_?id|uid|uuid|guid|e?mail|user_?name|login|phone)$|(?:[a-z]I[dD]|_id|Name|Email)$/;
/** Options that jsonwebtoken takes only with an object. */
const OF_OBJECTS = /\b(?:expiresIn|notBefore|noTimestamp|audience|issuer|subject|jwtid)\b/;
const TEXT_METHODS = new Set(['toString', 'toHexString', 'toLowerCase', 'trim']);

/** Whether what is signed is bare; undefined where it is an object, or may be one. */
export function bareClaims(
  sources: Sources,
  claims: NodePath,
  options: NodePath | undefined,
): BareClaims | undefined {
  if (options && !takesText(sources, options)) return undefined;
  const expression = unwrapped(claims);
  if (isText(sources, expression)) return 'text';
  const origins = originsOf(sources, expression);
  if (origins.some(({ path, trail }) => !trail.length && isObject(path))) return undefined;
  const bare = origins.every(({ path, trail }) => (trail.length ? isIdentity(trail) : isBare(sources, path)));
  if (!isBare(sources, expression) && !bare) return undefined;
  return expression.isIdentifier() && typeOf(expression) === 'string' ? 'text' : 'value';
}

function isIdentity(trail: readonly string[]): boolean {
  return IDENTITY.test(trail.at(-1) ?? '');
}

function isObject(path: NodePath): boolean {
  return path.isObjectExpression() || path.isNewExpression() || path.isArrayExpression();
}

function isBare(sources: Sources, path: NodePath): boolean {
  if (isText(sources, path) || path.isNumericLiteral()) return true;
  const type = path.isIdentifier() ? typeOf(path) : undefined;
  if (type !== undefined) return type === 'string' || type === 'number';
  const name = path.isIdentifier() ? path.node.name : propertyName(path.node);
  return IDENTITY.test(name ?? '');
}

/** Whether an expression is text whatever is in it. */
function isText(sources: Sources, path: NodePath): boolean {
  // `email + password`
  if (path.isStringLiteral() || path.isTemplateLiteral() || path.isBinaryExpression({ operator: '+' }))
    return true;
  if (!path.isCallExpression() && !path.isOptionalCallExpression()) return false;
  const callee = path.get('callee') as NodePath;
  if (TEXT_METHODS.has(propertyName(callee.node) ?? '')) return true;
  const { kind, ...definition } = definitionOf(sources, callee);
  return kind === 'global' && 'name' in definition && [definition.name].flat().join('.') === 'String';
}

/** `string`, `number` or another type that a parameter is declared with. */
function typeOf(path: NodePath<t.Identifier>): string | undefined {
  const declared = path.scope.getBinding(path.node.name)?.identifier.typeAnnotation;
  if (!t.isTSTypeAnnotation(declared)) return undefined;
  return declared.typeAnnotation.type.replace(/^TS|Keyword$/g, '').toLowerCase();
}

function takesText(sources: Sources, options: NodePath): boolean {
  const definition = definitionOf(sources, options);
  if (definition.kind === 'function' || options.isFunction()) return true;
  if (definition.kind !== 'object') return false;
  return !OF_OBJECTS.test(textOf(sources.fileOf(definition.path), definition.path.node));
}

export type Share = 'all' | 'some' | 'none';

/** Which of an application's login tokens are bare; those included that start a session already. */
export function bareLogins({ sources, sites }: Pick<Project, 'sources' | 'sites'>): Share {
  const logins = sites.filter(isMint).filter(({ family }) => family === 'session');
  return shareOf([...logins.map(({ bare }) => bare !== undefined), ...startedBare(sources)]);
}

/** Which of some mints are bare. */
export function bareMints(mints: readonly MintSite[]): Share {
  return shareOf(mints.map(({ bare }) => bare !== undefined));
}

function shareOf(bare: readonly boolean[]): Share {
  if (!bare.includes(true)) return 'none';
  return bare.includes(false) ? 'some' : 'all';
}

const started = new WeakMap<Sources, readonly boolean[]>();

/** Of each call that starts a session whether its only claim is what a bare token becomes. */
function startedBare(sources: Sources): readonly boolean[] {
  const known = started.get(sources);
  if (known) return known;
  const found = sources
    .mentioning('startSession')
    .filter((file) => !file.test)
    .flatMap((file) => callsOf(sources, file))
    .filter(
      ({ callee }) =>
        callee.kind === 'package' && callee.module === SHIM && callee.name.join('.') === 'startSession',
    )
    .map(({ path }) => {
      const [, claims, options] = path.get('arguments') as NodePath[];
      const only = claims?.isObjectExpression() && claims.node.properties.length === 1;
      const [claim] = only ? claims.node.properties : [];
      return Boolean(claim && keyName(claim) === TEXT_CLAIM && (!options || takesText(sources, options)));
    });
  started.set(sources, found);
  return found;
}

/** The parameter of a check's callback that the text arrives in. */
export function textParameter(callback: NodePath): NodePath<t.Identifier> | undefined {
  if (!callback.isFunction()) return undefined;
  const parameter = callback.get('params')[1];
  return parameter?.isIdentifier() ? parameter : undefined;
}
