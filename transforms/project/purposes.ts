import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { argumentOf, type CallPath, callersOf } from './callers.js';
import { definitionOf, keyName, propertyName } from './definitions.js';
import { familyOfPurpose, familyOfWord, PURPOSE_CLAIMS, surroundingNames } from './families.js';
import { originsOf, stringOf } from './flow/origins.js';
import { requestParameter } from './requests.js';
import { secondTokensOf } from './second-tokens.js';
import { firstLineOf, textOf } from './source.js';
import type { Sources } from './sources.js';

/** What a function that signs or checks tokens of several kinds is called for. */
export interface Purposes {
  /** The calls that are about login tokens. */
  readonly logins: readonly CallPath[];
  readonly others: readonly CallPath[];
  /** A call of each, as the code says it. */
  readonly evidence: string;
}

export const TOKEN_CALL = /\b(?:sign|verify|jwtVerify|decode)\w*\s*\(|\bSignJWT\b/;
const SIGNS = /\bsign\w*\s*\(|\bSignJWT\b/;
const LOGIN = /access|auth|log_?in|sign_?in|session|bearer/i;
/** Words that stand for something: no lifetime, no sentence. */
const WORD = /^[A-Za-z][\w.:-]*$/;
/** A key, a lifetime, a token: in code of one line, `process.env.RESET_SECRET` or `req.body.resetToken`. */
const NAMED = /^[\w.?[\]'"]*(?:secret|key|expir|ttl|life|duration|token)[\w.?[\]'"]*$/i;

const known = new WeakMap<t.Node, Purposes | undefined>();

/**
 * The purposes that a function serves which signs or checks tokens, as the calls tell them apart: by a word among
 * the arguments (`issue('reset', …)`), or by the name of what is made (`const resetToken = issue(…)`).
 *
 * @returns undefined where it serves one purpose, or where it signs refresh tokens too
 */
export function purposesOf(sources: Sources, called: NodePath<t.Function>): Purposes | undefined {
  if (known.has(called.node)) return known.get(called.node);
  // Who is called is asked on the way: while that lasts, every call counts.
  known.set(called.node, undefined);
  const found = find(sources, called);
  known.set(called.node, found);
  return found;
}

/** The purposes of the function around a place. */
export function purposesAt(sources: Sources, path: NodePath): Purposes | undefined {
  const owner = path.getFunctionParent();
  return owner ? purposesOf(sources, owner) : undefined;
}

/** The calls of a function that login tokens come and go by: all of them, where it serves no other purpose. */
export function loginCallersOf(sources: Sources, called: NodePath<t.Function>): readonly CallPath[] {
  const purposes = purposesOf(sources, called);
  if (purposes) return purposes.logins;
  const second = new Set(secondTokensOf(sources, called).map(({ call }) => call.node));
  return callersOf(sources, called).filter(({ node }) => !second.has(node));
}

function find(sources: Sources, called: NodePath<t.Function>): Purposes | undefined {
  if (!TOKEN_CALL.test(textOf(sources.fileOf(called), called.node))) return undefined;
  if (requestParameter(called) !== undefined) return undefined;
  const calls = callersOf(sources, called).filter((call) => !sources.fileOf(call).test);
  if (calls.length < 2) return undefined;
  const checks = !SIGNS.test(textOf(sources.fileOf(called), called.node));
  const families = byParameter(sources, called, calls) ?? calls.map((call) => byNames(sources, call, checks));
  const having = (family: Purpose) => calls.filter((_call, at) => families[at] === family);
  const [logins, others] = [having('login'), having('other')];
  const [login] = logins;
  const [other] = others;
  if (!login || !other || having('refresh').length) return undefined;
  const shown = (call: CallPath) => firstLineOf(sources.fileOf(call), call.node);
  return { logins, others, evidence: `${shown(login)} is about a login, ${shown(other)} is not` };
}

export type Purpose = 'login' | 'refresh' | 'other';

/** What each call is for, by a parameter that every call fills with a word, one of them a login's. */
function byParameter(
  sources: Sources,
  called: NodePath<t.Function>,
  calls: readonly CallPath[],
): Purpose[] | undefined {
  return called.node.params
    .map((_parameter, index) => purposesByWord(sources, called, calls, index))
    .find((purposes) => purposes?.includes('login') && purposes.includes('other'));
}

/** What each call is for, where every call fills one parameter with a word. */
export function purposesByWord(
  sources: Sources,
  called: NodePath<t.Function>,
  calls: readonly CallPath[],
  index: number,
): Purpose[] | undefined {
  const purposes = calls.flatMap((call) => {
    const word = wordOf(sources, argumentOf(call, called, index));
    return word === undefined ? [] : purposeOfWord(word);
  });
  return purposes.length === calls.length ? purposes : undefined;
}

/** Beside a word that stands for the login, every other word stands for something else. */
export function purposeOfWord(word: string): Purpose {
  const family = familyOfPurpose(word);
  if (family === 'one-time') return 'other';
  if (family === 'refresh') return 'refresh';
  return LOGIN.test(word) ? 'login' : 'other';
}

/** What a call is for by what it is given and by the name of what comes out of it; a login where nothing says more. */
function byNames(sources: Sources, call: CallPath, checks: boolean): Purpose {
  const told = [...given(sources, call).map(familyOfPurpose), ...namesAround(call).map(familyOfWord)];
  if (told.includes('one-time') || (checks && isFromLink(sources, call))) return 'other';
  return told.includes('refresh') ? 'refresh' : 'login';
}

/** Whether what is checked is part of a link, or came with a form that such a link leads to. */
function isFromLink(sources: Sources, call: CallPath): boolean {
  const texts = (call.get('arguments') as NodePath[]).flatMap((argument) =>
    [argument, ...originsOf(sources, argument).map(({ path }) => path)].map((one) =>
      textOf(sources.fileOf(one), one.node),
    ),
  );
  if (texts.some((text) => /\breq(?:uest)?\.params\b/.test(text))) return true;
  const sent = texts.some((text) => /\breq(?:uest)?\.(?:query|body)\b/.test(text));
  return sent && surroundingNames(call).some((name) => familyOfWord(name) === 'one-time');
}

/** The words among the arguments of a call that may tell what it is for. */
function given(sources: Sources, call: CallPath): string[] {
  return (call.get('arguments') as NodePath[]).flatMap((argument) => {
    if (!argument.isObjectExpression()) return wordOf(sources, argument) ?? nameOf(sources, argument) ?? [];
    return argument.get('properties').flatMap((property) => {
      if (!property.isObjectProperty() || !PURPOSE_CLAIMS.has(keyName(property.node) ?? '')) return [];
      return wordOf(sources, property.get('value') as NodePath) ?? [];
    });
  });
}

/** The word that an expression is: a fixed text, or the name of a constant whose value is not seen. */
export function wordOf(sources: Sources, path: NodePath | undefined): string | undefined {
  const string = path && (stringOf(sources, path) ?? constantName(sources, path));
  return string !== undefined && WORD.test(string) ? string : undefined;
}

/** `TokenType.REFRESH` of a package, such as a database's generated client. */
function constantName(sources: Sources, path: NodePath): string | undefined {
  const name = propertyName(path.node);
  if (name === undefined || !/^[A-Z]/.test(name) || !path.isMemberExpression()) return undefined;
  return definitionOf(sources, path).kind === 'package' ? name : undefined;
}

/** Where a key, a lifetime or a token comes from. Other names tell of the user, not of the token. */
function nameOf(sources: Sources, path: NodePath): string | undefined {
  const [origin] = originsOf(sources, path);
  const texts = [path, ...(origin ? [origin.path] : [])].map((one) => textOf(sources.fileOf(one), one.node));
  return texts.find((text) => NAMED.test(text) && familyOfWord(text) !== undefined);
}

/** The names that a value is given where it is made, in its own statement. */
function namesAround(call: CallPath): string[] {
  const names: string[] = [];
  for (let at: NodePath | null = call; at && !at.isStatement() && !at.isFunction(); at = at.parentPath) {
    const { parent } = at;
    if (t.isVariableDeclarator(parent) && t.isIdentifier(parent.id)) names.push(parent.id.name);
    if (t.isAssignmentExpression(parent) && at.key === 'right') {
      names.push(t.isIdentifier(parent.left) ? parent.left.name : (propertyName(parent.left) ?? ''));
    }
    if (t.isObjectProperty(parent) && at.key === 'value') names.push(keyName(parent) ?? '');
  }
  return names.filter(Boolean);
}
