// https://github.com/jwtk/njwt#readme
import type { NodePath } from '@babel/traverse';
import { alone } from '../alone.js';
import { checkDecision, mintDecision } from '../decisions.js';
import type { Edit } from '../edit/edits.js';
import { heldClaims, heldParameterEdits } from '../edit/held-claims.js';
import { localName, SHIM } from '../edit/names.js';
import { requestText } from '../edit/request.js';
import { withoutDeclaration } from '../edit/statements.js';
import { quoted, styleOf } from '../edit/style.js';
import { fromNow, lifetimeText } from '../project/from-now.js';
import type { Project } from '../project/project.js';
import { renewedLifetime } from '../project/refresh.js';
import { requestAt } from '../project/requests.js';
import { type CheckSite, isCheck, isMint, type MintSite } from '../project/site.js';
import { endOf, startOf, textOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/**
 * `njwt.create(claims, key).setExpiration(Date.now() + 3600000).compact()` →
 * `startSession(req, claims, { expiresIn: '1h' })`, and `njwt.verify(token, key).body` → `requireSession(req)`.
 */
export const rule: Rule<MintSite | CheckSite> = {
  step: 'server',
  hints: ['njwt'],
  knows: [
    {
      package: 'njwt',
      export: 'create',
      role: 'mint',
      claims: 0,
      algorithm: 2,
      chain: { call: 'compact', key: 1, keyOf: 'first', expires: 'setExpiration' },
    },
    { package: 'njwt', export: 'verify', role: 'check', token: 0, key: 1, algorithm: 2, callback: 'last' },
  ],
  owns: (site): site is MintSite | CheckSite => (isMint(site) || isCheck(site)) && site.library === 'njwt',
  decide: (site, project) => (isMint(site) ? mintDecision(site, project) : checkDecision(site, project)),
  edit,
};

function edit(site: MintSite | CheckSite, decision: Decision, project: Project): readonly Edit[] {
  if (decision.action === 'kept' || decision.action === 'manual') return [];
  return isMint(site) ? mintEdits(site, project) : checkEdits(site, project);
}

function mintEdits(site: MintSite, project: Project): Edit[] {
  const { file, call } = site;
  const request = requestText(project, file, requestAt(project.sources, site.path), site);
  const name = localName(file, SHIM, site.family === 'refresh' ? 'sessionMarker' : 'startSession');
  const given = site.family === 'refresh' ? [] : startedWith(site, project);
  return [
    {
      file: file.path,
      start: startOf(call.node),
      end: endOf(call.node),
      text: `${name.local}(${[request.text, ...given].join(', ')})`,
      needs: [name, ...request.needs],
      // They came to stand here from statements that go.
      keeps: given.flatMap((text) => text.match(/[A-Za-z_$][\w$]*/g) ?? []),
    },
    ...(site.statements ?? []).map((statement) => withoutDeclaration(file, statement)),
    ...request.edits,
  ];
}

/** Methods by the option that says the same. */
const OPTIONS: Readonly<Record<string, string>> = {
  setSubject: 'subject',
  setIssuer: 'issuer',
  setJti: 'jwtid',
};

/** The claims, and the options as text where there are any. */
function startedWith(site: MintSite, project: Project): string[] {
  const { file } = site;
  const options = [...(site.chain ?? [])].flatMap(([method, link]) => {
    const [given] = link.get('arguments') as NodePath[];
    const option = OPTIONS[method];
    return given && option ? [`${option}: ${textOf(file, given.node)}`] : [];
  });
  const renewed = renewedLifetime(project, site);
  const end = renewed ? { expiresIn: renewed.expiresIn } : endOfToken(site);
  if (end.expiresIn !== undefined) options.push(`expiresIn: ${end.expiresIn}`);
  return [claimsText(site, end.exp), ...(options.length ? [`{ ${options.join(', ')} }`] : [])];
}

/** When the token ends: by a lifetime where one can be read off, else by the claim that njwt makes of it. */
function endOfToken({ chain, expires, file }: MintSite): { expiresIn?: string | undefined; exp?: string } {
  const hour = 3_600_000;
  const length = expires ? fromNow(expires) : undefined;
  if (!chain?.has('setExpiration') || length?.kind === 'fixed') {
    const milliseconds = length?.kind === 'fixed' ? length.milliseconds : hour;
    return { expiresIn: lifetimeText(milliseconds, (text) => quoted(styleOf(file.text), text)) };
  }
  if (!expires) return {};
  const text = textOf(file, (length?.path ?? expires).node);
  return length ? { expiresIn: text } : { exp: `Math.floor(new Date(${text}).getTime() / 1000)` };
}

function claimsText({ file, claims }: MintSite, exp: string | undefined): string {
  const text = claims ? textOf(file, claims.node) : '{}';
  if (exp === undefined) return text;
  if (!claims?.isObjectExpression()) return `{ ...${text}, exp: ${exp} }`;
  const inner = text.slice(1, -1).trim().replace(/,$/, '');
  return inner ? `{ ${inner}, exp: ${exp} }` : `{ exp: ${exp} }`;
}

function checkEdits(site: CheckSite, project: Project): Edit[] {
  const { file, call, callback } = site;
  const request = requestText(project, file, requestAt(project.sources, site.path), site);
  const name = localName(file, SHIM, 'requireSession');
  const needs = [name, ...request.needs];
  const asked = `${name.local}(${request.text}`;
  if (!callback) return [heldClaims(file, call, 'body', `${asked})`, needs), ...request.edits];
  const start = { file: file.path, start: startOf(call.node), end: startOf(callback.node) };
  return [
    { ...start, text: `${asked}, `, needs },
    ...heldParameterEdits(file, callback, 'body'),
    ...request.edits,
  ];
}

export default alone('server/njwt', rule);
export const parser = 'tsx';
