import type { CutoverStore } from './store.js';

interface Kept {
  readonly value: string;
  readonly until: number;
}

/**
 * Keeps sessions in this process: for tests and for trying out. A restart logs everyone out, and a second
 * process knows nothing of the first. Warns once when NODE_ENV is `production`.
 */
export function memoryStore(): CutoverStore {
  if (process.env.NODE_ENV === 'production') {
    process.emitWarning(
      'memoryStore() keeps sessions in one process and loses them at a restart: use redisStore(url) in production',
      { code: 'JWT_TO_SESSION_MEMORY_STORE' },
    );
  }
  const entries = new Map<string, Kept>();
  const lists = new Map<string, Map<string, number>>();
  const live = (key: string): string | undefined => {
    const kept = entries.get(key);
    if (kept && kept.until > Date.now()) return kept.value;
    entries.delete(key);
    return undefined;
  };
  const keep = (key: string, value: string, ttl: number) =>
    entries.set(key, { value, until: Date.now() + ttl });
  const members = (list: string): Map<string, number> => {
    const known = lists.get(list) ?? new Map<string, number>();
    for (const [member, until] of known) if (until <= Date.now()) known.delete(member);
    return known;
  };
  const sweep = setInterval(() => {
    for (const key of entries.keys()) live(key);
    for (const list of lists.keys()) if (members(list).size === 0) lists.delete(list);
  }, 60_000);
  sweep.unref();

  return {
    name: 'memory',
    volatile: true,
    async get(key) {
      return live(key);
    },
    async put(key, value, ttl) {
      keep(key, value, ttl);
    },
    async add(key, value, ttl) {
      const there = live(key);
      if (there === undefined) keep(key, value, ttl);
      return there;
    },
    async replace(key, value, ttl) {
      const there = live(key) !== undefined;
      if (there) keep(key, value, ttl);
      return there;
    },
    async swap(key, expected, value, ttl) {
      const same = live(key) === expected;
      if (same) keep(key, value, ttl);
      return same;
    },
    async extend(key, ttl) {
      const value = live(key);
      if (value !== undefined) keep(key, value, ttl);
      return value !== undefined;
    },
    async remove(key) {
      entries.delete(key);
    },
    async take(key) {
      const value = live(key);
      entries.delete(key);
      return value;
    },
    async enlist(list, member, ttl) {
      lists.set(list, members(list).set(member, Date.now() + ttl));
    },
    async strike(list, member) {
      const known = members(list);
      known.delete(member);
      if (known.size === 0) lists.delete(list);
    },
    async listed(list) {
      return [...members(list).keys()];
    },
    async count(key, amounts, ttl) {
      const there: Record<string, number> = JSON.parse(live(key) ?? '{}');
      for (const [name, amount] of Object.entries(amounts)) there[name] = (there[name] ?? 0) + amount;
      keep(key, JSON.stringify(there), ttl);
    },
    async counted(key) {
      return JSON.parse(live(key) ?? '{}');
    },
    async close() {
      clearInterval(sweep);
      entries.clear();
      lists.clear();
    },
  };
}
