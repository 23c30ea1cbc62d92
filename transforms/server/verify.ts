// https://github.com/auth0/node-jsonwebtoken#jwtverifytoken-secretorpublickey-options-callback
import { alone } from '../alone.js';
import type { Edit } from '../edit/edits.js';
import { localName, SHIM } from '../edit/names.js';
import { requestText } from '../edit/request.js';
import { originsOf } from '../project/flow/origins.js';
import type { Project } from '../project/project.js';
import { requestAt } from '../project/requests.js';
import { type CheckSite, isCheck } from '../project/site.js';
import { endOf, startOf, textOf } from '../project/source.js';
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
  if (family !== 'session') {
    return {
      action: 'manual',
      reason: `it checks a ${family} token, which must go together with what mints it: ${evidence}`,
    };
  }
  const foreign = foreignOrigin(site, project);
  if (foreign)
    return {
      action: 'manual',
      reason: `the token does not come with a request that the session serves: ${foreign}`,
    };
  if (/\bcomplete\s*:\s*true/.test(site.options ? textOf(site.file, site.options.node) : '')) {
    return { action: 'manual', reason: 'the header of the token is asked for, and a session has none' };
  }
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

/** Where a token comes from that no request carries, in words. */
function foreignOrigin(site: CheckSite, project: Project): string | undefined {
  if (!site.token) return 'no token is given';
  const reads = project.sites.filter((other) => other.role === 'read');
  for (const { path, trail } of originsOf(project.sources, site.token)) {
    const isRead = reads.some(
      (read) => read.path.node === path.node || path.isDescendant(read.path) || read.path.isDescendant(path),
    );
    const text = [textOf(project.sources.fileOf(path), path.node), ...trail].join('.');
    if (isRead || /header|cookie|authorization/i.test(text) || path.isNullLiteral() || path.isStringLiteral())
      continue;
    if (/handshake|socket|ws\b|connectionParams/i.test(text)) return text;
    if (/\.(?:body|query|params)\b/.test(text)) return text;
  }
  return undefined;
}

function edit(site: CheckSite, decision: Decision, { sources }: Project): readonly Edit[] {
  if (decision.action === 'kept' || decision.action === 'manual') return [];
  const { file, call, callback } = site;
  const request = requestText(sources, file, requestAt(sources, call));
  const name = localName(file, SHIM, site.kind === 'decode' ? 'sessionClaims' : 'requireSession');
  const needs = [name, ...request.needs];
  const text = `${name.local}(${request.text}`;
  if (callback) {
    return [
      { file: file.path, start: startOf(call.node), end: startOf(callback.node), text: `${text}, `, needs },
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
