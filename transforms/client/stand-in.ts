// https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Authorization
import { alone } from '../alone.js';
import type { Edit } from '../edit/edits.js';
import { localName, SHIM_CLIENT } from '../edit/names.js';
import type { StandInSite } from '../project/browser/stand-ins.js';
import { endOf, startOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/** A backend that is faked in the page: `headers.Authorization === 'Bearer made-up'` → `hasSession()`. */
export const rule: Rule<StandInSite> = {
  step: 'client',
  hints: ['uthorization', 'x-auth-token', 'x-access-token'],
  knows: [],
  owns: (site): site is StandInSite => site.kind === 'stand-in',
  decide,
  edit,
};

function decide({ evidence }: StandInSite): Decision {
  return { action: 'rewritten', reason: `${evidence}, and asks whether somebody has logged in to it` };
}

function edit({ file, path, negated }: StandInSite): readonly Edit[] {
  const has = localName(file, SHIM_CLIENT, 'hasSession');
  const text = `${negated ? '!' : ''}${has.local}()`;
  return [{ file: file.path, start: startOf(path.node), end: endOf(path.node), text, needs: [has] }];
}

export default alone('client/stand-in', rule);
export const parser = 'tsx';
