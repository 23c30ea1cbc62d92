import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { propertyOf } from '../acceptance/doors.js';
import { type CallPath, callsOf } from '../callers.js';
import { SHIM } from '../shim.js';
import type { PresentSite, Site } from '../site.js';
import type { Sources } from '../sources.js';

/** The calls that set the shim up. What signs or names a key in their options is the shim's affair, and no site. */
export function shimCalls(sources: Sources): CallPath[] {
  return sources
    .mentioning(SHIM)
    .filter((file) => !file.test && file.text.includes('cutover'))
    .flatMap((file) => callsOf(sources, file))
    .filter(
      ({ callee }) => callee.kind === 'package' && callee.module === SHIM && callee.name.at(-1) === 'cutover',
    )
    .map(({ path }) => path);
}

/** Whether a site is within the shim's options, or imports what only they use. */
export function isOfShim(site: Site, calls: readonly CallPath[]): boolean {
  const inside = (path: NodePath) => calls.some((call) => path.isDescendant(call));
  if (site.kind !== 'import') return inside(site.path);
  const holder = site.path.isImportDeclaration()
    ? site.path
    : site.path.findParent((above) => above.isVariableDeclarator());
  const names = holder ? Object.keys(t.getBindingIdentifiers(holder.node)) : [];
  const references = names.flatMap((name) => site.path.scope.getBinding(name)?.referencePaths ?? []);
  return references.length > 0 && references.every(inside);
}

/** Finds where the shim's options hand the old checks a JWT. */
export function presentSites(sources: Sources, calls: readonly CallPath[]): PresentSite[] {
  return calls.flatMap((call): PresentSite[] => {
    const [options] = call.get('arguments') as NodePath[];
    const legacy = options && propertyOf(sources, options, 'legacy');
    const present = legacy && propertyOf(sources, legacy, 'present');
    const path = present?.isObjectMethod() ? present : present?.parentPath;
    if (!path) return [];
    const evidence = 'it signs a JWT for code that still reads one';
    const file = sources.fileOf(call);
    return [{ role: 'configure', kind: 'present', family: 'session', evidence, file, path }];
  });
}
