#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { migrateCommand } from './commands/migrate.js';
import { scanCommand } from './commands/scan.js';
import { type Failure, failureOf } from './failure.js';
import { UsageError, withSuggestion } from './usage.js';

// A reader that goes away (`| head`) ends the printing, not the work: a run that writes files must not stop halfway.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const { version }: { version: string } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);
const line = yargs(hideBin(process.argv));

line
  .scriptName('jwt-to-session')
  .locale('en')
  .usage('$0 <command> [dir]\n\nMoves an application off JWT logins onto server-side sessions.')
  .command(scanCommand)
  .command(migrateCommand)
  .demandCommand(1, 'Name a command: scan or migrate.')
  .recommendCommands()
  .strict()
  .version(version)
  .help()
  .alias({ h: 'help', v: 'version' })
  .example('$0 scan .', 'what handles a token, and what would become of it')
  .example('$0 migrate . --step install', 'the changes of the first step, as a diff')
  .example('$0 migrate . --step install --write', 'the same, written to disk')
  .wrap(Math.min(100, line.terminalWidth()))
  .exitProcess(false)
  .fail((message: string | null, error: Error | undefined) => {
    // What yargs itself finds wrong comes as a message, or as an error of its own kind.
    if (error && error.name !== 'YError') throw error;
    throw new UsageError(withSuggestion(message ?? error?.message ?? 'wrong usage'));
  });

try {
  await line.parseAsync();
} catch (error) {
  const failure: Failure = failureOf(error);
  process.stderr.write(`jwt-to-session: ${failure.message}\n`);
  process.exitCode = failure.status;
}
