import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

interface Started {
  readonly base: string;
  readonly child: ChildProcess;
}

/** The shop as a process of its own, on a store as `shop-process.mjs` describes it. */
export function startShop(store: object): Promise<Started> {
  return startProcess('shop-process.mjs', store);
}

/** A file of this folder that listens somewhere and says where. */
export async function startProcess(file: string, options: object): Promise<Started> {
  const child = fork(join(import.meta.dirname, file), [JSON.stringify(options)]);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the shop ended with ${code} before it listened`);
  });
  const [base] = await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => {});
  return { base: String(base), child };
}
