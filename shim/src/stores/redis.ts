import type { Cluster, Redis, RedisOptions } from 'ioredis';
import { requireFor } from '../optional-package.js';
import type { CutoverStore } from './store.js';

/**
 * A client of ioredis, told by what it has. Its own types need a newer TypeScript than the rest of this package
 * does.
 */
export interface IoredisClient {
  readonly status: string;
  zrangebyscore(key: string, min: number, max: string): Promise<string[]>;
}

export interface RedisStoreOptions {
  /** Put before every key, so that several applications share a server. Default none. */
  readonly prefix?: string;
  /** How long one command may take, in milliseconds, when the store makes the client. Default 1000. */
  readonly commandTimeout?: number;
}

/** Stores ARGV[2] for ARGV[3] milliseconds only where ARGV[1] is. */
const SWAP = `if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
  return 1
end
return 0`;

/** Reads and deletes (GETDEL needs Redis 6.2). */
const TAKE = `local value = redis.call('GET', KEYS[1])
redis.call('DEL', KEYS[1])
return value`;

/** Puts a member on a list that forgets what has expired and lives as long as its last member. */
const ENLIST = `redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[3])
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', last[2]))
return 1`;

/** Adds to the numbers of a hash that lives for ARGV[1] milliseconds more. */
const COUNT = `for at = 2, #ARGV, 2 do
  redis.call('HINCRBY', KEYS[1], ARGV[at], ARGV[at + 1])
end
return redis.call('PEXPIRE', KEYS[1], ARGV[1])`;

/**
 * Keeps sessions in Redis, in the layout that connect-redis reads (`sess:<id>`, JSON), so that either can go on
 * with what the other stored. Every write touches one key: it holds on a single server, on Sentinel and on a
 * Cluster alike. Replication is asynchronous: what was written just before a failover may be lost.
 *
 * @param source a `redis://` or `rediss://` URL, or an ioredis client (then its timeouts are yours to set)
 * @throws when ioredis is not installed, or `source` is neither
 */
export function redisStore(source: string | IoredisClient, options: RedisStoreOptions = {}): CutoverStore {
  const { prefix = '', commandTimeout = 1000 } = options;
  const ours = typeof source === 'string';
  const client = ours ? connect(source, commandTimeout) : checked(source);
  const at = (key: string) => prefix + key;
  const px = (ttl: number) => Math.max(1, Math.ceil(ttl));

  return {
    name: 'redis',
    async get(key) {
      return (await client.get(at(key))) ?? undefined;
    },
    async put(key, value, ttl) {
      await client.set(at(key), value, 'PX', px(ttl));
    },
    async add(key, value, ttl) {
      // What is there may expire between the two commands: then the place is free, and the next try takes it.
      for (;;) {
        if ((await client.set(at(key), value, 'PX', px(ttl), 'NX')) === 'OK') return undefined;
        const there = await client.get(at(key));
        if (there !== null) return there;
      }
    },
    async replace(key, value, ttl) {
      return (await client.set(at(key), value, 'PX', px(ttl), 'XX')) === 'OK';
    },
    async swap(key, expected, value, ttl) {
      return (await client.eval(SWAP, 1, at(key), expected, value, px(ttl))) === 1;
    },
    async extend(key, ttl) {
      return (await client.pexpire(at(key), px(ttl))) === 1;
    },
    async remove(key) {
      await client.del(at(key));
    },
    async take(key) {
      const value = await client.eval(TAKE, 1, at(key));
      return typeof value === 'string' ? value : undefined;
    },
    async enlist(list, member, ttl) {
      const now = Date.now();
      await client.eval(ENLIST, 1, at(list), member, now + px(ttl), now);
    },
    async strike(list, member) {
      await client.zrem(at(list), member);
    },
    async listed(list) {
      return client.zrangebyscore(at(list), Date.now(), '+inf');
    },
    async count(key, amounts, ttl) {
      await client.eval(COUNT, 1, at(key), px(ttl), ...Object.entries(amounts).flat());
    },
    async counted(key) {
      const kept = await client.hgetall(at(key));
      return Object.fromEntries(Object.entries(kept).map(([name, total]) => [name, Number(total)]));
    },
    async close() {
      if (ours) client.disconnect();
    },
  };
}

/** A client that answers or fails within a second or two: ioredis as it comes makes a request wait for a minute. */
function connect(url: string, commandTimeout: number): Redis {
  if (!/^rediss?:\/\//.test(url))
    throw new TypeError(
      `redisStore: expected a redis:// or rediss:// URL or an ioredis client, got ${JSON.stringify(url)}`,
    );
  const options: RedisOptions = {
    commandTimeout,
    connectTimeout: 2000,
    maxRetriesPerRequest: 1,
    retryStrategy: (attempt) => Math.min(50 * attempt, 1000),
  };
  const ioredis: typeof import('ioredis') = requireFor('ioredis', 'redisStore')('ioredis');
  const client = new ioredis.Redis(url, options);
  // Without a listener ioredis prints every failed attempt; requests are told by their own commands' errors.
  client.on('error', () => {});
  return client;
}

function checked(source: IoredisClient): Redis | Cluster {
  if (isClient(source)) return source;
  throw new TypeError(
    'redisStore: expected a redis:// URL or a client of ioredis (a client of the package "redis" has other methods)',
  );
}

function isClient(source: IoredisClient): source is IoredisClient & (Redis | Cluster) {
  return typeof source?.zrangebyscore === 'function';
}
