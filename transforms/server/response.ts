// https://expressjs.com/en/api.html#res.cookie
import type { NodePath } from '@babel/traverse';
import { alone } from '../alone.js';
import { withoutLink } from '../edit/chains.js';
import type { Edit } from '../edit/edits.js';
import { definitionOf } from '../project/definitions.js';
import { mintObstacle } from '../project/obstacles.js';
import type { Project } from '../project/project.js';
import type { ResponseSite } from '../project/site.js';
import { endOf, startOf, textOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/** `res.cookie('token', token)` goes: the session cookie takes its place. Other answers keep their shape. */
export const rule: Rule<ResponseSite> = {
  step: 'server',
  hints: ['.cookie('],
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
  if (!removal(site))
    return { action: 'bridged', reason: 'what it returns is used, so a marker stays in the cookie' };
  return { action: 'rewritten', reason: 'the session cookie takes its place' };
}

function edit(site: ResponseSite, decision: Decision): readonly Edit[] {
  return decision.action === 'rewritten' ? (removal(site) ?? []) : [];
}

/** What takes the cookie out, and leaves in what makes its value; undefined where it can't be taken out. */
function removal({ file, call }: ResponseSite): Edit[] | undefined {
  const value = (call.get('arguments') as NodePath[])[1];
  if (!value) return undefined;
  if (value.isIdentifier() || value.isMemberExpression()) {
    const link = withoutLink(file, call);
    return link && [link];
  }
  const statement = call.parentPath;
  if (!statement?.isExpressionStatement()) return undefined;
  const semicolon = file.text[endOf(statement.node) - 1] === ';' ? ';' : '';
  return [
    { file: file.path, start: startOf(statement.node), end: startOf(value.node), text: '' },
    { file: file.path, start: endOf(value.node), end: endOf(statement.node), text: semicolon },
  ];
}

function isHiddenFromScript(site: ResponseSite, { sources }: Project): boolean {
  if (!site.options) return false;
  const text = (path: NodePath) => textOf(sources.fileOf(path), path.node);
  const definition = definitionOf(sources, site.options);
  const texts = [text(site.options), definition.kind === 'object' ? text(definition.path) : ''];
  return texts.some((one) => /httpOnly\s*:\s*true/.test(one));
}

/** Whether any code of the application reads cookies in the browser. */
function scriptReadsCookies({ sources }: Project): boolean {
  return sources.listed.some(({ text }) =>
    /document\.cookie|js-cookie|universal-cookie|react-cookie|ngx-cookie|vue-cookies|useCookies/.test(text),
  );
}

export default alone('server/response', rule);
export const parser = 'tsx';
