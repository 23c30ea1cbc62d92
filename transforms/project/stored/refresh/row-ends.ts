import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { keyName, lastNameOf, propertyName } from '../../definitions.js';
import { sideOf } from '../../sides.js';
import { textOf } from '../../source.js';
import type { Sources } from '../../sources.js';
import type { Everywhere } from './everywhere.js';
import { CREATES, ROW_SEARCHES } from './keepers.js';
import type { NamedRow } from './named-row.js';
import { columnsOf } from './rows.js';

type Row = Pick<NamedRow, 'model' | 'owner'>;

const TAKES_OUT = /^(?:delete\w*|remove\w*|destroy|findOneAndDelete|findOneAndRemove)$/;

/** The places that take the row of a user's logins out, by whose it is: all of his sessions end there. */
export function rowEndsOf(sources: Sources, row: Row): Everywhere[] {
  return callsOn(sources, row.model).flatMap(({ call, method }): Everywhere[] => {
    const user = TAKES_OUT.test(method) ? ownerIn(call, row.owner) : undefined;
    const statement = call.getStatementParent();
    const waits = statement?.listKey !== undefined && call.getFunctionParent()?.node.async === true;
    if (!user || !statement || !waits) return [];
    return [{ path: call, statement, user: textOf(sources.fileOf(call), user.node) }];
  });
}

/**
 * Whether a user has one row, whatever he logs in from: it is looked for wherever one is made. Of several rows one
 * can be taken out alone, and searching by whose they are would find another.
 */
export function isOneEach(sources: Sources, { model, owner }: Row): boolean {
  const calls = callsOn(sources, model);
  const made = calls.filter(({ method }) => CREATES.test(method));
  return (
    made.length > 0 &&
    made.every(({ call }) =>
      calls.some(
        ({ call: other, method }) =>
          ROW_SEARCHES.test(method) &&
          other.getFunctionParent()?.node === call.getFunctionParent()?.node &&
          ownerIn(other, owner) !== undefined,
      ),
    )
  );
}

interface ModelCall {
  readonly call: NodePath<t.CallExpression>;
  readonly method: string;
}

/** Every call of a model's methods on the server. */
function callsOn(sources: Sources, model: string): ModelCall[] {
  return sources
    .naming(model)
    .filter((file) => !file.test && sideOf(sources, file) !== 'client')
    .flatMap((file) =>
      [...file.paths.values()].flatMap((path): ModelCall[] => {
        const callee = path.isCallExpression() ? path.get('callee') : undefined;
        if (!path.isCallExpression() || !callee?.isMemberExpression()) return [];
        const method = propertyName(callee.node) ?? '';
        return lastNameOf(callee.get('object')) === model ? [{ call: path, method }] : [];
      }),
    );
}

/** What names the user where rows are searched by nothing else. */
function ownerIn(call: NodePath<t.CallExpression>, owner: string): NodePath | undefined {
  const [filter] = call.get('arguments') as NodePath[];
  const [only, ...others] = filter ? columnsOf(filter) : [];
  return only && !others.length && keyName(only.node) === owner ? (only.get('value') as NodePath) : undefined;
}
