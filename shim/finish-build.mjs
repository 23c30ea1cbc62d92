// Finishes what tsc has written to dist/.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const dist = new URL('./dist/', import.meta.url).pathname;

// Jest before 27 runs applications' tests and knows Node's own modules by their bare names only.
for (const name of await readdir(dist, { recursive: true })) {
  if (!name.endsWith('.js')) continue;
  const path = join(dist, name);
  const text = await readFile(path, 'utf8');
  const bare = text.replace(/require\("node:/g, 'require("');
  if (bare !== text) await writeFile(path, bare);
}

const browserModule = { type: 'module', sideEffects: false };
await writeFile(join(dist, 'client/module/package.json'), JSON.stringify(browserModule));
