// https://github.com/auth0/jwt-decode
import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { alone } from '../alone.js';
import type { Edit } from '../edit/edits.js';
import { localName, SHIM_CLIENT } from '../edit/names.js';
import { withoutDeclaration } from '../edit/statements.js';
import { isTyped } from '../edit/typed.js';
import { keyName } from '../project/definitions.js';
import type { DecodeSite } from '../project/site.js';
import { endOf, type SourceFile, startOf, textOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/** `jwtDecode(token)`, `JSON.parse(atob(token.split('.')[1]))` → `sessionInfo()`. */
export const rule: Rule<DecodeSite> = {
  step: 'client',
  hints: ['jwt-decode', 'react-jwt', 'angular2-jwt', 'atob('],
  knows: [],
  owns: (site): site is DecodeSite => site.kind === 'browser-decode',
  decide,
  edit,
};

function decide(site: DecodeSite): Decision {
  const { family, evidence, form } = site;
  if (family !== 'session')
    return {
      action: 'manual',
      reason: `${evidence}, and this is no login token of the page's own user`,
      todo: 'Ask sessionInfo() if it is about the user of this page; leave it if the token is for something else.',
    };
  if (form === 'verified' && isAnsweredLater(site))
    return {
      action: 'manual',
      reason: 'the token is verified in the browser, where no token is left',
      todo: 'Go on with sessionInfo() at once, which is null when nobody is logged in, and take the key out of the browser.',
    };
  if (form === 'hook' && !answers(site))
    return {
      action: 'manual',
      reason: 'nothing shows what is taken from the answer of this hook',
      todo: 'Take sessionInfo() for its decodedToken, and !hasSession() for its isExpired.',
    };
  if (form === 'wait')
    return { action: 'rewritten', reason: 'a session may last longer than a timer can wait' };
  return form === 'expired' || form === 'good'
    ? {
        action: 'rewritten',
        reason: 'asks whether there is a session instead of whether the token has expired',
      }
    : { action: 'rewritten', reason: 'the claims come from the session' };
}

function edit(site: DecodeSite, decision: Decision): readonly Edit[] {
  if (decision.action !== 'rewritten') return [];
  const { file, path, form, chain } = site;
  const at = { file: file.path, start: startOf(path.node), end: endOf(path.node) };
  // What a timer is to wait longer than 32 bits can count, it does not wait at all.
  if (form === 'wait') return [{ ...at, text: `Math.min(${textOf(file, path.node)}, 2 ** 31 - 1)` }];
  const has = localName(file, SHIM_CLIENT, 'hasSession');
  if (form === 'good') return [{ ...at, text: `${has.local}()`, needs: [has] }];
  if (form === 'expired') {
    const { parent } = path;
    const denied = t.isUnaryExpression(parent, { operator: '!' });
    const start = denied ? startOf(parent) : at.start;
    return [{ ...at, start, text: `${denied ? '' : '!'}${has.local}()`, needs: [has] }];
  }
  const info = localName(file, SHIM_CLIENT, 'sessionInfo');
  if (form === 'hook') {
    const taken = answers(site) ?? [];
    const text = taken.map((name) =>
      name === 'isExpired'
        ? `isExpired: !${has.local}()`
        : `decodedToken: ${info.local}${typeArguments(file, path)}()`,
    );
    const needs = taken.map((name) => (name === 'isExpired' ? has : info));
    return [{ ...at, text: `{ ${text.join(', ')} }`, needs }];
  }
  return [
    { ...at, text: infoText(site, info.local), needs: [info] },
    ...chain.map((declaration) => withoutDeclaration(file, declaration)),
  ];
}

/** `jwt.verify(token, key, (error, claims) => …)` */
function isAnsweredLater({ path }: DecodeSite): boolean {
  return path.isCallExpression() && path.get('arguments').some((given) => given.isFunction());
}

/** What is taken from the answer of `useJwt`, where that is all that a session can tell. */
function answers({ path }: DecodeSite): string[] | undefined {
  const declarator = path.parentPath;
  const id = declarator?.isVariableDeclarator() ? declarator.node.id : undefined;
  if (!t.isObjectPattern(id)) return undefined;
  const names = id.properties.map((one) => keyName(one));
  const known = names.filter((name) => name === 'decodedToken' || name === 'isExpired');
  return known.length === names.length ? known : undefined;
}

/** A decoder threw where there was no token. Another tab may have logged out: what is taken apart is empty then. */
function infoText({ file, path, library }: DecodeSite, name: string): string {
  const given = typeArguments(file, path);
  // `JSON.parse` and Angular's helper say nothing of what they answer, and the code around relies on that.
  const open =
    isTyped(file) && (!library || library.endsWith('angular-jwt')) && !path.parentPath?.isTSAsExpression();
  const types = given || (open ? '<any>' : '');
  const asked = `${name}${types}()`;
  const parent = path.parentPath;
  const apart = parent?.isVariableDeclarator() && t.isObjectPattern(parent.node.id);
  if (!isTyped(file)) {
    if (parent?.isMemberExpression() && path.key === 'object') return `(${asked} || {})`;
    return apart ? `${asked} || {}` : asked;
  }
  return apart && given ? `(${asked} || {}) as ${types.slice(1, -1)}` : `${asked}!`;
}

/** What the code says that the claims are: `jwtDecode<Claims>(token)`. */
function typeArguments(file: SourceFile, path: NodePath): string {
  const { typeParameters } = path.isCallExpression() ? path.node : {};
  return typeParameters ? textOf(file, typeParameters) : '';
}

export default alone('client/browser-decode', rule);
export const parser = 'tsx';
