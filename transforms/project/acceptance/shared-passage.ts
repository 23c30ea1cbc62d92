import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { argumentOf } from '../callers.js';
import { claimCode, writtenClaims } from '../shared-claims.js';
import { returnedBy, yieldsClaims } from '../shared-yield.js';
import type { CheckSite, MintSite } from '../site.js';
import type { Sources } from '../sources.js';
import { type Line, lineOf, type Names, tokenTest, unique } from './carried-code.js';
import { claimsOfCheck } from './doors.js';
import { givenTo, statementsTo } from './way.js';

/** What a function that checks tokens of several kinds does at one of its calls. */
export interface SharedPassage {
  readonly statements: readonly NodePath[];
  readonly names: Names;
  readonly check: Pick<CheckSite, 'call' | 'library'>;
}

/** Whether the call of such a function yields something else than the claims: the row of the token. */
export function yieldsRow({ shared }: CheckSite): boolean {
  return shared !== undefined && !yieldsClaims(shared);
}

/** The statements of the function that a check is a call of, with what its names mean where it is called. */
export function sharedPassage(sources: Sources, check: CheckSite, outer: Names): SharedPassage | undefined {
  const { shared, call } = check;
  if (!shared?.token) return undefined;
  const { function: called } = shared;
  const returned = returnedBy(called)?.[0];
  const last = lastReturn(called);
  const statements = last && statementsTo(called, last);
  if (!statements) return undefined;
  const names: Names = {
    token: tokenTest(sources, shared.token),
    payload: claimsOfCheck(shared.call, undefined),
    error: undefined,
    local: new Set(statements.map(({ node }) => node)),
    given: givenTo(called, call),
    outer,
    renamed: new Map([
      ...apart(statements, outer),
      ...(yieldsRow(check) ? renamed(returned, claimsOfCheck(call, undefined)) : []),
    ]),
  };
  return { statements: statements.slice(0, -1), names, check: { call: shared.call, library: check.library } };
}

/** Names that the caller has for something else, by other ones. */
function apart(statements: readonly NodePath[], { local }: Names): [t.Node, string][] {
  const taken = new Set([...local].flatMap((one) => Object.keys(t.getBindingIdentifiers(one))));
  return statements.flatMap((one) =>
    one.isVariableDeclaration()
      ? Object.values(one.getBindingIdentifiers()).flatMap((id): [t.Node, string][] =>
          taken.has(id.name) ? [[id, `found${id.name.charAt(0).toUpperCase()}${id.name.slice(1)}`]] : [],
        )
      : [],
  );
}

/** What the function returns is called there as it is called where it comes out. */
function renamed(returned: NodePath | undefined, received: NodePath | undefined): Map<t.Node, string> {
  const id = returned?.isVariableDeclarator() ? returned.node.id : undefined;
  return new Map(t.isIdentifier(id) && received?.isIdentifier() ? [[id, received.node.name]] : []);
}

function lastReturn(called: NodePath<t.Function>): NodePath | undefined {
  const found: NodePath[] = [];
  called.get('body').traverse({
    Function: (inner) => inner.skip(),
    ReturnStatement(statement) {
      found.push(statement);
    },
  });
  return found.length === 1 ? found[0] : undefined;
}

/** The claims that a function for several kinds signs at one of its calls, as what a function returns. */
export function sharedClaimsLine(sources: Sources, mint: MintSite, outer: Names): Line | undefined {
  const claims = mint.shared && writtenClaims(sources, mint);
  if (!mint.shared || !claims) return undefined;
  const { function: called } = mint.shared;
  const given = new Map(
    called.node.params.flatMap((parameter, index): [t.Node, NodePath][] => {
      const name = t.isAssignmentPattern(parameter) ? parameter.left : parameter;
      const value = argumentOf(mint.call, called, index);
      return value ? [[name, value]] : [];
    }),
  );
  const names: Names = {
    token: () => false,
    payload: undefined,
    error: undefined,
    local: new Set(),
    given,
    outer,
  };
  const lines = claims.map((one) => lineOf(sources, one.value, names, (text) => claimCode(one, text)));
  const known = lines.filter((line) => line !== undefined);
  if (known.length < lines.length) return undefined;
  return {
    text: `return { ${known.map(({ text }) => text).join(', ')} };`,
    imports: unique(known.flatMap(({ imports }) => imports)),
    literals: known.flatMap(({ literals }) => literals),
    needs: new Set(known.flatMap((line) => [...line.needs])),
  };
}
