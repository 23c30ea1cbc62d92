// https://expressjs.com/en/api.html#res.cookie
import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { alone } from '../alone.js';
import { withoutLink } from '../edit/chains.js';
import type { Edit } from '../edit/edits.js';
import { withoutItems } from '../edit/lists.js';
import { isPure } from '../edit/purity.js';
import { definitionOf, propertyName } from '../project/definitions.js';
import { mintObstacle } from '../project/obstacles.js';
import type { Project } from '../project/project.js';
import type { ResponseSite } from '../project/site.js';
import { endOf, startOf, textOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/** `res.cookie('token', token)` goes: the session cookie takes its place. Other answers keep their shape. */
export const rule: Rule<ResponseSite> = {
  step: 'server',
  hints: ['.cookie(', 'Set-Cookie', 'set-cookie'],
  knows: [],
  owns: (site): site is ResponseSite => site.kind === 'response',
  decide,
  edit,
};

function decide(site: ResponseSite, project: Project): Decision {
  if (mintObstacle(site.mint, project))
    return { action: 'kept', reason: 'the token that it sends is still made' };
  if (site.how === 'redirect')
    return {
      action: 'kept',
      reason: 'a marker, which opens nothing, stands in the address until no client reads it',
    };
  if (site.how !== 'cookie')
    return { action: 'kept', reason: 'the answer keeps its shape: a marker stands where the token was' };
  if (!isHiddenFromScript(site, project) && scriptReadsCookies(project))
    return { action: 'bridged', reason: 'script can read this cookie, so a marker stays in it' };
  if (!removal(site, project))
    return {
      action: 'bridged',
      reason: 'it can not be taken out by itself, so a marker stays in the cookie',
    };
  return { action: 'rewritten', reason: 'the session cookie takes its place' };
}

function edit(site: ResponseSite, decision: Decision, project: Project): readonly Edit[] {
  return decision.action === 'rewritten' ? (removal(site, project) ?? []) : [];
}

/** What takes the cookie out, and leaves in what makes its value; undefined where it can't be taken out. */
function removal({ file, call, cookie }: ResponseSite, { sites }: Project): Edit[] | undefined {
  const value = cookie ? tokenIn(cookie) : (call.get('arguments') as NodePath[])[1];
  if (!value) return undefined;
  const named = isMadeAlready(value);
  const list = cookie?.parentPath?.isArrayExpression() ? cookie.parentPath.node.elements : [];
  const others = cookiesBeside(list, sites);
  if (cookie && others)
    return named ? withoutItems(file, list.filter(isThere), new Set([cookie.node])) : undefined;
  if (named) {
    const link = withoutLink(file, call);
    return link && [link];
  }
  const statement = call.parentPath;
  if (!statement?.isExpressionStatement() || list.length > 1) return undefined;
  const semicolon = file.text[endOf(statement.node) - 1] === ';' ? ';' : '';
  return [
    { file: file.path, start: startOf(statement.node), end: startOf(value.node), text: '' },
    { file: file.path, start: endOf(value.node), end: endOf(statement.node), text: semicolon },
  ];
}

/** Whether a list of cookies has some that stay. */
function cookiesBeside(list: t.ArrayExpression['elements'], sites: Project['sites']): boolean {
  const ours = new Set<t.Node>(
    sites.flatMap((site) => (site.kind === 'response' && site.cookie ? [site.cookie.node] : [])),
  );
  return list.some((one) => !one || !ours.has(one));
}

function isThere<T>(one: T | null): one is T {
  return one !== null;
}

/** The token in `serialize('token', token)` or `token=${token}; HttpOnly`. */
function tokenIn(cookie: NodePath): NodePath | undefined {
  if (cookie.isCallExpression()) return cookie.get('arguments')[1];
  return cookie.isTemplateLiteral() ? (cookie.get('expressions')[0] as NodePath) : undefined;
}

/** `token`, `tokens.access`, `Bearer ${token}`, `header.replace('Bearer ', '')`: nothing is left to do without it. */
function isMadeAlready(value: NodePath): boolean {
  let calls = false;
  const consider = (path: NodePath) => {
    if (!path.isCallExpression() && !path.isOptionalCallExpression()) return;
    if (!/^(?:split|slice|substring|replace|trim)$/.test(propertyName(path.node.callee) ?? '')) calls = true;
  };
  consider(value);
  value.traverse({ enter: consider });
  return !calls && isPure(value.node, []);
}

function isHiddenFromScript(site: ResponseSite, { sources }: Project): boolean {
  if (!site.options) return false;
  const text = (path: NodePath) => textOf(sources.fileOf(path), path.node);
  const definition = definitionOf(sources, site.options);
  const texts = [text(site.options), definition.kind === 'object' ? text(definition.path) : ''];
  return texts.some((one) => /httpOnly\s*:\s*true|;\s*HttpOnly/i.test(one));
}

/** Whether any code of the application reads cookies in the browser. */
function scriptReadsCookies({ sources }: Project): boolean {
  return sources.listed.some(({ text }) =>
    /document\.cookie|js-cookie|universal-cookie|react-cookie|ngx-cookie|vue-cookies|useCookies/.test(text),
  );
}

export default alone('server/response', rule);
export const parser = 'tsx';
