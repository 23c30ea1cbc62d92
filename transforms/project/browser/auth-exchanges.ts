import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { callsOf } from '../callers.js';
import { definitionOf, keyName, propertyName } from '../definitions.js';
import { type SourceFile, textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { isRenewalCall } from './renewal-calls.js';
import { failureIn, leaves, type Renewal, type RetryBranch } from './renewals.js';

/**
 * Finds what urql's authExchange is told to do where a request was refused, and ahead of requests, where that is to
 * ask for a new token.
 *
 * @param forgetting the expressions that take tokens out of storage
 */
export function exchangeRenewals(
  sources: Sources,
  file: SourceFile,
  forgetting: ReadonlySet<t.Node>,
): Renewal[] {
  if (!/\bauthExchange\b/.test(file.text)) return [];
  return callsOf(sources, file).flatMap(({ path, callee }): Renewal[] => {
    const [given] = path.get('arguments') as NodePath[];
    if (!given || callee.kind !== 'package' || callee.name.at(-1) !== 'authExchange') return [];
    const members = membersIn(given);
    const renewing = members.get('refreshAuth') ?? members.get('getAuth');
    // Who lacks a right is refused as well.
    const asks = /forbidden|\b403\b/i.test(conditionIn(sources, members.get('didAuthError')));
    const branch = renewing && renewedBy(sources, file, renewing, asks, forgetting);
    if (!branch) return [];
    // Whether a request would be refused is up to the server, which a session is known to alone.
    const ahead = members.get('willAuthError');
    return ahead ? [branch, { kind: 'ahead', file, call: ahead, statements: [ahead] }] : [branch];
  });
}

/** The members of the object that the exchange is made of: what its function answers, or what it is given. */
function membersIn(given: NodePath): Map<string, NodePath> {
  const found = new Map<string, NodePath>();
  given.traverse({
    ObjectMember(path) {
      const name = keyName(path.node) ?? '';
      if (/^(?:refreshAuth|getAuth|willAuthError|didAuthError)$/.test(name) && !found.has(name))
        found.set(name, path);
    },
  });
  return found;
}

function renewedBy(
  sources: Sources,
  file: SourceFile,
  member: NodePath,
  asks: boolean,
  forgetting: ReadonlySet<t.Node>,
): RetryBranch | undefined {
  const value = functionOf(sources, file, member);
  const body = value?.get('body');
  if (!value || !body || Array.isArray(body) || !body.isBlockStatement()) return undefined;
  const calls = renewalsWithin(value);
  const [call] = calls;
  const rest = unlessFirst(file, value, body.get('body'));
  const failure = call && failureIn(sources, value, calls, forgetting);
  if (!call || !failure || (failure.caught && failure.isRead)) return undefined;
  const first = rest.length < body.node.body.length;
  const ends = asks ? 'authState' : leaves(failure.kept.at(-1)) ? undefined : 'null';
  return {
    kind: 'branch',
    file,
    call,
    branch: value,
    rest,
    conditions: [],
    kept: failure.said.length ? [] : failure.kept,
    said: failure.said,
    asks,
    // The first that it answered was a login, and it goes on with that where the session is not over.
    ...(first && ends !== undefined ? { ends } : {}),
    waits: [],
  };
}

/** The function of the same file that a member is, or is a name of. */
function functionOf(sources: Sources, file: SourceFile, member: NodePath): NodePath<t.Function> | undefined {
  if (member.isObjectMethod()) return member;
  const value = member.isObjectProperty()
    ? definitionOf(sources, member.get('value') as NodePath)
    : undefined;
  return value?.kind === 'function' && sources.fileOf(value.path) === file ? value.path : undefined;
}

/** What says that a request was refused, as it is written. */
function conditionIn(sources: Sources, member: NodePath | undefined): string {
  const value = member?.isObjectProperty()
    ? definitionOf(sources, member.get('value') as NodePath)
    : undefined;
  const path = value?.kind === 'function' ? value.path : member;
  return path ? textOf(sources.fileOf(path), path.node) : '';
}

/** The calls that ask for a new token: what the exchange sends by itself is for nothing else. */
function renewalsWithin(owner: NodePath<t.Function>): NodePath[] {
  const found: NodePath[] = [];
  owner.traverse({
    CallExpression(path) {
      const { callee } = path.node;
      const name = propertyName(callee) ?? (t.isIdentifier(callee) ? callee.name : '');
      if (name === 'mutate' || isRenewalCall(path)) found.push(path);
    },
  });
  return found;
}

/** What comes after `if (!authState) { … return null; }`, which says what there is at the start. */
function unlessFirst(
  file: SourceFile,
  owner: NodePath<t.Function>,
  statements: readonly NodePath<t.Statement>[],
): readonly NodePath<t.Statement>[] {
  const [parameter] = owner.node.params;
  const [first, ...others] = statements;
  const asked = first?.isIfStatement() && parameter ? textOf(file, first.node.test) : undefined;
  return asked !== undefined && /authState/.test(asked) ? others : statements;
}
