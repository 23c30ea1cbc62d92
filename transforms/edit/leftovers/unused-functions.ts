import { callersOf, namesOf } from '../../project/callers.js';
import type { SourceFile } from '../../project/source.js';
import type { Sources } from '../../project/sources.js';
import type { Edit } from '../edits.js';
import { declaredBy } from './hollow-functions.js';
import { type Edited, isMade } from './leftover.js';
import { knownFunction } from './removal.js';

/** `export function getToken()`, which was called for headers that are gone, and which nothing calls any more. */
export function unusedFunctions({ before, sources }: Edited, file: SourceFile): Edit[][] {
  const old = before.at(file.path);
  if (!old) return [];
  const found: Edit[][] = [];
  for (const path of file.paths.values()) {
    if (!path.isFunction() || !isMade({ before, sources }, file, declaredBy(path))) continue;
    const known = knownFunction(sources, path);
    if (!known || known.calls.length || isSpokenOf(sources, file, namesOf(sources, path))) continue;
    const names = namesOf(sources, path).join();
    const called = [...old.paths.values()].some(
      (one) => one.isFunction() && namesOf(before, one).join() === names && callersOf(before, one).length > 0,
    );
    if (called) found.push([...known.removal]);
  }
  return found;
}

/** Whether a name stands anywhere but where it is declared: in the template of a component, a string, a test. */
function isSpokenOf({ listed }: Sources, file: SourceFile, names: readonly string[]): boolean {
  return names.some((name) => {
    const word = new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`, 'g');
    return listed.some(({ path, text }) => (text.match(word)?.length ?? 0) > (path === file.path ? 1 : 0));
  });
}
