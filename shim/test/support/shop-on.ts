import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The shop as a process of its own, on a store as `shop-process.mjs` describes it. */
export async function startShop(store: object): Promise<{ base: string; child: ChildProcess }> {
  const child = fork(join(import.meta.dirname, 'shop-process.mjs'), [JSON.stringify(store)]);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the shop ended with ${code} before it listened`);
  });
  const [base] = await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => {});
  return { base: String(base), child };
}
