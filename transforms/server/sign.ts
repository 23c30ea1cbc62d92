// https://github.com/auth0/node-jsonwebtoken#jwtsignpayload-secretorprivatekey-options-callback
import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { alone } from '../alone.js';
import type { Edit } from '../edit/edits.js';
import { localName, SHIM } from '../edit/names.js';
import { requestText } from '../edit/request.js';
import { dedented } from '../edit/style.js';
import { mintObstacle } from '../project/obstacles.js';
import type { Project } from '../project/project.js';
import { requestAt } from '../project/requests.js';
import type { MintSite } from '../project/site.js';
import { endOf, startOf, textOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/** `jwt.sign(claims, key, options)` → `startSession(req, claims, options)`. */
export const rule: Rule<MintSite> = {
  step: 'server',
  hints: ['jsonwebtoken'],
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
  ],
  owns: (site): site is MintSite => site.kind === 'sign' && site.library === 'jsonwebtoken',
  decide,
  edit,
};

function decide(site: MintSite, project: Project): Decision {
  const { sources } = project;
  const { family, evidence } = site;
  if (family === 'one-time')
    return { action: 'kept', reason: `a token that is used once is what a JWT is for: ${evidence}` };
  const obstacle = mintObstacle(site, project);
  if (obstacle) return { action: 'manual', reason: obstacle, todo: adviceOn(site) };
  if (requestAt(sources, site.path).how === 'current') {
    return {
      action: 'bridged',
      reason: 'no request is in scope here, so the session starts on the one being served',
    };
  }
  if (site.callback && !inlinable(site)) {
    return { action: 'bridged', reason: 'the callback stays, since more follows the call than the callback' };
  }
  return { action: 'rewritten', reason: `starts a session instead of signing a token: ${evidence}` };
}

function adviceOn({ family }: MintSite): string {
  const start = "startSession(req, claims, { expiresIn }) from '@jwt-to-session/shim'";
  if (family === 'refresh')
    return `Once the login calls ${start}, take this token, where it is stored and the route that renews with it out together.`;
  if (family === 'session')
    return `Let the login call ${start} and take the stored token out, with every place that looks it up: ending the session revokes it.`;
  return `If it logs users in, call ${start} here; if it is a token for something else, leave it and delete this comment.`;
}

function edit(site: MintSite, decision: Decision, { sources }: Project): readonly Edit[] {
  const { file, claims, options, callback } = site;
  if (decision.action === 'kept' || decision.action === 'manual' || !claims) return [];
  const request = requestText(sources, file, requestAt(sources, site.path));
  const start = localName(file, SHIM, 'startSession');
  const needs = [start, ...request.needs];
  const given = [request.text, textOf(file, claims.node)];
  if (options && options !== callback) given.push(textOf(file, options.node));
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
    ];
  }
  return [
    ...argumentEdits(site, start.local, request.text).map((one) => ({ ...one, needs })),
    ...request.edits,
  ];
}

/** Keeps the arguments where they stand, so that the diff shows what changed and nothing else. */
function argumentEdits(site: MintSite, name: string, request: string): Edit[] {
  const { file, call, claims, key } = site;
  if (!claims) return [];
  const edits: Edit[] = [
    { file: file.path, start: startOf(call.node), end: startOf(claims.node), text: `${name}(${request}, ` },
  ];
  if (key) edits.push({ file: file.path, start: endOf(claims.node), end: endOf(key.node), text: '' });
  return edits;
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
  const [first, ...others] = body.get('body');
  if (
    !first?.isIfStatement() ||
    !first.get('test').isIdentifier({ name: error.name }) ||
    first.node.alternate
  )
    return undefined;
  const errorUses = callback.scope.bindings[error.name]?.referencePaths ?? [];
  if (!errorUses.every((use) => use === first.get('test') || use.isDescendant(first))) return undefined;
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
        text.slice(endOf(first.node), endOf(tail.node)),
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
