import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { type RunningServer, startServer } from '../../scripts/bundled-application.js';
import { startRedis } from '../services/redis.js';
import type { Addresses } from './addresses.js';
import { type Application, outerEnvironment } from './application.js';
import { startPages } from './pages-server.js';

/** A site as its visitors know it: one address and one database, behind which versions come and go. */
export interface Site {
  readonly origin: string;
  readonly api: string;
  readonly redis: string;
  /** Replaces the version that serves; the client may be that of another version. */
  deploy(server: Application, client?: Application): Promise<RunningServer>;
  /** Stops the server; where it is apart from the pages, these stay. */
  stop(): Promise<void>;
  /** Logs everybody out, on the server alone: sessions are gone, and JWTs are signed with another key from here on. */
  endLogins(): Promise<void>;
  /** The link in the last e-mail that went out. */
  lastMailedLink(): Promise<string>;
  close(): Promise<void>;
}

/** The secret that the JWTs of every version are signed with. */
export const JWT_SECRET = 'the secret of the notes application';

export async function openSite(addresses: Addresses): Promise<Site> {
  const redis = await startRedis();
  const dataFolder = await mkdtemp(join(tmpdir(), 'site-'));
  const { pages: origin, api } = addresses;
  const pages = api === origin ? undefined : await startPages(origin);
  const outbox = join(dataFolder, 'outbox.jsonl');
  const env: NodeJS.ProcessEnv = {
    ...outerEnvironment(),
    PORT: new URL(api).port,
    HOST: '127.0.0.1',
    JWT_SECRET,
    SESSION_SECRET: 'the secret that signs session cookies',
    REDIS_URL: redis.url,
    BCRYPT_ROUNDS: '4',
    CLIENT_URL: origin,
    DATA_FILE: join(dataFolder, 'notes.json'),
    OUTBOX_FILE: outbox,
  };
  let serving: RunningServer | undefined;
  let deployed = '';
  const start = async (): Promise<RunningServer> => {
    await serving?.stop();
    serving = await startServer(deployed, env);
    return serving;
  };
  return {
    origin,
    api,
    redis: redis.url,
    deploy: (server, client = server) => {
      deployed = join(server.folder, 'server');
      pages?.show(client.clientDist);
      env.CLIENT_DIST = pages ? join(dataFolder, 'no pages here') : client.clientDist;
      return start();
    },
    stop: async () => {
      await serving?.stop();
    },
    endLogins: async () => {
      const store = new Redis(redis.url);
      await store.flushall().finally(() => store.disconnect());
      env.JWT_SECRET = `${env.JWT_SECRET}, changed`;
      await start();
    },
    lastMailedLink: async () => {
      const mails = (await readFile(outbox, 'utf8')).trim().split('\n');
      const link = /https?:\/\/[^\s"]+/.exec(mails.at(-1) ?? '')?.[0];
      if (!link) throw new Error(`no link in the last of ${mails.length} e-mails`);
      return link;
    },
    close: async () => {
      await serving?.stop();
      await pages?.stop();
      await redis.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
