// https://github.com/auth0/node-jsonwebtoken#jwtverifytoken-secretorpublickey-options-callback
import type { NodePath } from '@babel/traverse';
import { alone } from '../alone.js';
import { checkDecision } from '../decisions.js';
import { alternativeEdits } from '../edit/alternative.js';
import type { Edit } from '../edit/edits.js';
import { guardEdits } from '../edit/guard.js';
import { heldClaims, heldParameterEdits } from '../edit/held-claims.js';
import { localName, SHIM } from '../edit/names.js';
import { requestText } from '../edit/request.js';
import { dedentEdits } from '../edit/style.js';
import { asksText } from '../project/bare-checks.js';
import { TEXT_CLAIM, textParameter } from '../project/bare-claims.js';
import { plainGuards } from '../project/guards.js';
import { isComplete, isForUnseenSockets, isOfDoor } from '../project/obstacles.js';
import type { Project } from '../project/project.js';
import { takesPlainValue } from '../project/promises.js';
import { purposesAt } from '../project/purposes.js';
import { claimsOfRefresh } from '../project/refresh-claims.js';
import { requestAt } from '../project/requests.js';
import { type CheckSite, isCheck } from '../project/site.js';
import { endOf, outerEndOf, outerStartOf, type SourceFile, startOf, textOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/**
 * `jwt.verify(token, key)` → `requireSession(req)`, whose errors are told apart as jsonwebtoken's were; `jwt.decode` of
 * jwt-simple, which verifies, likewise.
 */
export const rule: Rule<CheckSite> = {
  step: 'server',
  hints: ['jsonwebtoken', 'jwt-simple'],
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
    { package: 'jwt-simple', export: 'decode', role: 'check', token: 0, key: 1, algorithm: 3 },
  ],
  owns: (site, project): site is CheckSite =>
    isCheck(site) &&
    (site.library === 'jwt-simple' ||
      (site.library === 'jsonwebtoken' && !isOfDoor(site, project) && !isForUnseenSockets(site, project))),
  decide: checkDecision,
  edit,
};

function edit(site: CheckSite, decision: Decision, project: Project): readonly Edit[] {
  const { sources } = project;
  if (decision.action === 'kept' || decision.action === 'manual') return [];
  const { file, call, callback } = site;
  const request = requestText(project, file, requestAt(sources, call), site);
  const bare = asksText(site, project);
  const inner = bare ? TEXT_CLAIM : holderOf(site, project);
  const guard = plainGuards(project).find((one) => one.check === site);
  if (guard) {
    const claims = localName(file, SHIM, 'sessionClaims');
    const held = bare ? `?.${TEXT_CLAIM}` : '';
    return guardEdits(file, guard, `${claims.local}(${request.text})${held}`, [claims]);
  }
  const name = localName(file, SHIM, site.kind === 'decode' ? 'sessionClaims' : 'requireSession');
  const needs = [name, ...request.needs];
  const text = `${name.local}(${request.text}`;
  const promise = site.promisified && !takesPlainValue(sources, call);
  const claim = inner ? `${site.kind === 'decode' ? '?.' : '.'}${inner}` : '';
  const asked = promise ? `Promise.resolve().then(() => ${text})${claim})` : `${text})${claim}`;
  if (purposesAt(sources, call))
    return [...alternativeEdits(file, call, request.text, asked, needs), ...request.edits];
  const complete = isComplete(site, sources);
  if (complete && !callback && !promise) {
    const around = call.parentPath?.isAwaitExpression() ? call.parentPath : call;
    return [heldClaims(file, around, 'payload', asked, needs), ...request.edits];
  }
  if (callback) {
    return [
      { file: file.path, start: startOf(call.node), end: startOf(callback.node), text: `${text}, `, needs },
      ...(inner ? claimEdits(file, callback, inner) : []),
      ...(complete ? heldParameterEdits(file, callback, 'payload') : []),
      ...dedentEdits(file, startOf(callback.node), endOf(callback.node), startOf(call.node)),
      ...closingEdits(file, endOf(callback.node), endOf(call.node) - 1),
      ...request.edits,
    ];
  }
  // A session is there at once: nothing has to be waited for.
  const awaited = call.parentPath?.isAwaitExpression() ? call.parentPath : undefined;
  const { node } = awaited ?? call;
  // The parentheses held the `await` together.
  const [start, end] = awaited ? [outerStartOf(node), outerEndOf(file, node)] : [startOf(node), endOf(node)];
  return [{ file: file.path, start, end, text: asked, needs }, ...request.edits];
}

/** The claim of a session that has those of a refresh token in it. */
function holderOf(site: CheckSite, { sources, sites }: Project): string | undefined {
  if (site.family !== 'refresh') return undefined;
  const { missing, ...found } = claimsOfRefresh(sources, sites, site);
  return missing === undefined && 'holder' in found ? found.holder : undefined;
}

/**
 * `(err, id) => …` of a token that was a bare id → `(err, { sub: id } = {}) => …`, and the same for claims that a
 * session has in one claim.
 */
function claimEdits(file: SourceFile, callback: NodePath, inner: string): Edit[] {
  const parameter = textParameter(callback);
  if (!parameter) return [];
  const { node } = parameter;
  const type = node.typeAnnotation ? textOf(file, node.typeAnnotation) : '';
  const any = type && ': any';
  const text = `{ ${inner}: ${node.name} }${any} = {}`;
  return [{ file: file.path, start: startOf(node), end: endOf(node), text }];
}

/** The parenthesis that closed a list over several lines stands behind the callback now, which opens on the first. */
function closingEdits(file: SourceFile, start: number, end: number): Edit[] {
  const between = file.text.slice(start, end);
  return /^,?\s*\n\s*$/.test(between) ? [{ file: file.path, start, end, text: '' }] : [];
}

export default alone('server/verify', rule);
export const parser = 'tsx';
