import { spawnSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folders whose files are rules. */
const FOLDERS = ['manifest', 'server', 'client'] as const;

/** The text of transforms/registry.ts for the rules that are there: every file that exports a `rule`. */
export async function registryText(root: string): Promise<string> {
  const ids: string[] = [];
  for (const folder of FOLDERS) {
    const names = await readdir(join(root, 'transforms', folder)).catch(() => []);
    for (const name of names.filter((one) => one.endsWith('.ts')).sort()) {
      const text = await readFile(join(root, 'transforms', folder, name), 'utf8');
      if (/^export const rule\b/m.test(text)) ids.push(`${folder}/${name.slice(0, -3)}`);
    }
  }
  const variable = (id: string) => id.replace(/[/-](\w)/g, (_, letter: string) => letter.toUpperCase());
  const text = [
    '// Written by `npm run registry` from the folders: do not edit.',
    ...ids.map((id) => `import { rule as ${variable(id)} } from './${id}.js';`),
    "import type { RegisteredRule } from './rule.js';",
    '',
    '/** Every rule under its name, in the order of the folders. */',
    'export const RULES: readonly RegisteredRule[] = [',
    ...ids.map((id) => `  { id: '${id}', rule: ${variable(id)} },`),
    '];',
    '',
  ].join('\n');
  return formatted(root, text);
}

/** As the formatter leaves it, which is also in the order that it wants imports in. */
function formatted(root: string, text: string): string {
  const biome = join(root, 'node_modules/.bin/biome');
  const given = ['check', '--write', '--stdin-file-path=transforms/registry.ts'];
  const run = spawnSync(biome, given, { cwd: root, input: text, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`biome could not format the registry: ${run.stderr || run.error}`);
  return run.stdout;
}

const root = join(import.meta.dirname, import.meta.dirname.includes('/dist/') ? '../..' : '..');
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(join(root, 'transforms/registry.ts'), await registryText(root));
}
