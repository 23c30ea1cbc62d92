// https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html#session-expiration
import { alone } from '../alone.js';
import type { Edit } from '../edit/edits.js';
import { localName, SHIM } from '../edit/names.js';
import { beforeStatement } from '../edit/statements.js';
import { styleOf } from '../edit/style.js';
import type { Project } from '../project/project.js';
import { refreshUnit } from '../project/refresh.js';
import type { EverywhereSite } from '../project/site.js';
import { lookUpObstacle, userIdAt } from '../project/stored/unit.js';
import type { Decision, Rule } from '../rule.js';

/** `user.tokens = []` took all of a user's tokens back: now `endAllSessions(user.id)` before it ends all sessions. */
export const rule: Rule<EverywhereSite> = {
  step: 'install',
  hints: [
    'refresh',
    'Refresh',
    'REFRESH',
    'authorization',
    'Authorization',
    'x-auth-token',
    'x-access-token',
    'cookies',
  ],
  knows: [],
  owns: (site): site is EverywhereSite => site.kind === 'everywhere',
  decide,
  edit,
};

function decide({ taken }: EverywhereSite, project: Project): Decision {
  const stays =
    taken.family === 'refresh' ? !refreshUnit(project).moves : lookUpObstacle(taken.lookUp, project);
  return stays
    ? { action: 'kept', reason: 'the tokens that it takes back are still looked up' }
    : { action: 'rewritten', reason: 'ends all sessions of the user too' };
}

function edit({ file, path, taken }: EverywhereSite, decision: Decision, project: Project): readonly Edit[] {
  const statement = path.getStatementParent();
  const user = taken.family === 'refresh' ? taken.everywhere.user : userIdAt(taken.write, project);
  if (decision.action !== 'rewritten' || !statement || user === undefined) return [];
  const name = localName(file, SHIM, 'endAllSessions');
  const { semicolon } = styleOf(file.text);
  return beforeStatement(file, statement, `await ${name.local}(${user})${semicolon}`, [name]);
}

export default alone('server/log-out-everywhere', rule);
export const parser = 'tsx';
