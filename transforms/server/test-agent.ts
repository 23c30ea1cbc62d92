// https://www.npmjs.com/package/supertest
import { alone } from '../alone.js';
import { agentNames } from '../edit/agent-names.js';
import type { Edit } from '../edit/edits.js';
import { agentEdits } from '../edit/test-agents.js';
import { mintObstacle } from '../project/obstacles.js';
import type { Project } from '../project/project.js';
import { isMint, type TestSite } from '../project/site.js';
import { positionOf, startOf } from '../project/source.js';
import { wholeOf } from '../project/tests/requests.js';
import type { Decision, Rule } from '../rule.js';

/**
 * Tests that log in by a request and send the token with others: an agent logs in, and sends what was sent with the
 * token. What was sent without one still is.
 */
export const rule: Rule<TestSite> = {
  step: 'server',
  hints: ['supertest', 'chai-http'],
  knows: [],
  owns: (site): site is TestSite => site.kind === 'test-login' || site.kind === 'test-request',
  decide,
  edit,
};

function decide(site: TestSite, project: Project): Decision {
  const signed = project.sites.find(
    (one) => isMint(one) && one.family === 'session' && mintObstacle(one, project),
  );
  if (signed) {
    const { file, path } = signed;
    const where = `${file.path}:${positionOf(file.text, startOf(path.node)).line}`;
    return { action: 'kept', reason: `a JWT is still signed at ${where}, so tests go on with tokens` };
  }
  return site.kind === 'test-login'
    ? { action: 'rewritten', reason: 'an agent logs in here and keeps the cookie of the session' }
    : { action: 'rewritten', reason: 'the agent that has logged in sends it, with its cookie' };
}

/** All that a token leads to changes together: with the first login that answers with it. */
function edit({ token, path }: TestSite, decision: Decision, project: Project): readonly Edit[] {
  const [first] = token.logins;
  if (decision.action !== 'rewritten' || !first || wholeOf(first.request).node !== path.node) return [];
  return agentEdits(project, token, agentNames(project));
}

export default alone('server/test-agent', rule);
export const parser = 'tsx';
