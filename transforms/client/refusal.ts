// https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Status/401
import { alone } from '../alone.js';
import type { Edit } from '../edit/edits.js';
import { localName, SHIM_CLIENT } from '../edit/names.js';
import { indentationAt, styleOf } from '../edit/style.js';
import type { RefusalSite } from '../project/browser/refused-site.js';
import { endOf, startOf, textOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/** A 401 that only leads to the login page → `forgetSession()` first, or the login page leads back. */
export const rule: Rule<RefusalSite> = {
  step: 'client',
  hints: ['401'],
  knows: [],
  owns: (site): site is RefusalSite => site.kind === 'refusal',
  decide,
  edit,
};

function decide(): Decision {
  return {
    action: 'rewritten',
    reason: 'a session that the server has ended is forgotten before the user is sent to log in',
  };
}

function edit({ file, branch }: RefusalSite): readonly Edit[] {
  const { newline, semicolon, indent } = styleOf(file.text);
  const forget = localName(file, SHIM_CLIENT, 'forgetSession');
  const { consequent } = branch.node;
  const outer = indentationAt(file, startOf(branch.node));
  const call = `${forget.local}()${semicolon}`;
  const line = newline + outer + indent;
  const [start, end] = [startOf(consequent), endOf(consequent)];
  if (consequent.type === 'BlockStatement') {
    // On one line it stays on one.
    const text = textOf(file, consequent).includes('\n') ? line + call : ` ${call.replace(/;?$/, ';')}`;
    return [{ file: file.path, start: start + 1, end: start + 1, text, needs: [forget] }];
  }
  return [
    { file: file.path, start, end: start, text: `{${line}${call}${line}`, needs: [forget] },
    { file: file.path, start: end, end, text: `${newline}${outer}}` },
  ];
}

export default alone('client/refusal', rule);
export const parser = 'tsx';
