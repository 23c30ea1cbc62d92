// https://datatracker.ietf.org/doc/html/rfc9700#name-refresh-token-protection
import { alone } from '../alone.js';
import type { Edit } from '../edit/edits.js';
import { localName, SHIM } from '../edit/names.js';
import { replacement } from '../edit/replacement.js';
import { requestText } from '../edit/request.js';
import type { Project } from '../project/project.js';
import { refreshUnit } from '../project/refresh.js';
import { requestAt } from '../project/requests.js';
import type { RowTokenSite } from '../project/site.js';
import type { Decision, Rule } from '../rule.js';

/** `stored.token` → `sessionMarker(req)`: there is no row any more, and the answer keeps its shape. */
export const rule: Rule<RowTokenSite> = {
  step: 'server',
  hints: ['refresh', 'Refresh', 'REFRESH'],
  knows: [],
  owns: (site): site is RowTokenSite => site.kind === 'row-token',
  decide,
  edit,
};

function decide(_: RowTokenSite, project: Project): Decision {
  const unit = refreshUnit(project);
  return unit.moves
    ? { action: 'rewritten', reason: 'a marker stands where the refresh token was' }
    : { action: 'kept', reason: `the refresh token is still made: ${unit.because}` };
}

function edit({ file, path }: RowTokenSite, decision: Decision, project: Project): readonly Edit[] {
  if (decision.action !== 'rewritten') return [];
  const request = requestText(project, file, requestAt(project.sources, path));
  const marker = localName(file, SHIM, 'sessionMarker');
  const text = `${marker.local}(${request.text})`;
  return [replacement(file, path, text, [marker, ...request.needs]), ...request.edits];
}

export default alone('server/row-token', rule);
export const parser = 'tsx';
