import { resolve } from 'node:path';
import type { Argv } from 'yargs';
import { STEPS, type Step } from '../transforms/words.js';
import { closest, UsageError } from './usage.js';

/** What every command takes. */
export interface Common {
  readonly root: string;
  readonly steps: readonly Step[];
  readonly format: Format;
}

const FORMATS = ['pretty', 'json'] as const;
export type Format = (typeof FORMATS)[number];

/** Declares the folder, `--step` and `--format`. Their values are checked by `commonOf`. */
export function withCommon(line: Argv) {
  return line
    .positional('dir', { type: 'string', default: '.', describe: "the application's root" })
    .option('step', {
      type: 'string',
      default: 'all',
      requiresArg: true,
      describe: `${[...STEPS, 'all'].join(', ')}; several with commas, or the option again`,
    })
    .option('format', {
      type: 'string',
      default: 'pretty',
      requiresArg: true,
      describe: 'pretty, or json: one JSON document on standard output and nothing else',
    });
}

/**
 * Checks what `withCommon` declared.
 *
 * @throws {UsageError} naming the option and the value
 */
export function commonOf(given: { dir: unknown; step: unknown; format: unknown }): Common {
  const [dir = '.', another] = textsOf(given.dir);
  if (another !== undefined) throw new UsageError(`one folder at a time: ${dir} and ${another} were given`);
  return { root: resolve(dir), steps: stepsOf(textsOf(given.step)), format: formatOf(textsOf(given.format)) };
}

/** The one value of an option that takes one; undefined where it was not given. */
export function single(name: string, value: unknown): string | undefined {
  const [one, another] = textsOf(value);
  if (another !== undefined) throw new UsageError(`--${name} was given twice: ${one} and ${another}`);
  if (one === '') throw new UsageError(`--${name} needs a value`);
  return one;
}

function stepsOf(given: readonly string[]): readonly Step[] {
  const names = given.flatMap((value) => value.split(',')).map((name) => name.trim());
  const known = [...STEPS, 'all'];
  for (const name of names) {
    if (known.includes(name)) continue;
    const meant = closest(name, known);
    const hint = meant ? ` Did you mean ${meant}?` : '';
    throw new UsageError(`--step knows ${known.join(', ')}, not '${name}'.${hint}`);
  }
  return names.includes('all') ? STEPS : STEPS.filter((step) => names.includes(step));
}

function formatOf(given: readonly string[]): Format {
  const value = single('format', given) ?? 'pretty';
  const format = FORMATS.find((known) => known === value);
  if (!format) throw new UsageError(`--format knows ${FORMATS.join(' and ')}, not '${value}'`);
  return format;
}

function textsOf(value: unknown): string[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}
