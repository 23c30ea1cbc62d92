// https://nodejs.org/api/async_context.html#class-asynclocalstorage
import { alone } from '../alone.js';
import { checkThatStays } from '../decisions.js';
import type { Edit } from '../edit/edits.js';
import { localName, SHIM } from '../edit/names.js';
import { replacement } from '../edit/replacement.js';
import { checkObstacle, isForUnseenSockets } from '../project/obstacles.js';
import type { Project } from '../project/project.js';
import { type CheckSite, isCheck } from '../project/site.js';
import type { Decision, Rule } from '../rule.js';

/**
 * `jwt.verify(token, key)` in a function that sockets may call by a name they send → `requireSession(currentRequest())`.
 * A part of `install`: what a client sends as its token is seen by nobody before, so the session has to do for it
 * as soon as clients may send none.
 */
export const rule: Rule<CheckSite> = {
  step: 'install',
  hints: ['jsonwebtoken'],
  knows: [],
  owns: (site, project): site is CheckSite =>
    isCheck(site) && site.library === 'jsonwebtoken' && isForUnseenSockets(site, project),
  decide,
  edit,
};

function decide(site: CheckSite, project: Project): Decision {
  const kept = checkThatStays(site);
  if (kept) return kept;
  const obstacle = checkObstacle(site, project);
  if (obstacle)
    return {
      action: 'manual',
      reason: obstacle,
      todo: "Ask requireSession(currentRequest()) from '@jwt-to-session/shim' here: it answers for requests and for sockets.",
    };
  return {
    action: 'bridged',
    reason: 'nothing shows who calls this, so the session of the request or socket being served is asked',
  };
}

function edit({ file, call }: CheckSite, decision: Decision): readonly Edit[] {
  if (decision.action !== 'bridged') return [];
  const names = ['requireSession', 'currentRequest'].map((name) => localName(file, SHIM, name));
  const [asking, current] = names.map(({ local }) => local);
  const asked = call.parentPath?.isAwaitExpression() ? call.parentPath : call;
  return [{ ...replacement(file, asked, `${asking}(${current}())`), needs: names }];
}

export default alone('server/socket-helper', rule);
export const parser = 'tsx';
