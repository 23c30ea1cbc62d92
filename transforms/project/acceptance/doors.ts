import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import type { Family } from '../../words.js';
import { type CallPath, callsOf } from '../callers.js';
import { type Definition, definitionOf, keyName, propertyName } from '../definitions.js';
import { isCheck, type Site } from '../site.js';
import { type SourceFile, textOf } from '../source.js';
import type { Sources } from '../sources.js';

/** A place in the code that lets a token in: what it is checked with, and where its claims come out. */
export interface Door {
  readonly file: SourceFile;
  readonly call: CallPath;
  readonly library: string;
  readonly family: Family;
  readonly key?: NodePath;
  /** The expression of the allowed algorithms. */
  readonly algorithms?: NodePath;
  /** The options object of the check, for issuer and audience. */
  readonly options?: NodePath;
  /** Where the token is taken from, when the library is told; else the code reads it. */
  readonly extractor?: NodePath | 'bearer';
  /** The variable that receives the claims. */
  readonly claims?: NodePath;
}

/** Finds every place where the application lets a token in: verify calls, express-jwt, passport-jwt. */
export function doorsOf(sources: Sources, sites: readonly Site[], files: ReadonlySet<SourceFile>): Door[] {
  const doors = sites.filter(isCheck).flatMap((site): Door[] => {
    if (site.kind !== 'verify' || !files.has(site.file)) return [];
    const received = claimsOfCheck(site.call, site.callback);
    const claims = propertyIn(received, HELD_IN[site.library]);
    const { file, call, library, family, key, options } = site;
    const algorithms = site.algorithm ?? (options && propertyOf(sources, options, 'algorithms'));
    return [
      {
        file,
        call,
        library,
        family,
        ...(key ? { key } : {}),
        ...(options ? { options } : {}),
        ...(algorithms ? { algorithms } : {}),
        ...(claims ? { claims } : {}),
      },
    ];
  });
  for (const file of files) {
    if (!/express-jwt|passport-jwt/.test(file.text)) continue;
    for (const call of callsOf(sources, file)) {
      const door = doorOfCall(sources, file, call.path, call.callee);
      if (door) doors.push(door);
    }
  }
  return doors;
}

function doorOfCall(
  sources: Sources,
  file: SourceFile,
  call: CallPath,
  callee: Definition,
): Door | undefined {
  if (callee.kind !== 'package') return undefined;
  const name = callee.name.filter((part) => part !== 'default').join('.');
  const [options, verify] = call.get('arguments') as NodePath[];
  if (!options) return undefined;
  const property = (key: string) => propertyOf(sources, options, key);
  if (callee.module === 'express-jwt' && (name === '' || name === 'expressjwt')) {
    const [key, algorithms] = [property('secret'), property('algorithms')];
    const extractor = property('getToken') ?? 'bearer';
    const family = familyOfKey(sources, key);
    const door: Door = { file, call, library: 'express-jwt', family, options, extractor };
    return { ...door, ...(key ? { key } : {}), ...(algorithms ? { algorithms } : {}) };
  }
  if (callee.module === 'passport-jwt' && name === 'Strategy') {
    const key = property('secretOrKey') ?? property('secretOrKeyProvider');
    const algorithms = property('algorithms');
    const extractor = property('jwtFromRequest');
    const withRequest = property('passReqToCallback')?.isBooleanLiteral({ value: true });
    const handler = verify && definitionOf(sources, verify);
    const parameters = handler?.kind === 'function' ? handler.path.get('params') : [];
    const claims = parameters[withRequest ? 1 : 0];
    const family = familyOfKey(sources, key);
    const door: Door = { file, call, library: 'passport-jwt', family, options };
    return {
      ...door,
      ...(key ? { key } : {}),
      ...(algorithms ? { algorithms } : {}),
      ...(extractor ? { extractor } : {}),
      ...(claims ? { claims } : {}),
    };
  }
  return undefined;
}

/** Keys that another issuer publishes check its tokens. */
function familyOfKey(sources: Sources, key: NodePath | undefined): Family {
  const foreign = key && /Remote|jwks/i.test(textOf(sources.fileOf(key), key.node));
  return foreign ? 'third-party' : 'session';
}

/** The variable that the claims of a verify call arrive in. */
export function claimsOfCheck(call: CallPath, callback: NodePath | undefined): NodePath | undefined {
  if (callback?.isFunction()) return callback.get('params')[1];
  let at: NodePath | null = call.parentPath;
  while (at && (at.isAwaitExpression() || at.isTSAsExpression() || at.isTSNonNullExpression()))
    at = at.parentPath;
  if (at?.isVariableDeclarator()) return at.get('id') as NodePath;
  return at?.isAssignmentExpression() ? at.get('left') : undefined;
}

/** The property that has the claims in what a library yields, where these are not all of it. */
const HELD_IN: Readonly<Record<string, string>> = { jose: 'payload', njwt: 'body' };

/** The claims in what is received: `const { payload: claims } = …`. */
function propertyIn(received: NodePath | undefined, name: string | undefined): NodePath | undefined {
  if (name === undefined || !received?.isObjectPattern()) return name === undefined ? received : undefined;
  for (const property of received.get('properties')) {
    if (property.isObjectProperty() && keyName(property.node) === name)
      return property.get('value') as NodePath;
  }
  return undefined;
}

/** A property of an object that is written out, or filled by assignments: `opts.secretOrKey = …`. */
export function propertyOf(sources: Sources, object: NodePath, name: string): NodePath | undefined {
  const definition = definitionOf(sources, object);
  if (definition.kind === 'object') {
    for (const property of definition.path.get('properties')) {
      if (keyName(property.node) !== name) continue;
      if (property.isObjectProperty()) return property.get('value') as NodePath;
      if (property.isObjectMethod()) return property;
    }
  }
  const binding = object.isIdentifier() ? object.scope.getBinding(object.node.name) : undefined;
  for (const reference of binding?.referencePaths ?? []) {
    const access = reference.parentPath;
    const assignment = access?.parentPath;
    if (!access?.isMemberExpression() || propertyName(access.node) !== name) continue;
    if (
      assignment?.isAssignmentExpression() &&
      t.isMemberExpression(assignment.node.left) &&
      access.key === 'left'
    )
      return assignment.get('right');
  }
  return undefined;
}
