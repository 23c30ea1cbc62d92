import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import { migrate } from '../transforms/migrate.js';
import { RULES } from '../transforms/registry.js';

/**
 * Writes what the rules make of fixtures' inputs as their expected output, and prints it: to be read before it
 * is committed. `npm run accept-fixture server/sign/rewritten-wrapper …`
 */
const root = join(import.meta.dirname, '../..');
for (const path of process.argv.slice(2)) {
  const [folder, name, fixture] = path.split('/');
  const id = `${folder}/${name}`;
  const owner = RULES.find((one) => one.id === id);
  if (!owner || !fixture) {
    console.error(`${path} is no fixture of a rule: give <folder>/<rule>/<fixture>`);
    process.exit(2);
  }
  const at = join(root, 'fixtures', path);
  const today = new Date('2026-01-01T00:00:00Z');
  const outcome = await migrate({ root: join(at, 'input'), steps: [owner.rule.step], today });
  await rm(join(at, 'expected'), { recursive: true, force: true });
  for (const file of outcome.files) {
    if (file.status === 'deleted') continue;
    if (file.after === undefined) throw new Error(`${path}: ${file.path} did not parse: ${file.reason}`);
    await mkdir(dirname(join(at, 'expected', file.path)), { recursive: true });
    await writeFile(join(at, 'expected', file.path), file.after);
    if (file.before !== file.after)
      console.log(createTwoFilesPatch(file.path, file.path, file.before ?? '', file.after));
  }
  const sites = outcome.sites.filter((site) => site.rule === id);
  for (const site of sites)
    console.log(`${site.file}:${site.line} ${site.role} ${site.action}: ${site.reason}`);
  const listed = sites.map(({ file, line, role, action }) => ({ file, line, role, action }));
  await writeFile(join(at, 'sites.json'), `${JSON.stringify(listed, null, 2)}\n`);
  // Only fixtures that are about findings list them.
  const findings = join(at, 'findings.json');
  if (await readFile(findings).catch(() => undefined)) {
    const told = outcome.findings.map(({ file, line, severity, title }) => ({ file, line, severity, title }));
    await writeFile(findings, `${JSON.stringify(told, null, 2)}\n`);
  }
}
