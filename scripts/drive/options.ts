import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';

/** What every command that drives applications is told; `.parse()` reads it. */
export function drivingOptions() {
  return yargs(hideBin(process.argv))
    .usage('$0 <checkout..>')
    .option('mongo', {
      type: 'string',
      describe: 'script that serves the MongoDB protocol on the port it is given',
    })
    .option('folder', {
      type: 'string',
      describe: 'where the copies go; kept between runs, so that npm installs once',
    })
    .demandCommand(1)
    .strict();
}
