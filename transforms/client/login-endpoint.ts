// https://redux-toolkit.js.org/rtk-query/api/createApi#transformresponse
import { alone } from '../alone.js';
import type { Edit } from '../edit/edits.js';
import { localName, SHIM_CLIENT } from '../edit/names.js';
import { quoted, styleOf } from '../edit/style.js';
import { isTyped } from '../edit/typed.js';
import { propertyOf } from '../project/browser/endpoints.js';
import type { EndpointSite } from '../project/site.js';
import { endOf, startOf, textOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/** What a login endpoint of RTK Query answers → accepted in its `transformResponse`, before it reaches any state. */
export const rule: Rule<EndpointSite> = {
  step: 'client',
  hints: ['.mutation'],
  knows: [],
  owns: (site): site is EndpointSite => site.kind === 'login-endpoint',
  decide,
  edit,
};

function decide({ endpoint: { options, trail }, file }: EndpointSite): Decision {
  const text = textOf(file, options.node);
  if (file.text.includes(SHIM_CLIENT) && /\bacceptSession\w*\(/.test(text))
    return { action: 'kept', reason: 'the session is accepted here already' };
  if (!propertyOf(options, 'query') || propertyOf(options, 'transformResponse'))
    return {
      action: 'manual',
      reason: 'this endpoint makes its answer itself',
      todo: `Call await acceptSession(${trail.join('.')}) there, and hand on what it yields in the place of the token.`,
    };
  return { action: 'rewritten', reason: 'the session is accepted before the answer reaches any state' };
}

function edit({ endpoint, file }: EndpointSite, decision: Decision): readonly Edit[] {
  const query = propertyOf(endpoint.options, 'query');
  if (decision.action !== 'rewritten' || !query) return [];
  const { newline, indent } = styleOf(file.text);
  const accept = localName(file, SHIM_CLIENT, 'acceptSession');
  const { trail, renewing } = endpoint;
  const tokens = [trail, ...(renewing === undefined ? [] : [[...trail.slice(0, -1), renewing]])];
  const given = tokens.map((names) => ['answer', ...names].join('.')).join(', ');
  const call = `await ${accept.local}(${given})`;
  const typed = isTyped(file);
  // The refresh token was handed over along with it, and reaches no state either.
  const beside = renewing === undefined ? '' : `${renewing}: ${quoted(styleOf(file.text), '')}`;
  const token = typed ? `(${call}) ?? ''` : call;
  const answer = typed ? `answer: ${answerType(endpoint, file)}` : 'answer';
  const before = file.text.slice(startOf(endpoint.options.node) + 1, startOf(query.node));
  const at = endOf(query.node);
  const column = /\n([ \t]*)$/.exec(before)?.[1];
  const text =
    column === undefined
      ? `, transformResponse: async (${answer}) => (${oneLine(trail, token, beside)})`
      : [
          ',',
          `${column}transformResponse: async (${answer}) => (${lines(trail, token, beside, column, indent).join(newline)})`,
        ].join(newline);
  return [{ file: file.path, start: at, end: at, text, needs: [accept] }];
}

/** The answer with something else in the place of its token: `{ ...answer, token: … }`. */
function oneLine(trail: readonly string[], token: string, beside: string, from = 'answer'): string {
  const [name, ...rest] = trail;
  if (name === undefined) return token;
  const other = beside && !rest.length ? `, ${beside}` : '';
  return `{ ...${from}, ${name}: ${oneLine(rest, token, beside, `${from}.${name}`)}${other} }`;
}

function lines(
  trail: readonly string[],
  token: string,
  beside: string,
  column: string,
  indent: string,
  from = 'answer',
): string[] {
  const [name, ...rest] = trail;
  if (name === undefined) return [token];
  const inner = column + indent;
  const [first = '', ...others] = lines(rest, token, beside, inner, indent, `${from}.${name}`);
  const property = [`${inner}${name}: ${first}`, ...others];
  const last = `${property.at(-1) ?? ''},`;
  const other = beside && !rest.length ? [`${inner}${beside},`] : [];
  return ['{', `${inner}...${from},`, ...property.slice(0, -1), last, ...other, `${column}}`];
}

/** What the endpoint says that it answers. */
function answerType({ call, trail }: EndpointSite['endpoint'], file: EndpointSite['file']): string {
  const { typeParameters } = call.node;
  const [answer] = typeParameters && 'params' in typeParameters ? typeParameters.params : [];
  if (answer) return textOf(file, answer);
  return trail.reduceRight((inner, name) => `{ ${name}: ${inner} }`, 'string');
}

export default alone('client/login-endpoint', rule);
export const parser = 'tsx';
