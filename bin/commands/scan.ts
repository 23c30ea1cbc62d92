import type { CommandModule } from 'yargs';
import { commonOf, withCommon } from '../options.js';

interface Arguments {
  readonly dir: string;
  readonly step: string;
  readonly format: string;
}

/** `scan [dir]`: every place that handles a token, and what `migrate` would make of it. */
export const scanCommand: CommandModule<object, Arguments> = {
  command: 'scan [dir]',
  describe: 'find every place that handles a token, and say what would become of it',
  builder: withCommon,
  handler: async (given) => {
    const { root, steps, format } = commonOf(given);
    const { migrate } = await import('../../transforms/migrate.js');
    const { colours } = await import('../colours.js');
    const outcome = await migrate({ root, steps });
    if (format === 'json') {
      const { jsonReport } = await import('../../transforms/report/json.js');
      process.stdout.write(jsonReport(outcome));
      return;
    }
    const { prettyReport } = await import('../../transforms/report/pretty.js');
    process.stdout.write(
      prettyReport(outcome, {
        colours: colours(process.stdout),
        doing: 'scan',
        dir: given.dir,
        repository: true,
      }),
    );
  },
};
