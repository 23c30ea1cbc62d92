import type { NodePath } from '@babel/traverse';
import type { Finding } from '../../words.js';
import { callersOf, namesOf } from '../callers.js';
import type { Project } from '../project.js';
import { requestAt, requestNameAt } from '../requests.js';
import { isMint } from '../site.js';
import type { Sources } from '../sources.js';
import { at } from './at.js';
import { testNamed } from './test-named.js';

/** How many functions may stand between a test and the place that signs. */
const FARTHEST = 4;

/** Tests that call what signs a login, in a function that no request is handed to: a session needs one. */
export function testsWithoutRequest({ sources, sites, steps }: Project): Finding[] {
  if (!steps.includes('server')) return [];
  const signs = sites.filter(
    (site) => isMint(site) && site.family === 'session' && requestAt(sources, site.path).how === 'current',
  );
  const calls = new Map<NodePath, string>();
  for (const { path } of signs) collect(sources, path, calls, FARTHEST);
  return [...calls].map(([call, called]) => ({
    severity: 'warning',
    title: `${testNamed(call)} calls ${called} while no request is served`,
    detail:
      'After the step server a session starts where a token was signed: a test that gets that far fails, since it has no request. Let it log in through the application.',
    ...at(sources, call),
  }));
}

/** The calls in tests of the functions that lead to a place. */
function collect(sources: Sources, path: NodePath, calls: Map<NodePath, string>, far: number): void {
  const owner = path.getFunctionParent();
  if (!owner || !far) return;
  const callers = callersOf(sources, owner);
  // What only tests call stays as it is.
  if (far === FARTHEST && callers.every((caller) => sources.fileOf(caller).test)) return;
  for (const caller of callers) {
    if (sources.fileOf(caller).test) calls.set(caller, namesOf(sources, owner)[0] ?? 'a function');
    else if (requestNameAt(caller) === undefined) collect(sources, caller, calls, far - 1);
  }
}
