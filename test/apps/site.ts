import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type RunningServer, startServer } from '../../scripts/bundled-application.js';
import { startRedis } from '../services/redis.js';
import { type Application, outerEnvironment } from './application.js';

/** A site as its visitors know it: one address and one database, behind which versions come and go. */
export interface Site {
  readonly origin: string;
  readonly redis: string;
  /** Replaces the version that serves; the client may be that of another version. */
  deploy(server: Application, client?: Application): Promise<RunningServer>;
  /** The link in the last e-mail that went out. */
  lastMailedLink(): Promise<string>;
  close(): Promise<void>;
}

/** The secret that the JWTs of every version are signed with. */
export const JWT_SECRET = 'the secret of the notes application';

export async function openSite(): Promise<Site> {
  const redis = await startRedis();
  const dataFolder = await mkdtemp(join(tmpdir(), 'site-'));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const outbox = join(dataFolder, 'outbox.jsonl');
  const env = {
    ...outerEnvironment(),
    PORT: String(port),
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
  return {
    origin,
    redis: redis.url,
    deploy: async (server, client = server) => {
      await serving?.stop();
      serving = await startServer(join(server.folder, 'server'), { ...env, CLIENT_DIST: client.clientDist });
      return serving;
    },
    lastMailedLink: async () => {
      const mails = (await readFile(outbox, 'utf8')).trim().split('\n');
      const link = /https?:\/\/[^\s"]+/.exec(mails.at(-1) ?? '')?.[0];
      if (!link) throw new Error(`no link in the last of ${mails.length} e-mails`);
      return link;
    },
    close: async () => {
      await serving?.stop();
      await redis.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
