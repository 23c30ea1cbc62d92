import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { migrate } from '../../transforms/migrate.js';
import { parseSource } from '../../transforms/project/parse.js';
import { RULES } from '../../transforms/registry.js';
import type { Finding, Outcome, ReportedSite } from '../../transforms/words.js';

const FIXTURES = join(import.meta.dirname, '../../fixtures');
const TODAY = new Date('2026-01-01T00:00:00Z');

for (const { id, rule } of RULES) {
  describe(id, async () => {
    for (const name of await foldersIn(join(FIXTURES, id))) {
      const folder = join(FIXTURES, id, name);
      const run = (root: string) => migrate({ root, steps: [rule.step], today: TODAY });

      test(`${id}/${name}`, async () => {
        const outcome = await run(join(folder, 'input'));
        expect(resultOf(outcome)).toEqual(await filesIn(join(folder, 'expected')));
        expect(outcome.sites.filter((site) => site.rule === id).map(listed)).toEqual(
          JSON.parse(await readFile(join(folder, 'sites.json'), 'utf8')),
        );
        expect(undefinedNames(outcome)).toEqual([]);
        expect(notAccepted(outcome)).toEqual([]);
        expect(outcome.sites.filter(({ reason }) => reason.startsWith('nothing was changed here'))).toEqual(
          [],
        );
        const findings = await readFile(join(folder, 'findings.json'), 'utf8').catch(() => undefined);
        if (findings !== undefined) expect(outcome.findings.map(found)).toEqual(JSON.parse(findings));
      });

      test(`${id}/${name} is left alone by a second run`, async () => {
        const copy = await mkdtemp(join(tmpdir(), 'fixture-'));
        try {
          await cp(join(folder, 'expected'), copy, { recursive: true });
          const again = await run(copy);
          expect(again.files.filter((file) => file.status !== 'unchanged').map((file) => file.path)).toEqual(
            [],
          );
        } finally {
          await rm(copy, { recursive: true });
        }
      });
    }
  });
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

async function filesIn(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  return Object.fromEntries(paths.map((path, index) => [path.slice(folder.length + 1), texts[index] ?? '']));
}

function resultOf(outcome: Outcome): Record<string, string> {
  return Object.fromEntries(
    outcome.files
      .filter(({ status }) => status !== 'deleted')
      .map((file) => [file.path, file.after ?? `did not parse: ${file.reason}`]),
  );
}

function listed({ file, line, role, action }: ReportedSite) {
  return { file, line, role, action };
}

function found({ file, line, severity, title }: Finding) {
  return { file, line, severity, title };
}

/** Names that the output uses without defining them, and that the input did not use so. */
function undefinedNames(outcome: Outcome): string[] {
  return outcome.files
    .filter((file) => file.status === 'modified' && /\.(?:[cm]?[jt]sx?|vue|svelte)$/.test(file.path))
    .flatMap((file) => {
      const before = globalsOf(file.path, file.before ?? '');
      return [...globalsOf(file.path, file.after ?? '')].filter(
        (name) => !before.has(name) && name !== 'require' && !Reflect.has(globalThis, name),
      );
    });
}

/** Files of which it is said that they accept the session of a login, and that do not. */
function notAccepted(outcome: Outcome): string[] {
  const said = outcome.sites.filter(
    ({ rule, action }) => rule === 'client/login-answer' && action === 'rewritten',
  );
  return said.flatMap(({ file }) => {
    const text = outcome.files.find(({ path }) => path === file)?.after ?? '';
    // Once in its import, once where it is called.
    return text.split('acceptSession').length > 2 ? [] : [file];
  });
}

function globalsOf(path: string, text: string): Set<string> {
  const { program } = parseSource(path, text);
  return new Set(Object.keys(Reflect.get(program.scope, 'globals')));
}
