import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { propertyName } from '../definitions.js';
import { type Use, usesOf } from '../flow/follow.js';
import { isolated } from '../isolated.js';
import { isRequest } from '../request-places.js';
import { isMint, type LogoutRouteSite, type ReadSite, type Site, type TokenRecordSite } from '../site.js';
import { textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { recordAt } from '../stored/records.js';
import { isOfLogout } from '../stored/writes.js';

/** Finds where a login token is put into what the application keeps, and where it is taken out at a logout. */
export function tokenRecordSites(sources: Sources, sites: readonly Site[]): TokenRecordSite[] {
  const logouts = sites.filter((site): site is LogoutRouteSite => site.kind === 'logout-route');
  const found = new Map<unknown, TokenRecordSite>();
  const add = (path: NodePath, what: TokenRecordSite['what']) => {
    const record = recordAt(sources, path);
    const [statement] = record?.statements ?? [];
    if (!record || !statement || found.has(statement.node)) return;
    if (what === 'taken' && !isOfLogout(sources, statement, logouts, 0)) return;
    found.set(statement.node, {
      role: what === 'kept' ? 'store' : 'drop',
      kind: 'token-record',
      family: 'session',
      evidence: what === 'kept' ? 'it keeps a login token' : 'it takes a login token back',
      file: sources.fileOf(statement),
      path: statement,
      what,
      record,
    });
  };
  for (const mint of sites.filter(isMint)) {
    if (mint.family !== 'session' || mint.callback) continue;
    const uses = isolated(sources, [mint.file], () => usesOf(sources, mint.path));
    for (const use of uses) if (isKept(use)) add(use.path, 'kept');
  }
  for (const read of sites) {
    if (read.kind !== 'request' || read.family !== 'session') continue;
    for (const use of isolated(sources, [read.file], () => usesOnward(sources, read)))
      if (isKept(use) || use.kind === 'compare') add(use.path, 'taken');
  }
  return [...found.values(), ...handedOn(sources, sites, [...found.values()])];
}

/** `req.token = token` goes with the statements that it is there for. */
function handedOn(
  sources: Sources,
  sites: readonly Site[],
  records: readonly TokenRecordSite[],
): TokenRecordSite[] {
  return sites.flatMap((read) => {
    if (read.kind !== 'request' || read.family !== 'session') return [];
    return read.uses.flatMap((use): TokenRecordSite[] => {
      const name = nameOnRequest(sources, use);
      const statement = use.path.getStatementParent();
      if (name === undefined || !statement?.isExpressionStatement()) return [];
      const mentions = mentionsOnRequest(sources, name);
      const within = mentions.map((path) =>
        records.find(({ record }) => record.statements.some((one) => path.isDescendant(one))),
      );
      const [first] = within;
      if (!first || within.some((one) => !one)) return [];
      return [
        {
          ...first,
          evidence: 'it hands the token on to where it is taken back',
          file: sources.fileOf(statement),
          path: statement,
          record: { ...first.record, statements: [statement] },
        },
      ];
    });
  });
}

function isKept({ kind, path }: Use): boolean {
  return (
    kind === 'argument' &&
    (path.parentPath?.isCallExpression() || path.parentPath?.isNewExpression()) === true
  );
}

/** The uses of a token that came with a request, those of `req.token` after `req.token = token` included. */
export function usesOnward(sources: Sources, { uses }: ReadSite): Use[] {
  return [
    ...uses,
    ...uses.flatMap((use) => {
      const name = nameOnRequest(sources, use);
      return name === undefined
        ? []
        : mentionsOnRequest(sources, name).flatMap((path) => usesOf(sources, path));
    }),
  ];
}

/** The property of the request that a use puts the token into. */
export function nameOnRequest(sources: Sources, { kind, path }: Use): string | undefined {
  const assignment = path.parentPath;
  if (kind !== 'stored' || !assignment?.isAssignmentExpression()) return undefined;
  const left = assignment.get('left');
  if (!left.isMemberExpression() || !isRequest(sources, left.get('object'))) return undefined;
  return propertyName(left.node);
}

/** Every place that reads a property of the request which the application has put there. */
export function mentionsOnRequest(sources: Sources, name: string): NodePath[] {
  return sources
    .naming(name)
    .filter((file) => !file.test)
    .flatMap((file) =>
      [...file.paths.values()].filter(
        (path) =>
          path.isMemberExpression() &&
          propertyName(path.node) === name &&
          !(path.key === 'left' && t.isAssignmentExpression(path.parent)) &&
          /^_?(?:req|request)\b/.test(textOf(file, path.node)) &&
          isRequest(sources, path.get('object')),
      ),
    );
}
