// https://datatracker.ietf.org/doc/html/rfc9700#name-refresh-token-protection
import { alone } from '../alone.js';
import { mintDecision } from '../decisions.js';
import type { Edit } from '../edit/edits.js';
import { localName, SHIM } from '../edit/names.js';
import { replacement } from '../edit/replacement.js';
import { requestText } from '../edit/request.js';
import type { Project } from '../project/project.js';
import { requestAt } from '../project/requests.js';
import { type MintSite, OPAQUE } from '../project/site.js';
import { isInGoneRecord } from '../project/stored/unit.js';
import type { Decision, Rule } from '../rule.js';

/** `uuidv4()` of a refresh token that a table keeps: a marker takes its place, or it goes with its row. */
export const rule: Rule<MintSite> = {
  step: 'server',
  hints: ['uuid', 'nanoid', 'randomUUID', 'randomBytes', 'rand-token', 'crypto-random-string', 'uid-safe'],
  knows: [],
  owns: (site): site is MintSite => site.kind === 'sign' && site.library === OPAQUE,
  decide,
  edit,
};

function decide(site: MintSite, project: Project): Decision {
  const decision = mintDecision(site, project);
  return decision.action === 'rewritten' && isInGoneRecord(site.path, project)
    ? { action: 'rewritten', reason: 'goes: the session takes the place of the refresh token' }
    : decision;
}

function edit(site: MintSite, decision: Decision, project: Project): readonly Edit[] {
  if (decision.action !== 'rewritten' || isInGoneRecord(site.path, project)) return [];
  const { file, path } = site;
  const request = requestText(project, file, requestAt(project.sources, path));
  const marker = localName(file, SHIM, 'sessionMarker');
  const text = `${marker.local}(${request.text})`;
  return [replacement(file, path, text, [marker, ...request.needs]), ...request.edits];
}

export default alone('server/opaque-token', rule);
export const parser = 'tsx';
