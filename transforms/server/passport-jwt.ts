// https://www.passportjs.org/packages/passport-jwt/

import type { NodePath } from '@babel/traverse';
import { alone } from '../alone.js';
import type { Edit } from '../edit/edits.js';
import { localName, SHIM } from '../edit/names.js';
import { keyName } from '../project/definitions.js';
import type { Project } from '../project/project.js';
import type { GatewaySite } from '../project/site.js';
import { endOf, startOf, textOf } from '../project/source.js';
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
  if (!site.verify) return { action: 'manual', reason: 'it is given no verify function', todo: BY_HAND };
  if (passesRequest(site, project) === 'unclear')
    return {
      action: 'manual',
      reason: 'its options are not written out where they can be read',
      todo: BY_HAND,
    };
  return { action: 'rewritten', reason: 'hands the claims of the session to the same verify function' };
}

function edit(site: GatewaySite, decision: Decision, project: Project): readonly Edit[] {
  if (decision.action !== 'rewritten' || !site.verify) return [];
  const { file, call, verify } = site;
  const name = localName(file, SHIM, 'sessionStrategy');
  const options = passesRequest(site, project) === 'yes' ? '{ passReqToCallback: true }, ' : '';
  return [
    {
      file: file.path,
      start: startOf(call.node),
      end: startOf(verify.node),
      text: `${name.local}(${options}`,
      needs: [name],
    },
    { file: file.path, start: endOf(verify.node), end: endOf(call.node), text: ')' },
  ];
}

/** Whether the verify function is handed the request first. */
function passesRequest(site: GatewaySite, { sources }: Project): 'yes' | 'no' | 'unclear' {
  if (!site.options) return 'unclear';
  const fills = site.options.isIdentifier()
    ? (site.options.scope.getBinding(site.options.node.name)?.referencePaths ?? [])
    : [];
  const texts = [
    ...(site.written?.get('properties') ?? []).map((property) => property as NodePath),
    ...fills.map((fill) => fill.parentPath?.parentPath).filter((fill) => fill?.isAssignmentExpression()),
  ].map((path) => (path ? textOf(sources.fileOf(path), path.node) : ''));
  if (!site.written && !texts.length) return 'unclear';
  const spread = site.written?.node.properties.some((property) => keyName(property) === undefined);
  const said = texts.find((text) => text.includes('passReqToCallback'));
  if (said) return /true\s*,?$/.test(said) ? 'yes' : /false\s*,?$/.test(said) ? 'no' : 'unclear';
  return spread ? 'unclear' : 'no';
}

export default alone('server/passport-jwt', rule);
export const parser = 'tsx';
