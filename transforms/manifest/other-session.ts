// https://github.com/expressjs/session#sessionoptions
import { alone } from '../alone.js';
import type { OtherSessionSite } from '../project/site.js';
import type { Decision, Rule } from '../rule.js';

/** Session middleware that is there already: two of them can't serve one request. */
export const rule: Rule<OtherSessionSite> = {
  step: 'install',
  hints: [],
  knows: [],
  owns: (site): site is OtherSessionSite => site.kind === 'other-session',
  decide: (): Decision => ({
    action: 'manual',
    reason: 'this session middleware and the shim can not serve one request',
    todo: 'Hand its options to cutover() from @jwt-to-session/shim as `session`, and mount that in its place.',
  }),
  edit: () => [],
};

export default alone('manifest/other-session', rule);
export const parser = 'tsx';
