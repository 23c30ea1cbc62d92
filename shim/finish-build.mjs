// Finishes what tsc has written to dist/.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

const dist = new URL('./dist/', import.meta.url).pathname;

// Jest before 27 runs applications' tests and knows Node's own modules by their bare names only.
for (const name of await readdir(dist, { recursive: true })) {
  if (!name.endsWith('.js')) continue;
  const path = join(dist, name);
  const text = await readFile(path, 'utf8');
  const bare = text.replace(/require\("node:/g, 'require("');
  if (bare !== text) await writeFile(path, bare);
}

// TypeScript before 4.5 knows no `type` in front of a single name, and older types of Node no `node:` in theirs.
for (const name of await readdir(dist, { recursive: true })) {
  if (!/\.d\.m?ts$/.test(name)) continue;
  const path = join(dist, name);
  const text = await readFile(path, 'utf8');
  const plain = text
    .replace(/from 'node:/g, "from '")
    .replace(/^(import|export) (\w+, )?\{ (.*?) \} from ('.*?');$/gm, apart);
  if (plain !== text) await writeFile(path, plain);
}

// Types of jsonwebtoken come with those of Node, which have no place in the browser's side of an application: what
// this package's own types speak of is written out.
const spoken = join(dist, 'jsonwebtoken-types.d.ts');
await writeFile(spoken, await readFile(new URL('./jsonwebtoken-types.txt', import.meta.url), 'utf8'));
for (const name of await readdir(dist, { recursive: true })) {
  if (!/\.d\.m?ts$/.test(name) || name.startsWith('client')) continue;
  const path = join(dist, name);
  const text = await readFile(path, 'utf8');
  const beside = relative(dirname(path), spoken)
    .replace(/\.d\.ts$/, '.js')
    .replace(/^(?!\.)/, './');
  const own = text.replaceAll("from 'jsonwebtoken'", `from '${beside}'`);
  if (own !== text) await writeFile(path, own);
}

/** Names of types in a statement of their own. */
function apart(statement, word, whole, list, from) {
  const names = list.split(/, ?/).filter(Boolean);
  const types = names.filter((one) => one.startsWith('type ')).map((one) => one.slice(5));
  const values = names.filter((one) => !one.startsWith('type '));
  if (!types.length) return statement;
  const lines = [`${word} type { ${types.join(', ')} } from ${from};`];
  if (values.length) lines.push(`${word} ${whole ?? ''}{ ${values.join(', ')} } from ${from};`);
  else if (whole) lines.push(`${word} ${whole.replace(', ', '')} from ${from};`);
  return lines.join('\n');
}

const browserModule = { type: 'module', sideEffects: false };
await writeFile(join(dist, 'client/module/package.json'), JSON.stringify(browserModule));
