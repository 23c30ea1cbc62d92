import type { Addresses } from './addresses.js';
import { type Application, bundledApplication } from './application.js';

/** An application on its way off JWTs: a copy for each state that its owner may have deployed. */
export interface Versions {
  /** As it stands, with the client that browsers have cached. */
  readonly original: Application;
  /** After `install`. */
  readonly installed: Application;
  /** After `install` and `server`: browsers still have the old client. */
  readonly served: Application;
  /** After every step, with the new client. */
  readonly whole: Application;
}

export interface PreparedVersions extends Versions {
  remove(): Promise<void>;
}

/** Migrates as its owner would, step by step, each on top of the one before. */
export async function versionsOf(name: string, { pages, api }: Addresses): Promise<PreparedVersions> {
  const original = await bundledApplication(name);
  const installed = await original.copy();
  await installed.migrate('install');
  const served = await installed.copy();
  await served.migrate('server');
  const whole = await installed.copy();
  await whole.migrate('client');
  await whole.migrate('server');
  const other = api === pages ? undefined : api;
  await Promise.all([original.buildClient(other), whole.buildClient(other)]);
  return {
    original,
    installed,
    served,
    whole,
    remove: async () => {
      for (const application of [original, installed, served, whole]) await application.remove();
    },
  };
}
