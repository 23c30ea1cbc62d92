import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../services/port.js';
import { startRedis } from '../services/redis.js';
import type { Application } from './application.js';
import { type Deployment, type RunningServer, startServer } from './server.js';

/** A site as its visitors know it: one address and one database, behind which versions come and go. */
export interface Site {
  readonly origin: string;
  readonly deployment: Deployment;
  /** Replaces the version that serves; the client may be that of another version. */
  deploy(server: Application, client?: Application): Promise<RunningServer>;
  close(): Promise<void>;
}

export async function openSite(): Promise<Site> {
  const redis = await startRedis();
  const dataFolder = await mkdtemp(join(tmpdir(), 'site-'));
  const deployment = { port: await freePort(), dataFolder, redis: redis.url };
  let serving: RunningServer | undefined;
  return {
    origin: `http://127.0.0.1:${deployment.port}`,
    deployment,
    deploy: async (server, client = server) => {
      await serving?.stop();
      serving = await startServer(server, deployment, client);
      return serving;
    },
    close: async () => {
      await serving?.stop();
      await redis.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
