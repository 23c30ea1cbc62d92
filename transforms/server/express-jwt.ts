// https://github.com/auth0/express-jwt#usage
import type { NodePath } from '@babel/traverse';
import { alone } from '../alone.js';
import type { Edit } from '../edit/edits.js';
import { localName, SHIM } from '../edit/names.js';
import { quoted, styleOf } from '../edit/style.js';
import { gatewayObstacle, gatewayOptions } from '../project/gateways.js';
import type { Project } from '../project/project.js';
import type { GatewaySite } from '../project/site.js';
import { endOf, startOf, textOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/** `expressjwt({ secret, … })` → `sessionGuard({ … })`, which lets in whom express-jwt let in. */
export const rule: Rule<GatewaySite> = {
  step: 'server',
  hints: ['express-jwt'],
  knows: [],
  owns: (site): site is GatewaySite => site.kind === 'gateway' && site.library === 'express-jwt',
  decide,
  edit,
};

function decide(site: GatewaySite, project: Project): Decision {
  if (site.family === 'third-party')
    return { action: 'kept', reason: `somebody else issues these tokens: ${site.evidence}` };
  const obstacle = gatewayObstacle(site, project);
  if (obstacle) return { action: 'manual', reason: obstacle, todo: BY_HAND };
  return { action: 'rewritten', reason: 'lets in whoever has a session; its errors are named as before' };
}

const BY_HAND =
  "Put sessionGuard() from '@jwt-to-session/shim' in its place, and what it tested besides the token into a middleware after it.";

function edit(site: GatewaySite, decision: Decision, project: Project): readonly Edit[] {
  if (decision.action !== 'rewritten') return [];
  const { file, call } = site;
  const name = localName(file, SHIM, 'sessionGuard');
  const options = optionsText(site, project);
  return [
    {
      file: file.path,
      start: startOf(call.node),
      end: endOf(call.node),
      text: `${name.local}(${options ? `{ ${options} }` : ''})`,
      needs: [name],
    },
  ];
}

function optionsText(site: GatewaySite, project: Project): string {
  const texts: string[] = [];
  const properties = new Map(gatewayOptions(site.written, project.sources));
  const textAt = (path: NodePath) => textOf(project.sources.fileOf(path), path.node);
  const valueAt = (name: string) => {
    const property = properties.get(name);
    return property?.isObjectProperty() ? textAt(property.get('value') as NodePath) : undefined;
  };
  const required = valueAt('credentialsRequired');
  if (required !== undefined && required !== 'true') texts.push(`required: ${required}`);
  const property = valueAt('requestProperty') ?? valueAt('userProperty');
  const style = styleOf(site.file.text);
  if (property !== undefined) texts.push(`requestProperty: ${property}`);
  else if (isBeforeSeven(site, project)) texts.push(`requestProperty: ${quoted(style, 'user')}`);
  for (const name of ['isRevoked', 'onExpired']) {
    const own = properties.get(name);
    if (own) texts.push(textAt(own));
  }
  return texts.join(', ');
}

/** Version 7 moved the claims from `req.user` to `req.auth`. */
function isBeforeSeven(site: GatewaySite, { sources }: Project): boolean {
  const version = sources.packageOf(site.file)?.versions.get('express-jwt');
  const major = /\d+/.exec(version ?? '')?.[0];
  if (major) return Number(major) < 7;
  return !/\bexpressjwt\b/.test(site.file.text);
}

export default alone('server/express-jwt', rule);
export const parser = 'tsx';
