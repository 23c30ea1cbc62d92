import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Starts a rule: its file, and the three fixtures that every rule has. */
const id = process.argv[2] ?? '';
const [, folder, name] = /^(server|client|manifest)\/([a-z][a-z0-9-]*)$/.exec(id) ?? [];
if (!folder || !name) {
  console.error('usage: npm run new-rule <server|client|manifest>/<name-in-lower-case>');
  process.exit(2);
}
const root = join(import.meta.dirname, '../..');
const file = join(root, 'transforms', `${id}.ts`);
if (
  await access(file).then(
    () => true,
    () => false,
  )
) {
  console.error(`transforms/${id}.ts is there already: choose another name`);
  process.exit(1);
}

await mkdir(join(root, 'transforms', folder), { recursive: true });
await writeFile(file, ruleText(id, folder === 'manifest' ? 'install' : folder));
for (const fixture of ['rewritten-what', 'rewritten-what-renamed', 'none-what']) {
  for (const side of ['input', 'expected']) {
    const at = join(root, 'fixtures', id, fixture, side);
    await mkdir(at, { recursive: true });
    await writeFile(join(at, 'app.js'), '');
  }
  await writeFile(join(root, 'fixtures', id, fixture, 'sites.json'), '[]\n');
}
console.log(
  `transforms/${id}.ts and fixtures/${id}/ are there. Fill the fixtures in, then the rule, then run`,
);
console.log(`npm run registry && npx vitest run test/rules -t ${id}`);

function ruleText(of: string, step: string): string {
  return `// https://example.org/what-this-rule-knows
import { alone } from '../alone.js';
import type { Edit } from '../edit/edits.js';
import type { Project } from '../project/project.js';
import type { Site } from '../project/site.js';
import type { Decision, Rule } from '../rule.js';

/** \`before\` → \`after\`. */
export const rule: Rule = {
  step: '${step}',
  hints: [],
  knows: [],
  owns: (site): site is Site => false,
  decide,
  edit,
};

function decide(site: Site, _project: Project): Decision {
  return { action: 'manual', reason: site.evidence };
}

function edit(_site: Site, _decision: Decision, _project: Project): readonly Edit[] {
  return [];
}

export default alone('${of}', rule);
export const parser = 'tsx';
`;
}
