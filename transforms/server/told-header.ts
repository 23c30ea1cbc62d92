// https://www.rfc-editor.org/rfc/rfc6750#section-2.1
import { alone } from '../alone.js';
import type { ToldHeaderSite } from '../project/site.js';
import type { Decision, Rule } from '../rule.js';

/** A text such as `Format is "Authorization: Bearer <token>"`: right until no client sends a token, and then a person's to word. */
export const rule: Rule<ToldHeaderSite> = {
  step: 'server',
  hints: ['Authorization:', 'authorization:'],
  knows: [],
  owns: (site): site is ToldHeaderSite => site.kind === 'told-header',
  decide,
  edit: () => [],
};

function decide(): Decision {
  return {
    action: 'kept',
    reason: 'it tells how a token is sent, which is so until the window closes: word it anew after that',
  };
}

export default alone('server/told-header', rule);
export const parser = 'tsx';
