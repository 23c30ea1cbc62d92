import leven from 'leven';

/** The command line was called in a way that it does not know. Exit status 2. */
export class UsageError extends Error {
  readonly code = 'WRONG_USAGE';
}

/** The option names that a mistyped one is compared with. */
const OPTIONS = ['step', 'write', 'yes', 'check', 'patch', 'format', 'allow-dirty', 'help', 'version'];

/** The word that was probably meant, if one of those that exist is close. */
export function closest(word: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((name) => ({ name, distance: leven(word.toLowerCase(), name) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length / 2)))
    .sort((a, b) => a.distance - b.distance);
  return best?.name;
}

/** Rephrases what yargs says of an unknown argument, with the option that was probably meant. */
export function withSuggestion(message: string): string {
  const command = /^Did you mean (\w+)\?$/.exec(message)?.[1];
  if (command) return `there is no such command. Did you mean ${command}?`;
  const missing = /^Not enough arguments following: (\S+)$/.exec(message)?.[1];
  if (missing) return `--${missing} needs a value`;
  const unknown = /^Unknown (?:arguments?|commands?): (.+)$/.exec(message)?.[1];
  if (unknown === undefined) return `${message}\nRun jwt-to-session --help to see what there is.`;
  const [first = ''] = unknown.split(', ');
  const meant = closest(first, OPTIONS);
  const hint = meant ? `Did you mean --${meant}?` : 'Run jwt-to-session --help to see what there is.';
  return `unknown argument ${first}. ${hint}`;
}
