import { relative, resolve } from 'node:path';
import type { Argv, CommandModule } from 'yargs';
import type { Work } from '../../transforms/disk/git.js';
import { isChanged } from '../../transforms/report/changed.js';
import type { Outcome } from '../../transforms/words.js';
import { colours } from '../colours.js';
import { commonOf, single, withCommon } from '../options.js';
import { UsageError } from '../usage.js';

interface Arguments {
  readonly dir: string;
  readonly step: string;
  readonly format: string;
  readonly write: boolean;
  readonly yes: boolean;
  readonly check: boolean;
  readonly patch: string | undefined;
  readonly 'allow-dirty': boolean;
  readonly 'same-site': boolean;
}

/** `migrate [dir]`: the diff of the steps asked for; with `--write`, the change itself. */
export const migrateCommand: CommandModule<object, Arguments> = {
  command: 'migrate [dir]',
  describe: 'show what the steps change, as a diff; --write changes it',
  builder: (line) =>
    withCommon(line)
      .option('write', { type: 'boolean', default: false, describe: 'write the changes to disk' })
      .option('yes', { type: 'boolean', default: false, describe: 'write without asking' })
      .option('check', { type: 'boolean', default: false, describe: 'exit with 1 if something would change' })
      .option('patch', { type: 'string', requiresArg: true, describe: 'put the diff into this file' })
      .option('allow-dirty', {
        type: 'boolean',
        default: false,
        describe: 'write over files that have changes which are not committed',
      })
      .option('same-site', {
        type: 'boolean',
        default: false,
        describe: 'pages and API are under one site, or a proxy stands between, whatever the code says',
      }) satisfies Argv<object>,
  handler: async (given) => {
    const { root, steps, format } = commonOf(given);
    const patch = single('patch', given.patch);
    if (given.write && given.check) {
      throw new UsageError('--check changes nothing and --write does: give one of them');
    }
    if (given.write && !given.yes && !mayAsk()) {
      throw new UsageError(
        'writing asks first, and there is no terminal to ask on: add --yes to write without being asked',
      );
    }
    const { migrate } = await import('../../transforms/migrate.js');
    const outcome = await migrate({ root, steps, sameSite: given['same-site'] });
    if (patch !== undefined) await writePatch(outcome, resolve(patch));
    const work = given.write ? await write(outcome, given.yes, given['allow-dirty']) : undefined;
    const doing = work ? 'written' : 'dry run';
    const repository = work !== 'no repository';
    if (format === 'json') {
      const { jsonReport } = await import('../../transforms/report/json.js');
      process.stdout.write(jsonReport(outcome));
    } else {
      const { prettyReport } = await import('../../transforms/report/pretty.js');
      const { diffOf } = await import('../../transforms/report/diff.js');
      const palette = colours(process.stdout);
      const diff = given.write ? '' : diffOf(outcome, palette);
      if (diff) process.stdout.write(`${diff}\n`);
      process.stdout.write(prettyReport(outcome, { colours: palette, doing, dir: given.dir, repository }));
    }
    if (given.check && outcome.files.some(isChanged)) {
      process.exitCode = 1;
    }
    if (outcome.findings.some((finding) => finding.stops)) process.exitCode = 1;
  },
};

function mayAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

async function writePatch(outcome: Outcome, path: string): Promise<void> {
  const { patchOf } = await import('../../transforms/report/diff.js');
  const { writePatchFile } = await import('../../transforms/disk/write.js');
  await writePatchFile(path, patchOf(outcome));
  process.stderr.write(`The diff is in ${relative('', path) || path}.\n`);
}

/** Writes what changed after all that stands in the way is cleared. Returns what git has of the files before. */
async function write(outcome: Outcome, yes: boolean, allowDirty: boolean): Promise<Work> {
  const changed = outcome.files.filter(isChanged);
  if (!changed.length) return 'committed';
  const { assertCommitted } = await import('../../transforms/disk/git.js');
  const { writeFiles } = await import('../../transforms/disk/write.js');
  const work = await assertCommitted(outcome.root, changed, allowDirty);
  if (!yes) {
    const { confirmWrite } = await import('../ask.js');
    await confirmWrite(outcome, changed, work);
  }
  await writeFiles(outcome.root, changed);
  if (work === 'no repository') {
    process.stderr.write(
      'This folder is in no git repository: only a copy of yours tells what the files were before.\n',
    );
  }
  return work;
}
