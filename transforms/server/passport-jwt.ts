// https://www.passportjs.org/packages/passport-jwt/

import { alone } from '../alone.js';
import type { Edit } from '../edit/edits.js';
import { localName, SHIM } from '../edit/names.js';
import { dedentEdits } from '../edit/style.js';
import { gatewayObstacle, passesRequest } from '../project/gateways.js';
import type { Project } from '../project/project.js';
import type { GatewaySite } from '../project/site.js';
import { endOf, startOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/** `new JwtStrategy(options, verify)` → `sessionStrategy(verify)`: passport.authenticate('jwt') goes on as it is. */
export const rule: Rule<GatewaySite> = {
  step: 'server',
  hints: ['passport-jwt'],
  knows: [],
  owns: (site): site is GatewaySite => site.kind === 'gateway' && site.library === 'passport-jwt',
  decide,
  edit,
};

const BY_HAND =
  "Put sessionStrategy(verify) from '@jwt-to-session/shim' in its place: it calls verify with the session's claims.";

function decide(site: GatewaySite, project: Project): Decision {
  if (site.family === 'third-party')
    return { action: 'kept', reason: `somebody else issues these tokens: ${site.evidence}` };
  if (site.family !== 'session') {
    return {
      action: 'manual',
      reason: `a ${site.family} token is checked here`,
      todo: 'A session needs no token to renew it: when the routes behind this strategy are gone, remove it.',
    };
  }
  const obstacle = gatewayObstacle(site, project);
  if (obstacle) return { action: 'manual', reason: obstacle, todo: BY_HAND };
  return { action: 'rewritten', reason: 'hands the claims of the session to the same verify function' };
}

function edit(site: GatewaySite, decision: Decision, { sources }: Project): readonly Edit[] {
  if (decision.action !== 'rewritten' || !site.verify) return [];
  const { file, call, verify } = site;
  const name = localName(file, SHIM, 'sessionStrategy');
  const options = passesRequest(site, sources) === 'yes' ? '{ passReqToCallback: true }, ' : '';
  return [
    {
      file: file.path,
      start: startOf(call.node),
      end: startOf(verify.node),
      text: `${name.local}(${options}`,
      needs: [name],
    },
    ...dedentEdits(file, startOf(verify.node), endOf(verify.node), startOf(call.node)),
    { file: file.path, start: endOf(verify.node), end: endOf(call.node), text: ')' },
  ];
}

export default alone('server/passport-jwt', rule);
export const parser = 'tsx';
