// https://github.com/auth0/jwt-decode
import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { alone } from '../alone.js';
import type { Edit } from '../edit/edits.js';
import { localName, SHIM_CLIENT } from '../edit/names.js';
import { isTyped } from '../edit/typed.js';
import type { DecodeSite } from '../project/site.js';
import { endOf, type SourceFile, startOf, textOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/** `jwtDecode(token)`, `JSON.parse(atob(token.split('.')[1]))` → `sessionInfo()`. */
export const rule: Rule<DecodeSite> = {
  step: 'client',
  hints: ['jwt-decode', 'react-jwt', 'atob('],
  knows: [],
  owns: (site): site is DecodeSite => site.kind === 'browser-decode',
  decide,
  edit,
};

function decide({ family, evidence }: DecodeSite): Decision {
  if (family === 'session') return { action: 'rewritten', reason: 'the claims come from the session' };
  return {
    action: 'manual',
    reason: `${evidence}, and this is no login token of the page's own user`,
    todo: 'Ask sessionInfo() if it is about the user of this page; leave it if the token is for something else.',
  };
}

function edit({ file, path }: DecodeSite, decision: Decision): readonly Edit[] {
  if (decision.action !== 'rewritten') return [];
  const info = localName(file, SHIM_CLIENT, 'sessionInfo');
  return [
    {
      file: file.path,
      start: startOf(path.node),
      end: endOf(path.node),
      text: infoText(file, path, info.local),
      needs: [info],
    },
  ];
}

/** A decoder threw where there was no token. Another tab may have logged out: what is taken apart is empty then. */
function infoText(file: SourceFile, path: NodePath, name: string): string {
  const types = typeArguments(file, path);
  const asked = `${name}${types}()`;
  const parent = path.parentPath;
  const apart = parent?.isVariableDeclarator() && t.isObjectPattern(parent.node.id);
  if (!isTyped(file)) return apart ? `${asked} || {}` : asked;
  return apart && types ? `(${asked} || {}) as ${types.slice(1, -1)}` : `${asked}!`;
}

/** What the code says that the claims are: `jwtDecode<Claims>(token)`. */
function typeArguments(file: SourceFile, path: NodePath): string {
  const { typeParameters } = path.isCallExpression() ? path.node : {};
  return typeParameters ? textOf(file, typeParameters) : '';
}

export default alone('client/browser-decode', rule);
export const parser = 'tsx';
