import pc from 'picocolors';
import type { Colours } from '../transforms/report/colours.js';

/**
 * The colours of a stream: those of a terminal, none for a pipe or a file. `NO_COLOR` switches them off and
 * `FORCE_COLOR` on (`0` and `false` off), as https://no-color.org and https://force-color.org ask for.
 */
export function colours(stream: { isTTY?: boolean }, env = process.env): Colours {
  return pc.createColors(wanted(stream, env));
}

function wanted(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR) return false;
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && env.TERM !== 'dumb';
}
