// https://github.com/auth0/node-jsonwebtoken#jwtverifytoken-secretorpublickey-options-callback
import { alone } from '../alone.js';
import type { Edit } from '../edit/edits.js';
import { guardEdits } from '../edit/guard.js';
import { localName, SHIM } from '../edit/names.js';
import { requestText } from '../edit/request.js';
import { dedentEdits } from '../edit/style.js';
import { plainGuards } from '../project/guards.js';
import { checkObstacle } from '../project/obstacles.js';
import type { Project } from '../project/project.js';
import { requestAt } from '../project/requests.js';
import { type CheckSite, isCheck } from '../project/site.js';
import { endOf, startOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/** `jwt.verify(token, key)` → `requireSession(req)`, whose errors are told apart as jsonwebtoken's were. */
export const rule: Rule<CheckSite> = {
  step: 'server',
  hints: ['jsonwebtoken'],
  knows: [
    {
      package: 'jsonwebtoken',
      export: 'verify',
      role: 'check',
      token: 0,
      key: 1,
      options: 2,
      callback: 'last',
    },
    { package: 'jsonwebtoken', export: 'decode', role: 'check', kind: 'decode', token: 0, options: 1 },
  ],
  owns: (site): site is CheckSite => isCheck(site) && site.library === 'jsonwebtoken',
  decide,
  edit,
};

function decide(site: CheckSite, project: Project): Decision {
  const { family, evidence } = site;
  if (family === 'one-time')
    return { action: 'kept', reason: `it checks a token that is used once: ${evidence}` };
  const obstacle = checkObstacle(site, project);
  if (obstacle) return { action: 'manual', reason: obstacle, todo: adviceOn(site) };
  if (site.kind === 'decode') return { action: 'rewritten', reason: 'the session knows its claims' };
  if (requestAt(project.sources, site.path).how === 'current') {
    return {
      action: 'bridged',
      reason: 'no request is in scope here, so the session of the one being served is asked',
    };
  }
  return {
    action: 'rewritten',
    reason: 'the session is asked instead of the token; its errors bear the same names',
  };
}

function adviceOn({ family }: CheckSite): string {
  const shim = "from '@jwt-to-session/shim'";
  if (family === 'refresh')
    return `The session renews itself: when nothing stores or sends refresh tokens any more, let this route answer by requireSession(req) ${shim} or remove it.`;
  if (family === 'session')
    return `Where a request is at hand, ask requireSession(req) ${shim}: it returns the claims or throws.`;
  return 'If it lets users in, ask the session here; if it checks a token for something else, leave it and delete this comment.';
}

function edit(site: CheckSite, decision: Decision, project: Project): readonly Edit[] {
  const { sources } = project;
  if (decision.action === 'kept' || decision.action === 'manual') return [];
  const { file, call, callback } = site;
  const request = requestText(sources, file, requestAt(sources, call));
  const guard = plainGuards(project).find((one) => one.check === site);
  if (guard) {
    const claims = localName(file, SHIM, 'sessionClaims');
    return guardEdits(file, guard, `${claims.local}(${request.text})`, [claims]);
  }
  const name = localName(file, SHIM, site.kind === 'decode' ? 'sessionClaims' : 'requireSession');
  const needs = [name, ...request.needs];
  const text = `${name.local}(${request.text}`;
  if (callback) {
    return [
      { file: file.path, start: startOf(call.node), end: startOf(callback.node), text: `${text}, `, needs },
      ...dedentEdits(file, startOf(callback.node), endOf(callback.node), startOf(call.node)),
      ...request.edits,
    ];
  }
  // A session is there at once: what was promised is so no longer.
  const awaited = site.promisified && call.parentPath?.isAwaitExpression() ? call.parentPath : call;
  return [
    { file: file.path, start: startOf(awaited.node), end: endOf(awaited.node), text: `${text})`, needs },
    ...request.edits,
  ];
}

export default alone('server/verify', rule);
export const parser = 'tsx';
