import { createRequire } from 'node:module';

/**
 * Loads a package that only some applications need: ours, or the application's.
 * @param asker what needs it, for the message
 * @throws when it is installed in neither place
 */
export function requireFor(name: string, asker: string): NodeJS.Require {
  for (const from of [__filename, `${process.cwd()}/package.json`]) {
    const load = createRequire(from);
    try {
      load.resolve(name);
    } catch {
      continue;
    }
    return load;
  }
  throw new Error(`${asker} needs the package "${name}": npm install ${name}`);
}
