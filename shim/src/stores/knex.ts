import { createHash, randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { requireFor } from '../optional-package.js';
import type { CutoverStore } from './store.js';

export interface KnexStoreOptions {
  /** Put before the names of the three tables. Default `jwt_to_session_`. */
  readonly tablePrefix?: string;
  /** Whether the tables are made when they are not there. Default true. */
  readonly createTables?: boolean;
  /** How often rows whose time is over are deleted, in milliseconds. Default ten minutes. */
  readonly pruneInterval?: number;
}

interface Entry {
  readonly name: string;
  readonly value: string;
  /** Tells one write from every other. */
  readonly mark: string;
  readonly ends: number;
}

interface Member {
  readonly list: string;
  readonly name: string;
  readonly member: string;
  readonly ends: number;
}

interface Counter {
  readonly list: string;
  readonly name: string;
  readonly total: number;
  readonly ends: number;
}

/**
 * Keeps sessions in PostgreSQL, MySQL, MariaDB or SQLite through knex, in three tables of its own. Every step is
 * one statement that changes one row, so it is atomic on each of them without a transaction.
 *
 * @param source a knex instance, or the configuration for one (then with a connection timeout of two seconds)
 * @throws when knex is not installed, or `source` is neither
 */
export function knexStore(source: object, options: KnexStoreOptions = {}): CutoverStore {
  const { tablePrefix = 'jwt_to_session_', createTables = true, pruneInterval = 10 * 60_000 } = options;
  const given = isKnex(source) ? source : undefined;
  const db = given ?? connect(source);
  const tables = [`${tablePrefix}entries`, `${tablePrefix}lists`, `${tablePrefix}counters`] as const;
  const [entries, lists, counters] = tables;
  const made = createTables ? once(() => makeTables(db, tables)) : () => Promise.resolve();

  /** The live row of a key. */
  const at = (key: string) => db<Entry>(entries).where('name', nameOf(key)).andWhere('ends', '>', Date.now());
  const read = async (key: string): Promise<Pick<Entry, 'value' | 'mark'> | undefined> =>
    at(key).first('value', 'mark');
  const row = (value: string, ttl: number) => ({ value, mark: nonce(), ends: Math.ceil(Date.now() + ttl) });
  const member = (list: string, name: string) => ({ list: nameOf(list), name: nameOf(name) });

  const prune = setInterval(() => {
    const over = tables.map((table) => db(table).where('ends', '<=', Date.now()).delete());
    // What is not deleted now is deleted the next time; nobody reads it meanwhile.
    Promise.all(over).catch(() => {});
  }, pruneInterval);
  prune.unref();

  return {
    name: `knex (${String(db.client.config.client?.name ?? db.client.config.client)})`,
    async get(key) {
      await made();
      return (await read(key))?.value;
    },
    async put(key, value, ttl) {
      await made();
      await db(entries)
        .insert({ name: nameOf(key), ...row(value, ttl) })
        .onConflict('name')
        .merge();
    },
    async add(key, value, ttl) {
      await made();
      for (;;) {
        const mine = row(value, ttl);
        await db(entries)
          .where({ name: nameOf(key) })
          .andWhere('ends', '<=', Date.now())
          .delete();
        await db(entries)
          .insert({ name: nameOf(key), ...mine })
          .onConflict('name')
          .ignore();
        // Databases count differently what an insert did; whose row is there says it on all of them.
        const there = await read(key);
        if (there) return there.mark === mine.mark ? undefined : there.value;
      }
    },
    async replace(key, value, ttl) {
      await made();
      return Number(await at(key).update(row(value, ttl))) > 0;
    },
    async swap(key, expected, value, ttl) {
      await made();
      const there = await read(key);
      if (there?.value !== expected) return false;
      return (await at(key).andWhere('mark', there.mark).update(row(value, ttl))) > 0;
    },
    async extend(key, ttl) {
      await made();
      return (await at(key).update({ ends: Math.ceil(Date.now() + ttl) })) > 0;
    },
    async remove(key) {
      await made();
      await db(entries)
        .where({ name: nameOf(key) })
        .delete();
    },
    async take(key) {
      await made();
      const there = await read(key);
      if (!there) return undefined;
      return (await at(key).andWhere('mark', there.mark).delete()) > 0 ? there.value : undefined;
    },
    async enlist(list, name, ttl) {
      await made();
      await db(lists)
        .where({ list: nameOf(list) })
        .andWhere('ends', '<=', Date.now())
        .delete();
      const ends = Math.ceil(Date.now() + ttl);
      await db(lists)
        .insert({ ...member(list, name), member: name, ends })
        .onConflict(['list', 'name'])
        .merge();
    },
    async strike(list, name) {
      await made();
      await db(lists).where(member(list, name)).delete();
    },
    async listed(list) {
      await made();
      const rows = await db<Member>(lists)
        .where('list', nameOf(list))
        .andWhere('ends', '>', Date.now())
        .select('member');
      return rows.map((one) => one.member);
    },
    async count(key, amounts, ttl) {
      await made();
      const ends = Math.ceil(Date.now() + ttl);
      // In one order everywhere: processes that count at the same time must not wait for each other's rows.
      const rows = Object.entries(amounts)
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([name, total]) => ({ list: key, name, total, ends }));
      const added = db.client.dialect === 'mysql' ? 'values(??)' : 'excluded.??';
      await db(counters)
        .insert(rows)
        .onConflict(['list', 'name'])
        .merge({ total: db.raw(`?? + ${added}`, [`${counters}.total`, 'total']), ends });
    },
    async counted(key) {
      await made();
      const rows = await db<Counter>(counters)
        .where('list', key)
        .andWhere('ends', '>', Date.now())
        .select('name', 'total');
      return Object.fromEntries(rows.map(({ name, total }) => [name, Number(total)]));
    },
    async close() {
      clearInterval(prune);
      if (!given) await db.destroy();
    },
  };
}

/** Keys as the tables have them: of one length, and told apart by databases that ignore case. */
function nameOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

function nonce(): string {
  return randomBytes(12).toString('hex');
}

async function makeTables(
  db: Knex,
  [entries, lists, counters]: readonly [string, string, string],
): Promise<void> {
  await makeTable(db, entries, (table) => {
    table.string('name', 64).primary();
    table.text('value', 'mediumtext').notNullable();
    table.string('mark', 24).notNullable();
    table.bigInteger('ends').notNullable().index();
    whole(table, db);
  });
  await makeTable(db, lists, (table) => {
    table.string('list', 64).notNullable();
    table.string('name', 64).notNullable();
    table.text('member').notNullable();
    table.bigInteger('ends').notNullable().index();
    table.primary(['list', 'name']);
    whole(table, db);
  });
  await makeTable(db, counters, (table) => {
    table.string('list', 64).notNullable();
    table.string('name', 64).notNullable();
    table.bigInteger('total').notNullable();
    table.bigInteger('ends').notNullable().index();
    table.primary(['list', 'name']);
    whole(table, db);
  });
}

/** MySQL may have been set up with an alphabet that lacks what claims are written in; the others have them all. */
function whole(table: Knex.CreateTableBuilder, db: Knex): void {
  if (db.client.dialect !== 'mysql') return;
  table.charset('utf8mb4');
  table.collate('utf8mb4_bin');
}

async function makeTable(
  db: Knex,
  name: string,
  columns: (table: Knex.CreateTableBuilder) => void,
): Promise<void> {
  if (await db.schema.hasTable(name)) return;
  try {
    await db.schema.createTable(name, columns);
  } catch (error) {
    // Another process may have made it just now.
    if (!(await db.schema.hasTable(name))) throw error;
  }
}

/** Runs until it has succeeded once. */
function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= run().catch((error: unknown) => {
      running = undefined;
      throw error;
    });
    return running;
  };
}

function isKnex(source: object): source is Knex {
  return typeof source === 'function' && 'schema' in source;
}

function isConfig(source: object): source is Knex.Config {
  return 'client' in source;
}

function connect(config: object): Knex {
  if (!isConfig(config))
    throw new TypeError(
      "knexStore: expected a knex instance, or its configuration as { client: 'pg', connection }",
    );
  const { knex }: typeof import('knex') = requireFor('knex', 'knexStore')('knex');
  return knex({ acquireConnectionTimeout: 2000, ...config });
}
