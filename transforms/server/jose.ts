// https://github.com/panva/jose/tree/main/docs
import type { NodePath } from '@babel/traverse';
import { alone } from '../alone.js';
import { checkDecision, mintDecision } from '../decisions.js';
import type { Edit } from '../edit/edits.js';
import { heldClaims } from '../edit/held-claims.js';
import { localName, SHIM } from '../edit/names.js';
import { type RequestText, requestText } from '../edit/request.js';
import { isMoment } from '../project/jose.js';
import type { Project } from '../project/project.js';
import { takesPlainValue } from '../project/promises.js';
import { renewedLifetime } from '../project/refresh.js';
import { requestAt } from '../project/requests.js';
import { type CheckSite, isCheck, isMint, type MintSite } from '../project/site.js';
import { endOf, startOf, textOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/**
 * `await new SignJWT(claims).setExpirationTime('2h').sign(key)` → `startSession(req, claims, { expiresIn: '2h' })`, and
 * `const { payload } = await jwtVerify(token, key)` → `const payload = requireSession(req)`.
 */
export const rule: Rule<MintSite | CheckSite> = {
  step: 'server',
  hints: ['jose'],
  knows: [
    {
      package: 'jose',
      export: 'SignJWT',
      role: 'mint',
      claims: 0,
      chain: { call: 'sign', key: 0, expires: 'setExpirationTime' },
    },
    { package: 'jose', export: 'jwtVerify', role: 'check', token: 0, key: 1, options: 2, promised: true },
  ],
  owns: (site): site is MintSite | CheckSite => (isMint(site) || isCheck(site)) && site.library === 'jose',
  decide,
  edit,
};

function decide(site: MintSite | CheckSite, project: Project): Decision {
  return isMint(site) ? mintDecision(site, project) : checkDecision(site, project);
}

function edit(site: MintSite | CheckSite, decision: Decision, project: Project): readonly Edit[] {
  if (decision.action === 'kept' || decision.action === 'manual') return [];
  const access = requestAt(project.sources, site.path);
  const request = requestText(project, site.file, access, site);
  const edits = isMint(site) ? mintEdits(site, request, project) : [checkEdit(site, request, project)];
  return [...edits, ...request.edits];
}

function mintEdits(site: MintSite, request: RequestText, project: Project): Edit[] {
  const { file, call } = site;
  const { node } = awaitAround(call);
  const name = localName(file, SHIM, site.family === 'refresh' ? 'sessionMarker' : 'startSession');
  const options = optionTexts(site, project);
  const given = site.family === 'refresh' ? [] : [claimsText(site, project)];
  if (options.length && given.length) given.push(`{ ${options.join(', ')} }`);
  const started = `${name.local}(${[request.text, ...given].join(', ')})`;
  const text = takesPlainValue(project.sources, call) ? started : `Promise.resolve(${started})`;
  const needs = [name, ...request.needs];
  return [{ file: file.path, start: startOf(node), end: endOf(node), text, needs }];
}

/** Methods of the chain by the option that says the same. */
const OPTIONS: Readonly<Record<string, string>> = {
  setSubject: 'subject',
  setIssuer: 'issuer',
  setAudience: 'audience',
  setJti: 'jwtid',
  setExpirationTime: 'expiresIn',
};

/** The claims; an end that is a point in time is one of them. */
function claimsText(site: MintSite, project: Project): string {
  const { file, claims, expires } = site;
  const text = claims ? textOf(file, claims.node) : '{}';
  if (!expires || !isMoment(expires) || renewedLifetime(project, site)) return text;
  const exp = `exp: ${textOf(file, expires.node)}`;
  if (!claims?.isObjectExpression()) return claims ? `{ ...${text}, ${exp} }` : `{ ${exp} }`;
  const inner = text.slice(1, -1).trim().replace(/,$/, '');
  return inner ? `{ ${inner}, ${exp} }` : `{ ${exp} }`;
}

/** The options that say what the chain sets; the lifetime is the longest of all tokens that a login makes. */
function optionTexts(site: MintSite, project: Project): string[] {
  const renewed = renewedLifetime(project, site);
  const texts = [...(site.chain ?? [])].flatMap(([method, link]) => {
    const [given] = link.get('arguments') as NodePath[];
    const option = OPTIONS[method];
    const moves = option === 'expiresIn' && (renewed || (given && isMoment(given)));
    return given && option && !moves ? [`${option}: ${textOf(site.file, given.node)}`] : [];
  });
  return renewed?.expiresIn === undefined ? texts : [...texts, `expiresIn: ${renewed.expiresIn}`];
}

/** What `jwtVerify` yields has the claims as `payload`. */
function checkEdit({ file, call }: CheckSite, request: RequestText, { sources }: Project): Edit {
  const name = localName(file, SHIM, 'requireSession');
  const asked = `${name.local}(${request.text})`;
  const needs = [name, ...request.needs];
  if (takesPlainValue(sources, call)) return heldClaims(file, awaitAround(call), 'payload', asked, needs);
  const text = `Promise.resolve().then(() => ({ payload: ${asked} }))`;
  return { file: file.path, start: startOf(call.node), end: endOf(call.node), text, needs };
}

function awaitAround(path: NodePath): NodePath {
  return path.parentPath?.isAwaitExpression() ? path.parentPath : path;
}

export default alone('server/jose', rule);
export const parser = 'tsx';
