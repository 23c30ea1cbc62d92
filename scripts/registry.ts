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
  return [
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
}

const root = join(import.meta.dirname, import.meta.dirname.includes('/dist/') ? '../..' : '..');
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(join(root, 'transforms/registry.ts'), await registryText(root));
}
