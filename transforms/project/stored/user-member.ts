import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { propertyOf } from '../acceptance/doors.js';
import { userOf } from '../acceptance/user.js';
import { originsOf } from '../flow/origins.js';
import { isMint, type Site } from '../site.js';
import { textOf } from '../source.js';
import type { Sources } from '../sources.js';

/** How sessions know the user of a record. */
export interface UserMember {
  /** The way to him in the claims of a login. */
  readonly trail: readonly string[];
  /** What follows the record in code that names him: `._id.toString()`. */
  readonly text: string;
  /** What types say that names him, where that is no text. */
  readonly type?: 'number';
}

/** What of a user's record names him in the claims of a login; undefined where the code does not say it. */
export function userMemberOf(sources: Sources, sites: readonly Site[]): UserMember | undefined {
  const logins = sites.filter(isMint).filter(({ family }) => family === 'session');
  const [mint] = logins;
  const trail = userOf(sources, logins, []);
  if (!mint?.claims || !trail?.length) return undefined;
  let value: NodePath | undefined = mint.claims;
  for (const name of trail) value = value && propertyOf(sources, value, name);
  if (!value) return undefined;
  const [text] = memberTexts(sources, value);
  if (text === undefined) return undefined;
  return { trail, text, ...(isNumber(value) ? { type: 'number' } : {}) };
}

/** `userId: number` */
function isNumber(path: NodePath): boolean {
  const bound = path.isIdentifier() ? path.scope.getBinding(path.node.name)?.identifier : undefined;
  const annotation = bound?.typeAnnotation;
  return t.isTSTypeAnnotation(annotation) && t.isTSNumberKeyword(annotation.typeAnnotation);
}

/** What follows a record in an expression, or in what that comes from. */
export function memberTexts(sources: Sources, path: NodePath): string[] {
  const origins = originsOf(sources, path).map(({ path: origin, trail }) => {
    // The first of a list is a record: `found[0].id`.
    const members = trail[0] === '0' ? trail.slice(1) : trail;
    return members.length ? `.${members.join('.')}` : memberText(sources, origin);
  });
  return [memberText(sources, path), ...origins].filter((text) => text !== undefined);
}

/** What follows the record in `user._id.toString()`. */
function memberText(sources: Sources, path: NodePath): string | undefined {
  const text = textOf(sources.fileOf(path), path.node);
  return /^(?:this|\w+)(?:\[0\])?((?:\??\.\w+(?:\(\))?)+)$/.exec(text)?.[1];
}
