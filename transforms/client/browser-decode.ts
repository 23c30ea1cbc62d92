// https://github.com/auth0/jwt-decode
import { alone } from '../alone.js';
import type { Edit } from '../edit/edits.js';
import { localName, SHIM_CLIENT } from '../edit/names.js';
import type { DecodeSite } from '../project/site.js';
import { endOf, startOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/** `jwtDecode(token)`, `JSON.parse(atob(token.split('.')[1]))` → `sessionInfo()`. */
export const rule: Rule<DecodeSite> = {
  step: 'client',
  hints: ['jwt-decode', 'react-jwt', 'atob('],
  knows: [],
  owns: (site): site is DecodeSite => site.kind === 'browser-decode',
  decide: (): Decision => ({ action: 'rewritten', reason: 'the claims come from the session' }),
  edit,
};

function edit({ file, path }: DecodeSite): readonly Edit[] {
  const info = localName(file, SHIM_CLIENT, 'sessionInfo');
  return [
    {
      file: file.path,
      start: startOf(path.node),
      end: endOf(path.node),
      text: `${info.local}()`,
      needs: [info],
    },
  ];
}

export default alone('client/browser-decode', rule);
export const parser = 'tsx';
