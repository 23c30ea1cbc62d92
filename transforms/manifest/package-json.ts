import { type Dependency, difference, insertion, isFilled, SHIM_RANGE } from '../edit/dependencies.js';
import type { Edit } from '../edit/edits.js';
import type { Package } from '../project/packages.js';

const BECAUSE = 'the session module needs the shim, and its Redis store ioredis and connect-redis';

const RANGES = {
  '@jwt-to-session/shim': SHIM_RANGE,
  'connect-redis': '^8.1.0',
  ioredis: '^5.11.1',
  jsonwebtoken: '^9.0.3',
  '@types/jsonwebtoken': '^9.0.10',
} as const;

/** Packages and the list of package.json that they belong into. */
export type Needed = { readonly [name in keyof typeof RANGES]?: 'dependencies' | 'devDependencies' };

const ALWAYS: Needed = {
  '@jwt-to-session/shim': 'dependencies',
  'connect-redis': 'dependencies',
  ioredis: 'dependencies',
};

/** Adds what the session module imports to a package.json, its formatting and order kept. */
export function packageJsonEdits(home: Package, more: Needed): Edit[] {
  const needed = { ...ALWAYS, ...more };
  const missing = Object.entries(RANGES).flatMap(([name, range]): Dependency[] => {
    const list = needed[name as keyof typeof RANGES];
    return list && !home.dependencies.has(name) ? [{ name, range, list }] : [];
  });
  const apart = missing.map((one) => insertion(home, one, BECAUSE));
  if (missing.every(({ list }) => isFilled(home, list)) && apart.every(({ start, end }) => start === end))
    return apart;
  // A list that is made, or laid out anew, has all of its entries from the start.
  let after = home.text;
  for (const one of missing) {
    const { start, end, text } = insertion({ ...home, text: after }, one, BECAUSE);
    after = after.slice(0, start) + text + after.slice(end);
  }
  return after === home.text ? [] : [{ file: home.path, ...difference(home.text, after), because: BECAUSE }];
}
