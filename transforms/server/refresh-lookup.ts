// https://datatracker.ietf.org/doc/html/rfc9700#name-refresh-token-protection
import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { alone } from '../alone.js';
import type { Edit, NeededName } from '../edit/edits.js';
import { withoutItems } from '../edit/lists.js';
import { namedUserEdits } from '../edit/named-users.js';
import { isTaken, localName, SHIM } from '../edit/names.js';
import { replacement } from '../edit/replacement.js';
import { requestText } from '../edit/request.js';
import { beforeStatement, withoutDeclaration } from '../edit/statements.js';
import { dedented, indentationAt, styleOf } from '../edit/style.js';
import { alternatives } from '../project/acceptance/carried-code.js';
import { claimsOfCheck } from '../project/acceptance/doors.js';
import { claimText } from '../project/acceptance/user.js';
import { keyName } from '../project/definitions.js';
import type { Project } from '../project/project.js';
import { refreshUnit } from '../project/refresh.js';
import { requestAt } from '../project/requests.js';
import type { RefreshLookUpSite } from '../project/site.js';
import { endOf, type SourceFile, startOf, textOf } from '../project/source.js';
import type { Answer, MovedRefusal } from '../project/stored/refresh/answers.js';
import type { PassingRenewal } from '../project/stored/refresh/passing.js';
import { refreshRecordOf } from '../project/stored/refresh/record.js';
import { type Refusal, remainingOf } from '../project/stored/refresh/refusals.js';
import { namedRowObstacle } from '../project/stored/refresh/unmoved-rows.js';
import type { UserMember } from '../project/stored/user-member.js';
import type { Decision, Rule } from '../rule.js';

/**
 * A look-up of a refresh token in what the application keeps: the session is asked in its place, or a user is
 * searched by his id. What was kept before goes on refusing old tokens, in the session module.
 */
export const rule: Rule<RefreshLookUpSite> = {
  step: 'server',
  hints: ['refresh', 'Refresh', 'REFRESH'],
  knows: [],
  owns: (site): site is RefreshLookUpSite => site.kind === 'refresh-lookup',
  decide,
  edit,
};

function decide({ answered }: RefreshLookUpSite, project: Project): Decision {
  const unit = refreshUnit(project);
  const row = answered.answer.how === 'by-owner' ? namedRowObstacle(project) : undefined;
  if (row) return { action: 'kept', reason: `refresh tokens are still made: ${row}` };
  if (!unit.moves)
    return {
      action: 'kept',
      reason: `the refresh token that it searches for is still made: ${unit.because}`,
    };
  switch (answered.answer.how) {
    case 'by-user':
      return { action: 'rewritten', reason: 'the user is searched by the id that his session has' };
    case 'by-owner':
      return {
        action: 'rewritten',
        reason: 'there is one way in, by the session: the row is searched by whose it is',
      };
    case 'claims':
      return { action: 'rewritten', reason: 'reads the claims of the session instead of the row' };
    case 'answered':
      return { action: 'rewritten', reason: 'goes: the session has been asked before' };
    default:
      return { action: 'rewritten', reason: 'asks whether a session was found instead of the token' };
  }
}

function edit(site: RefreshLookUpSite, decision: Decision, project: Project): readonly Edit[] {
  if (decision.action !== 'rewritten') return [];
  const { answer } = site.answered;
  switch (answer.how) {
    case 'by-user':
      return [...userEdits(site, answer, project), ...movedEdits(site, answer.moved, project)];
    case 'by-owner':
      return ownerEdits(site.file, answer.renewal);
    case 'claims':
      return claimsEdits(site, answer);
    case 'answered':
      return [
        ...withoutRefusals(site.file, answer.refusals),
        ...namedUserEdits(site.file, answer.users, project),
        ...movedEdits(site, answer.moved, project),
      ];
    default: {
      const request = requestText(project, site.file, requestAt(project.sources, site.path), site);
      const name = localName(site.file, SHIM, 'sessionFound');
      const needs = [name, ...request.needs];
      return [
        ...answer.places.map(({ path, found }) =>
          replacement(site.file, path, `${found ? '' : '!'}${name.local}(${request.text})`, needs),
        ),
        ...withoutRefusals(site.file, answer.dropped),
        ...namedUserEdits(site.file, answer.users, project),
        ...request.edits,
      ];
    }
  }
}

/** The way in that the other one stands for goes, and what sent new tokens, and the claim that sessions have not. */
function ownerEdits(file: SourceFile, { first, renewing, row }: PassingRenewal): Edit[] {
  const filter = row.column.parentPath;
  return [
    ...[first, ...renewing].map((statement) => withoutDeclaration(file, statement)),
    ...(filter.isObjectExpression()
      ? withoutItems(file, filter.node.properties, new Set([row.column.node]))
      : []),
  ];
}

/** `const stored = await check(…)` → `const claims = …` with `stored.user` → `claims.id`; the check is asked elsewhere. */
function claimsEdits(
  { file }: RefreshLookUpSite,
  { held, users }: Extract<Answer, { how: 'claims' }>,
): Edit[] {
  if (!held || !users) return [];
  if (!users.places.length)
    return [
      { file: file.path, start: startOf(held.parent), end: startOf(held.node.init ?? held.node), text: '' },
    ];
  const own = freeName(file);
  return [
    replacement(file, held.get('id') as NodePath, own),
    ...users.places.map((place) => userEdit(file, place, userText(file, own, users.user))),
  ];
}

/** `stored.user` → `claims.id`, `{ user } = stored` → `user = claims.id` */
function userEdit(file: SourceFile, place: NodePath, text: string, needs: readonly NeededName[] = []): Edit {
  const id = place.isVariableDeclarator() ? place.node.id : undefined;
  const [only] = t.isObjectPattern(id) ? id.properties : [];
  const local = t.isObjectProperty(only) && t.isIdentifier(only.value) ? only.value.name : undefined;
  const alone = place.key === 'object' ? text : text.replace(/^\((.*)\)$/, '$1');
  return replacement(file, place, local === undefined ? alone : `${local} = ${alone}`, needs);
}

/** The claim that names the user, as types want it where the shim's say only that it may be there. */
function userText({ path }: SourceFile, holder: string, { trail, type }: UserMember): string {
  const text = claimText(holder, trail);
  const [only, ...inner] = trail;
  if (!/\.[cm]?tsx?$/.test(path) || only !== 'sub' || inner.length) return text;
  return type === 'number' ? `(${text} as unknown as number)` : `${text}!`;
}

function freeName(file: SourceFile): string {
  return ['claims', 'session', 'sessionOfUser'].find((one) => !isTaken(file, one)) ?? 'claimsOfSession';
}

/** `findOne({ refreshToken })` → `findOne({ username: claims.username })` */
function userEdits(
  { file, path }: RefreshLookUpSite,
  { column, held, user, check, list }: Extract<Answer, { how: 'by-user' }>,
  project: Project,
): Edit[] {
  const filter = column.parentPath;
  const field = fieldOf(user.text, file, project);
  if (!filter?.isObjectExpression()) return [];
  const others = filter.node.properties.map(keyName);
  if (others.some((name) => name === field || name === 'id' || name === '_id'))
    return withoutItems(file, filter.node.properties, new Set([column.node]));
  const received = check && claimsOfCheck(check.call, check.callback);
  const claims = received?.isIdentifier() ? received.node.name : undefined;
  if (claims !== undefined && column.scope.hasBinding(claims))
    return [replacement(file, column, `${field}: ${claimText(claims, user.trail)}`)];
  const request = requestText(project, file, requestAt(project.sources, path));
  const name = localName(file, SHIM, 'sessionClaims');
  const own = freeName(file);
  const { semicolon } = styleOf(file.text);
  const line = `const ${own} = ${name.local}(${request.text})${semicolon}`;
  const waits = path.isAwaitExpression();
  const [before, after] = list ? [`${own} ? `, ' : []'] : waits ? [`${own} && (`, ')'] : [`${own} && `, ''];
  const at = (place: number, text: string): Edit => ({ file: file.path, start: place, end: place, text });
  return [
    ...beforeStatement(file, held.parentPath, line, [name, ...request.needs]),
    at(startOf(path.node), before),
    replacement(file, column, `${field}: ${claimText(own, user.trail)}`),
    ...(after ? [at(endOf(path.node), after)] : []),
    ...request.edits,
  ];
}

/** The column by which a user is found: `._id.toString()` names him by his id. */
function fieldOf(text: string, file: SourceFile, { sources }: Project): string {
  const [, name = 'id'] = /^\??\.(\w+)/.exec(text) ?? [];
  if (name !== 'id' && name !== '_id') return name;
  const home = sources.packageOf(file);
  return home?.dependencies.has('mongoose') || home?.dependencies.has('mongodb') ? '_id' : name;
}

/** Takes conditions out whole, or those of their alternatives that ask. */
function withoutRefusals(file: SourceFile, refusals: readonly Refusal[]): Edit[] {
  const asks = new Set(refusals.flatMap((one) => alternatives(one.asks)).map(({ node }) => node));
  return [...new Set(refusals.map(({ statement }) => statement))].flatMap((statement) => {
    const test = statement.get('test');
    const goes = alternatives(test).every((one) => asks.has(one.node));
    return goes ? [withoutDeclaration(file, statement)] : withoutAlternatives(file, test, asks);
  });
}

function withoutAlternatives(file: SourceFile, test: NodePath, asks: ReadonlySet<t.Node>): Edit[] {
  if (!test.isLogicalExpression({ operator: '||' })) return [];
  const [left, right] = [test.get('left'), test.get('right')];
  const goes = (side: NodePath) => alternatives(side).every((one) => asks.has(one.node));
  const cut = (start: number, end: number): Edit => ({ file: file.path, start, end, text: '' });
  if (goes(left))
    return [cut(startOf(left.node), startOf(right.node)), ...withoutAlternatives(file, right, asks)];
  if (goes(right))
    return [cut(endOf(left.node), endOf(right.node)), ...withoutAlternatives(file, left, asks)];
  return [...withoutAlternatives(file, left, asks), ...withoutAlternatives(file, right, asks)];
}

/** What answers a token that is not kept stands before the check from now on. */
function movedEdits(
  { file, path }: RefreshLookUpSite,
  moved: MovedRefusal | undefined,
  project: Project,
): Edit[] {
  if (!moved) return [];
  const { refusal, before } = moved;
  const request = requestText(project, file, requestAt(project.sources, path));
  const name = localName(file, SHIM, 'sessionTakenBack');
  const record = refreshRecordOf(project.sources, project.sites);
  const statements = remainingOf(refusal.branch, record?.gone ?? new Set());
  const text = branchText(file, statements, before);
  return [
    ...beforeStatement(file, before, `if (${name.local}(${request.text})) ${text}`, [name, ...request.needs]),
    ...request.edits,
  ];
}

function branchText(file: SourceFile, statements: readonly NodePath[], before: NodePath): string {
  const outer = startOf(before.node);
  const own = (one: NodePath) => dedented(textOf(file, one.node), file.text, outer, startOf(one.node));
  const [only] = statements;
  if (statements.length === 1 && only) return own(only);
  const { newline, indent } = styleOf(file.text);
  const white = newline + indentationAt(file, outer);
  return `{${statements.map((one) => white + indent + own(one)).join('')}${white}}`;
}

export default alone('server/refresh-lookup', rule);
export const parser = 'tsx';
