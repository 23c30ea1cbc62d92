import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { bareMints, TEXT_CLAIM } from '../bare-claims.js';
import { fieldsOf } from '../class-members.js';
import { definitionOf, keyName, patternTrail, propertyName } from '../definitions.js';
import { usesOf } from '../flow/follow.js';
import { originsOf } from '../flow/origins.js';
import { portableOf } from '../portable.js';
import type { MintSite } from '../site.js';
import { textOf } from '../source.js';
import type { Sources } from '../sources.js';
import type { Door } from './doors.js';
import { propertyOf } from './doors.js';

/** Names of claims that say whose token it is, the surest first. */
const NAMES = ['sub', 'id', '_id', 'userId', 'user_id', 'userid', 'userID', 'uid', 'accountId'];
const NESTED = ['user', 'data', 'account', 'payload'];
const LAST = ['username', 'userName', 'email', 'name', 'login', 'phone'];

/** Where in the claims the user is named, from the claims that the login mints, else from what the checks read. */
export function userOf(
  sources: Sources,
  mints: readonly MintSite[],
  doors: readonly Door[],
): string[] | undefined {
  if (bareMints(mints) === 'all') return [TEXT_CLAIM];
  for (const mint of mints.filter(({ bare }) => !bare)) {
    const subject = mint.options && propertyOf(sources, mint.options, 'subject');
    if (subject || mint.chain?.has('setSubject')) return ['sub'];
    const trail = mint.claims && (ofClaims(sources, mint.claims) ?? ofDocument(sources, mint.claims));
    if (trail) return trail;
    // An audience that is another one for each login is the user's id.
    const audience = mint.options && propertyOf(sources, mint.options, 'audience');
    if (audience && !portableOf(sources, audience)) return ['aud'];
  }
  const logins = doors.filter(({ family }) => family === 'session');
  return bestOf(logins.flatMap((door) => trailsRead(sources, door))) ?? ofRecord(sources, mints);
}

/** By the names of the claims that a login signs, else by an id that is put into one of them. */
function ofClaims(sources: Sources, claims: NodePath): string[] | undefined {
  const written = claimsOf(sources, claims, 0);
  const named = bestOf(written.map(({ trail }) => trail));
  const own = named && LAST.includes(named.at(-1) ?? '') ? idBeside(sources, written, named) : undefined;
  if (own) return own;
  // In `{ ...user, session: session._id }` the id is somebody else's.
  if (named || (written.length && recordsIn(sources, claims).some(isHeld))) return named;
  return written.find(({ value }) => value && isId(sources, value))?.trail;
}

/** `memberId: member.id` beside `name: member.name`, which two members may share. */
function idBeside(
  sources: Sources,
  written: readonly Claim[],
  named: readonly string[],
): string[] | undefined {
  const record = (value: NodePath | undefined) =>
    value && /^[\w$]+(?=\.)/.exec(textOf(sources.fileOf(value), value.node))?.[0];
  const whose = record(written.find(({ trail }) => trail.join('.') === named.join('.'))?.value);
  if (whose === undefined) return undefined;
  return written.find(({ value }) => value && isId(sources, value) && record(value) === whose)?.trail;
}

/** `user.id`, `user._id.toString()`, and what is called `userId` by itself */
function isId(sources: Sources, value: NodePath): boolean {
  const text = textOf(sources.fileOf(value), value.node);
  return /(?:\.(?:_id|id|uuid)|(?:^|\.)user_?id)(?:\.(?:toString|toHexString|valueOf)\(\))?$/i.test(text);
}

/**
 * A record of the user that is signed as it comes out of a database, or with some fields left out: it has the id
 * that such records have. Tokens without it are refused, and never taken for somebody else's.
 */
function ofRecord(sources: Sources, mints: readonly MintSite[]): string[] | undefined {
  const record = mints.flatMap(({ claims }) => (claims ? recordsIn(sources, claims) : [])).find(isHeld);
  if (!record) return undefined;
  const home = sources.packageOf(sources.fileOf(record));
  return [home?.dependencies.has('mongoose') || home?.dependencies.has('mongodb') ? '_id' : 'id'];
}

/** Claims that are written nowhere, or what is spread into those that are. */
function recordsIn(sources: Sources, claims: NodePath): NodePath[] {
  const written = objectsOf(sources, claims);
  if (!written.length) return [claims];
  return written
    .flatMap((object) => object.get('properties'))
    .flatMap((property) => (property.isSpreadElement() ? recordsIn(sources, property.get('argument')) : []));
}

/** Whether claims are something that the code holds, or a plain copy of it. */
function isHeld(claims: NodePath): boolean {
  if (claims.isIdentifier() || claims.isMemberExpression()) return true;
  const copy = claims.isCallExpression() ? propertyName(claims.node.callee) : undefined;
  return /^(?:toJSON|toObject|get|omit|lean|toPlain)$/.test(copy ?? '');
}

/** A document of MongoDB that is signed as a whole: it is known by its `_id`. */
function ofDocument(sources: Sources, claims: NodePath): string[] | undefined {
  const file = sources.fileOf(claims);
  const text = textOf(file, claims.node);
  const hasMongoose = sources.packageOf(file)?.dependencies.has('mongoose') === true;
  return hasMongoose && /\.(?:toObject|toJSON)\(|\._doc\b/.test(text) ? ['_id'] : undefined;
}

/** A claim that is written out: where it is, and what is put into it. */
interface Claim {
  readonly trail: string[];
  readonly value?: NodePath;
}

/** The claims in objects that are written out, nested and spread ones included. */
function claimsOf(sources: Sources, path: NodePath, depth: number): Claim[] {
  if (depth > 3) return [];
  const made = definitionOf(sources, path);
  if (made.kind === 'instance')
    return fieldsOf(made.of).map(({ name, value }) => ({ trail: [name], ...(value ? { value } : {}) }));
  return objectsOf(sources, path).flatMap((object) =>
    object.get('properties').flatMap((property): Claim[] => {
      if (property.isSpreadElement()) return claimsOf(sources, property.get('argument'), depth + 1);
      const key = keyName(property.node);
      if (key === undefined) return [];
      if (!property.isObjectProperty()) return [{ trail: [key] }];
      const value = property.get('value') as NodePath;
      const inner = claimsOf(sources, value, depth + 1);
      return inner.length
        ? inner.map((one) => ({ ...one, trail: [key, ...one.trail] }))
        : [{ trail: [key], value }];
    }),
  );
}

/** The object literals that an expression may be, those that callers hand in included. */
function objectsOf(sources: Sources, path: NodePath): NodePath<t.ObjectExpression>[] {
  const definition = definitionOf(sources, path);
  if (definition.kind === 'object') return [definition.path];
  if (!path.isIdentifier()) return [];
  return originsOf(sources, path).flatMap(({ path: origin, trail }) =>
    !trail.length && origin.isObjectExpression() ? [origin] : [],
  );
}

/** The surest of several ways to the user. */
export function bestOf(trails: readonly string[][]): string[] | undefined {
  const find = (wanted: (trail: string[]) => boolean) => trails.find(wanted);
  for (const name of NAMES) {
    const found = find((trail) => trail.length === 1 && trail[0] === name);
    if (found) return found;
  }
  for (const holder of NESTED) {
    for (const name of [...NAMES, ...LAST]) {
      const found = find((trail) => trail.length === 2 && trail[0] === holder && trail[1] === name);
      if (found) return found;
    }
  }
  for (const name of LAST) {
    const found = find((trail) => trail.length === 1 && trail[0] === name);
    if (found) return found;
  }
  for (const name of [...NAMES, ...LAST]) {
    const found = find((trail) => trail.length === 2 && trail[1] === name);
    if (found) return found;
  }
  return find((trail) => /id$/i.test(trail.at(-1) ?? ''));
}

/** The properties of the claims that the code behind a door reads. */
function trailsRead(sources: Sources, { call, claims }: Door): string[][] {
  if (claims?.isObjectPattern()) {
    return Object.values(claims.getBindingIdentifiers()).flatMap((name) => {
      const trail = name && !Array.isArray(name) ? patternTrail(claims.node, name) : undefined;
      return trail ? [trail] : [];
    });
  }
  const starts = claims?.isIdentifier()
    ? (claims.scope.getBinding(claims.node.name)?.referencePaths ?? [])
    : [call];
  return starts
    .flatMap((start) => usesOf(sources, start))
    .map(({ path }) => memberTrail(path))
    .filter((trail) => trail.length > 0);
}

function memberTrail(path: NodePath): string[] {
  const trail: string[] = [];
  for (let at: NodePath | null = path; at?.key === 'object' && at.parentPath; at = at.parentPath) {
    const name = propertyName(at.parentPath.node);
    if (name === undefined || at.parentPath.key === 'callee') break;
    trail.push(name);
  }
  return trail;
}

/** A claim by its trail, as it is written. */
export function claimText(holder: string, trail: readonly string[]): string {
  return [holder, ...trail].join('.');
}
