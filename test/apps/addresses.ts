import { freePort } from '../../scripts/bundled-application.js';

/** Where visitors find a site. */
export interface Addresses {
  readonly pages: string;
  /** Its API: the same address where the server serves the pages too. */
  readonly api: string;
}

/** Addresses that nobody listens at. */
export async function freeAddresses(apart: boolean): Promise<Addresses> {
  const pages = `http://127.0.0.1:${await freePort()}`;
  return { pages, api: apart ? `http://127.0.0.1:${await freePort()}` : pages };
}
