// https://github.com/auth0/node-jsonwebtoken#jwtsignpayload-secretorprivatekey-options-callback
import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { alone } from '../alone.js';
import { mintDecision } from '../decisions.js';
import { alternativeEdits } from '../edit/alternative.js';
import type { Edit } from '../edit/edits.js';
import { withNamedUsers } from '../edit/named-users.js';
import { localName, SHIM } from '../edit/names.js';
import { withoutHeldOptions, withoutOptions } from '../edit/options.js';
import { type RequestText, requestText } from '../edit/request.js';
import { sharedMintEdits } from '../edit/shared-mint.js';
import { dedented } from '../edit/style.js';
import { TEXT_CLAIM } from '../project/bare-claims.js';
import { definitionOf, keyName } from '../project/definitions.js';
import { mintObstacle } from '../project/obstacles.js';
import type { Project } from '../project/project.js';
import { takesPlainValue } from '../project/promises.js';
import { purposesAt } from '../project/purposes.js';
import { renewedLifetime } from '../project/refresh.js';
import { requestAt } from '../project/requests.js';
import { isMint, type MintSite } from '../project/site.js';
import { endOf, outerEndOf, startOf, textOf } from '../project/source.js';
import type { Sources } from '../project/sources.js';
import type { Decision, Rule } from '../rule.js';

/** `jwt.sign(claims, key, options)` → `startSession(req, claims, options)`; `jwt.encode` of jwt-simple likewise. */
export const rule: Rule<MintSite> = {
  step: 'server',
  hints: ['jsonwebtoken', 'jwt-simple'],
  knows: [
    {
      package: 'jsonwebtoken',
      export: 'sign',
      role: 'mint',
      claims: 0,
      key: 1,
      options: 2,
      callback: 'last',
    },
    { package: 'jwt-simple', export: 'encode', role: 'mint', claims: 0, key: 1, algorithm: 2 },
  ],
  owns: (site): site is MintSite =>
    site.kind === 'sign' && (site.library === 'jsonwebtoken' || site.library === 'jwt-simple'),
  decide,
  edit,
};

function decide(site: MintSite, project: Project): Decision {
  const decision = mintDecision(site, project);
  if (decision.action === 'rewritten' && site.family !== 'refresh' && site.callback && !inlinable(site))
    return { action: 'bridged', reason: 'the callback stays, since more follows the call than the callback' };
  return decision;
}

function edit(site: MintSite, decision: Decision, project: Project): readonly Edit[] {
  const { sources } = project;
  const { file, claims, callback } = site;
  if (decision.action === 'kept' || decision.action === 'manual' || !claims) return [];
  const request = withHeldOptions(
    site,
    project,
    requestText(project, file, requestAt(sources, site.path), site),
  );
  if (site.family === 'refresh') return [...markerEdits(site, request), ...request.edits];
  if (site.shared) return [...sharedMintEdits(site, project, request), ...request.edits];
  const start = localName(file, SHIM, 'startSession');
  const users = withNamedUsers(file, claims, project, request.text);
  const named = signsDocument(site, sources) ? { ...users, text: `{ _doc: ${users.text} }` } : users;
  const needs = [start, ...request.needs, ...named.needs];
  const options = optionsText(site, project, site.call);
  const given = [request.text, claimsText(site, named.text), ...(options ? [options] : [])];
  if (purposesAt(sources, site.path)) {
    const session = `${start.local}(${given.join(', ')})`;
    const promised = site.promisified && !takesPlainValue(sources, site.call);
    const text = promised ? `Promise.resolve(${session})` : session;
    return [...alternativeEdits(file, site.call, request.text, text, needs), ...request.edits];
  }
  const inline = callback && decision.action === 'rewritten' ? inlinable(site) : undefined;
  if (inline) {
    const call = `${start.local}(${given.join(', ')})`;
    const text = `const ${inline.token} = ${call}${inline.semicolon}${inline.rest(file.text)}`;
    return [
      {
        file: file.path,
        start: startOf(inline.statement.node),
        end: endOf(inline.statement.node),
        text,
        needs,
      },
      ...request.edits,
    ];
  }
  return [
    ...argumentEdits(site, start.local, request.text, named.text, project).map((one) => ({ ...one, needs })),
    ...request.edits,
  ];
}

/**
 * A document of Mongoose, which jsonwebtoken before version 8 signed with all that it is made of: its fields are
 * under `_doc` in the tokens, and the application reads them there.
 */
function signsDocument({ file, claims }: MintSite, sources: Sources): boolean {
  const home = sources.packageOf(file);
  const version = /\d+/.exec(home?.versions.get('jsonwebtoken') ?? '')?.[0] ?? '';
  if (!claims?.isIdentifier() || !home?.dependencies.has('mongoose') || !version || Number(version) > 7)
    return false;
  return sources.naming('_doc').some(({ test, text }) => !test && /\._doc\./.test(text));
}

/** `jwt.sign(…)` of a refresh token → `sessionMarker(req)`. */
function markerEdits({ file, call, promisified }: MintSite, request: RequestText): Edit[] {
  const marker = localName(file, SHIM, 'sessionMarker');
  const { node } = promisified && call.parentPath?.isAwaitExpression() ? call.parentPath : call;
  const text = `${marker.local}(${request.text})`;
  return [
    { file: file.path, start: startOf(node), end: endOf(node), text, needs: [marker, ...request.needs] },
  ];
}

/** The claims; an id that was signed as it is becomes the one claim of its session, text as it was in the token. */
function claimsText({ bare }: MintSite, text: string): string {
  return bare ? `{ ${TEXT_CLAIM}: ${bare === 'text' ? text : `String(${text})`} }` : text;
}

const WIDEST = 100;

/** Keeps the arguments where they stand, so that the diff shows what changed and nothing else. */
function argumentEdits(
  site: MintSite,
  name: string,
  request: string,
  written: string,
  project: Project,
): Edit[] {
  const { file, call, claims, key, callback } = site;
  if (!claims) return [];
  const last = (site.options ?? key ?? claims).node;
  const at = { file: file.path };
  // Nothing has to be waited for.
  const awaited = site.promisified && call.parentPath?.isAwaitExpression() ? call.parentPath : call;
  const start = startOf(awaited.node);
  const end = callback ? outerEndOf(file, last) : endOf(call.node) - 1;
  const options = optionsText(site, project, call);
  const whole = `${name}(${[request, claimsText(site, written), ...(options ? [options] : [])].join(', ')}`;
  if (site.promisified && !takesPlainValue(project.sources, call))
    return [{ ...at, start: startOf(call.node), end: endOf(call.node), text: `Promise.resolve(${whole}))` }];
  const gap = file.text.slice(file.text.indexOf('(', endOf(call.node.callee)) + 1, startOf(claims.node));
  // Each argument stands on a line of its own, and goes on to, unless one line holds them all.
  const listed = /^\s*\n\s*$/.test(gap);
  const column = start - (file.text.lastIndexOf('\n', start) + 1);
  const fits = column + whole.length < WIDEST || !listed;
  const same = written === textOf(file, claims.node);
  if ((!whole.includes('\n') && fits) || site.bare || !same) return [{ ...at, start, end, text: whole }];
  const between = listed ? gap : ' ';
  const given = listed ? optionsText(site, project, site.options ?? call) : options;
  const tail = listed && !callback ? file.text.slice(outerEndOf(file, last), end) : '';
  return [
    {
      ...at,
      start,
      end: startOf(claims.node),
      text: `${name}(${listed ? gap : ''}${request},${between}`,
    },
    { ...at, start: endOf(claims.node), end, text: (given ? `,${between}${given}` : '') + tail },
  ];
}

/**
 * The options as they are given now; the lifetime is the longest of all tokens that a login makes.
 *
 * @param beside what they stand as far to the right as from now on
 */
function optionsText(site: MintSite, project: Project, beside: NodePath): string {
  const { file, options, callback } = site;
  const given = options === callback ? undefined : options;
  const renewed = renewedLifetime(project, site);
  const text = given
    ? dedented(withoutOptions(file, given, MEANINGLESS), file.text, startOf(beside.node), startOf(given.node))
    : '';
  if (!renewed) return text;
  const lifetime = renewed.expiresIn === undefined ? '' : `expiresIn: ${renewed.expiresIn}`;
  if (!given) return lifetime && `{ ${lifetime} }`;
  const definition = definitionOf(project.sources, given);
  const named = definition.kind === 'object' ? definition.path.node.properties.map(keyName) : undefined;
  if (named?.every((key) => key === 'expiresIn' || MEANINGLESS.has(key ?? '')))
    return lifetime && `{ ${lifetime} }`;
  if (!given.isObjectExpression()) return `{ ...${text}, ${lifetime || 'expiresIn: undefined'} }`;
  const property = given.get('properties').find((one) => keyName(one.node) === 'expiresIn');
  if (!property) return lifetime ? text.replace('{', `{ ${lifetime},`) : text;
  return text.replace(textOf(file, property.node), lifetime || 'expiresIn: undefined');
}

/** Options of `sign` that mean nothing to a session: how a token is written and signed. */
const MEANINGLESS = new Set([
  'algorithm',
  'allowInsecureKeySizes',
  'allowInvalidAsymmetricKeyTypes',
  'encoding',
  'header',
  'keyid',
  'mutatePayload',
  'noTimestamp',
]);

/** With the edits that take those options out of a variable which only calls that start sessions use. */
function withHeldOptions(site: MintSite, project: Project, request: RequestText): RequestText {
  const { file, options } = site;
  if (!options?.isIdentifier() || !/^(?:rewritten|bridged)$/.test(mintDecision(site, project).action))
    return request;
  const starting = project.sites.filter(isMint).filter((mint) => !mintObstacle(mint, project));
  const uses = new Set(starting.flatMap((mint) => (mint.options ? [mint.options.node] : [])));
  const edits = withoutHeldOptions(file, options, MEANINGLESS, uses);
  return edits.length ? { ...request, edits: [...request.edits, ...edits] } : request;
}

interface Inline {
  readonly statement: NodePath;
  readonly token: string;
  readonly semicolon: string;
  /** The callback's statements after its error check, as they are to stand after the call. */
  rest(text: string): string;
}

/**
 * Whether `sign(…, (err, token) => { if (err) throw err; … })` can become statements in a row: it is the last
 * statement of its block, its error is only thrown or handed on, and no name of the callback means another
 * thing outside.
 */
function inlinable(site: MintSite): Inline | undefined {
  const { callback, call } = site;
  const statement = call.parentPath;
  if (!callback?.isFunction() || callback.node.async || callback.node.generator) return undefined;
  if (!statement?.isExpressionStatement() || !isLast(statement)) return undefined;
  const body = callback.get('body');
  const [error, token] = callback.node.params;
  if (Array.isArray(body) || !body.isBlockStatement() || !t.isIdentifier(error) || !t.isIdentifier(token))
    return undefined;
  const errorUses = callback.scope.bindings[error.name]?.referencePaths ?? [];
  const statements = body.get('body');
  const [first, ...rest] = statements;
  if (!first) return undefined;
  const checks =
    first.isIfStatement() && first.get('test').isIdentifier({ name: error.name }) && !first.node.alternate;
  if (!errorUses.every((use) => checks && (use === first.get('test') || use.isDescendant(first))))
    return undefined;
  const others = checks ? rest : statements;
  const names = [token.name, ...Object.keys(body.scope.bindings)];
  if (names.some((name) => name !== error.name && statement.scope.hasBinding(name))) return undefined;
  const [head] = others;
  const tail = others.at(-1);
  if (!head || !tail || hasLongTemplate(body)) return undefined;
  return {
    statement,
    token: token.name,
    semicolon: site.file.text[endOf(statement.node) - 1] === ';' ? ';' : '',
    rest: (text) =>
      dedented(
        text.slice(checks ? endOf(first.node) : startOf(body.node) + 1, endOf(tail.node)),
        text,
        startOf(statement.node),
        startOf(head.node),
      ),
  };
}

function isLast(statement: NodePath): boolean {
  return statement.getAllNextSiblings().every((next) => !next.node || next.isFunctionDeclaration());
}

/** Lines of a template literal are text: they can't be indented anew. */
function hasLongTemplate(path: NodePath): boolean {
  let found = false;
  path.traverse({
    TemplateLiteral(template) {
      if (template.node.loc && template.node.loc.start.line !== template.node.loc.end.line) found = true;
    },
  });
  return found;
}

export default alone('server/sign', rule);
export const parser = 'tsx';
