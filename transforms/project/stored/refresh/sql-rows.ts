import type { NodePath } from '@babel/traverse';
import { propertyName } from '../../definitions.js';
import { type Found, held } from './found.js';
import type { RefreshKeeper } from './keepers.js';
import { withStatement } from './rows.js';
import { isSchema, type SqlStatement, sqlIn, sqlStatement } from './sql.js';

/** A table that statements of SQL keep refresh tokens in. */
export type SqlKeeper = Extract<RefreshKeeper, { kind: 'sql' }>;

const USER = /^(?:user|member|account|customer|owner|author|admin|player|client)_?(?:id)?$/i;
const OVER = /expir|revok|black|valid|created|active|deleted|used/i;

/** What a statement of SQL about refresh tokens is there for. */
export function ofSql(path: NodePath, keepers: readonly RefreshKeeper[]): Found | undefined {
  const sql = sqlIn(path);
  if (sql === undefined || isSchema(sql)) return { is: 'left' };
  const statement = sqlStatement(path);
  const keeper = keepers.find((one): one is SqlKeeper => one.kind === 'sql' && one.name === statement?.table);
  if (!statement || !keeper) return undefined;
  const { call, does, picked, written } = statement;
  if (does === 'insert') return written.has(keeper.column) ? withStatement(call, { row: call }) : undefined;
  const others = [...picked.keys()].filter(
    (name) => name !== keeper.column && !USER.test(name) && !OVER.test(name),
  );
  if (picked.has(keeper.column) && !others.length)
    return does === 'select' ? { is: 'question', question: held(call) } : withStatement(call, {});
  return does === 'select' ? undefined : ofOthers(statement);
}

/** Rows that are picked by another column than the token's are taken out, or changed. */
function ofOthers({ call, picked }: SqlStatement): Found | undefined {
  const [[name, value] = ['', undefined], ...more] = [...picked];
  const goes = withStatement(call, {});
  if (more.length || goes?.is !== 'gone') return undefined;
  if (OVER.test(name)) return { is: 'left' };
  if (value === undefined || value === 'nothing') return undefined;
  // The row that was found before.
  if (/^id$/i.test(name) && propertyName(value.node) === 'id') return goes;
  return USER.test(name)
    ? { ...goes, cleared: { path: call, user: value, named: 'column', column: name } }
    : undefined;
}
