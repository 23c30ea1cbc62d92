// https://github.com/auth0/jwt-decode
import type { NodePath } from '@babel/traverse';
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
  // A decoder throws where there is no token, and types don't say so.
  const info = localName(file, SHIM_CLIENT, 'sessionInfo');
  return [
    {
      file: file.path,
      start: startOf(path.node),
      end: endOf(path.node),
      text: `${info.local}${typeArguments(file, path)}()${isTyped(file) ? '!' : ''}`,
      needs: [info],
    },
  ];
}

/** What the code says that the claims are: `jwtDecode<Claims>(token)`. */
function typeArguments(file: SourceFile, path: NodePath): string {
  const { typeParameters } = path.isCallExpression() ? path.node : {};
  return typeParameters ? textOf(file, typeParameters) : '';
}

export default alone('client/browser-decode', rule);
export const parser = 'tsx';
