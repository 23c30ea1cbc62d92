import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import type { Family } from '../words.js';
import { definitionOf, keyName, propertyName } from './definitions.js';
import type { usesOf } from './flow/follow.js';
import { stringOf } from './flow/origins.js';
import { textOf } from './source.js';
import type { Sources } from './sources.js';
import { serializedName } from './written-cookies.js';

/** A family and, in words, what speaks for it. */
export interface Evidence {
  readonly family: Family;
  readonly evidence: string;
}

const ONE_TIME =
  /reset|forgot|recover|verif(?:y|ication)_?(?:e?mail|account|sign_?up|regist\w+|phone|link)|verification_?token|e?mail_?verif|confirm|activat|invit|unsubscribe|magic|one_?time|otp/i;
const REFRESH = /refresh/i;
/** Words for the token that opens a login, beside one that renews it. */
export const ACCESS = /access/i;
const STATE = /\bstate\b|csrf|nonce/i;
const MAIL = /mail|sendgrid|smtp|outbox/i;

/** Words that name what a token is for: of a claim's value, a key, a function, a variable. */
export function familyOfWord(word: string): Family | undefined {
  const flat = word.replace(/([a-z])([A-Z])/g, '$1_$2').replace(/[-:\s]+/g, '_');
  if (ONE_TIME.test(flat)) return 'one-time';
  if (REFRESH.test(flat)) return 'refresh';
  return undefined;
}

/** Words that only as the value of a claim say that a token is used once: `type: 'verify'`. */
const ONE_TIME_VALUE =
  /^(?:verif(?:y|ication|ier)?|validat(?:e|ion)|e?mail|(?:set|new|change)_?password|signup|register|registration)$/i;

/** What a claim's value says that a token is for, such as `reset` of `purpose`. */
export function familyOfPurpose(word: string): Family | undefined {
  return familyOfWord(word) ?? (ONE_TIME_VALUE.test(word) ? 'one-time' : undefined);
}

/** Which tokens a mint makes, by its claims, its key, the names around it, and where the token goes. */
export function familyOfMint(
  sources: Sources,
  call: NodePath,
  claims: NodePath | undefined,
  key: NodePath | undefined,
  uses: ReturnType<typeof usesOf>,
): Evidence {
  const byClaims = claims && familyOfClaims(sources, claims);
  if (byClaims) return byClaims;
  const keyText = key ? textOf(sources.fileOf(key), key.node) : '';
  const byKey = familyOfWord(keyText);
  if (byKey) return { family: byKey, evidence: `it is signed with ${keyText}` };
  const named = surroundingNames(call);
  // The nearest name counts: an access token that a function `refresh` makes is a login token.
  const telling = ACCESS.test(keyText)
    ? undefined
    : named.find((name) => ACCESS.test(name) || familyOfWord(name));
  const byName = telling === undefined || ACCESS.test(telling) ? undefined : familyOfWord(telling);
  if (byName) return { family: byName, evidence: `it is made for ${telling}` };
  const reached = uses.map((use) => destination(sources, use.path)).filter((place) => place !== undefined);
  const mail = reached.find((place) => place.by === 'mail');
  const answer = reached.find((place) => place.by === 'answer');
  if (mail && !answer) return { family: 'one-time', evidence: `it goes out by ${mail.what}` };
  if (answer) {
    if (STATE.test(named[0] ?? ''))
      return { family: 'unknown', evidence: `${named[0]} may be a state, not a login` };
    return { family: 'session', evidence: `it goes into the answer by ${answer.what}` };
  }
  const login = named.find((name) => /token|jwt|auth|login|sign_?in|session/i.test(name));
  if (login) return { family: 'session', evidence: `${login} makes it` };
  return { family: 'unknown', evidence: 'nothing shows what it is for' };
}

/** Claims that say what a token is for. */
export const PURPOSE_CLAIMS = new Set([
  'type',
  'purpose',
  'use',
  'token_use',
  'tokenType',
  'scope',
  'action',
  'kind',
  'for',
]);

/** What a claim such as `purpose: 'reset'` says of the token's family. */
function familyOfClaims(sources: Sources, claims: NodePath): Evidence | undefined {
  if (!claims.isObjectExpression()) return undefined;
  for (const property of claims.get('properties')) {
    const key = keyName(property.node);
    if (!key || !property.isObjectProperty()) continue;
    const value = property.get('value') as NodePath;
    const word = PURPOSE_CLAIMS.has(key) ? stringOf(sources, value) : undefined;
    const family = word === undefined ? familyOfWord(key) : familyOfPurpose(word);
    if (family)
      return {
        family,
        evidence: word === undefined ? `it has the claim ${key}` : `its claim ${key} is ${word}`,
      };
  }
  return undefined;
}

/** Names that say what a call is for: the variable it is put into, then the functions around it. */
export function surroundingNames(path: NodePath): string[] {
  const names: string[] = [];
  for (let above: NodePath | null = path.parentPath; above; above = above.parentPath) {
    if (above.isVariableDeclarator() && t.isIdentifier(above.node.id)) names.push(above.node.id.name);
    if (above.isAssignmentExpression()) names.push(propertyName(above.node.left) ?? '');
    if (above.isFunctionDeclaration() && above.node.id) names.push(above.node.id.name);
    const key = keyName(above.node) ?? constantKeyOf(above.node);
    if (key) names.push(key);
  }
  return names.filter(Boolean);
}

/** The constant that `[LOGIN] (state) {}` or `[types.LOGIN] (state) {}` is named by. */
export function constantKeyOf(node: t.Node): string | undefined {
  if (!(t.isObjectMethod(node) || t.isObjectProperty(node)) || !node.computed) return undefined;
  return t.isIdentifier(node.key) ? node.key.name : propertyName(node.key);
}

/** Whether a token ends in the answer to the request or in a message to the user. */
function destination(sources: Sources, path: NodePath): { by: 'mail' | 'answer'; what: string } | undefined {
  const call = path.parentPath;
  if (path.listKey !== 'arguments' || !(call?.isCallExpression() || call?.isNewExpression()))
    return undefined;
  const callee = call.get('callee') as NodePath;
  const text = textOf(sources.fileOf(callee), callee.node);
  if (MAIL.test(text)) return { by: 'mail', what: text };
  if (call.isCallExpression() && serializedName(sources, call) !== undefined)
    return { by: 'answer', what: text };
  const method = propertyName(callee.node);
  if (method && ANSWERS.has(method) && definitionOf(sources, callee).kind !== 'package')
    return { by: 'answer', what: text };
  return undefined;
}

const ANSWERS = new Set([
  'json',
  'send',
  'cookie',
  'setHeader',
  'set',
  'header',
  'redirect',
  'render',
  'end',
  'jsonp',
]);
