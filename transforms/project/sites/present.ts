import type { NodePath } from '@babel/traverse';
import { propertyOf } from '../acceptance/doors.js';
import { callsOf } from '../callers.js';
import type { PresentSite } from '../site.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';

const SHIM = '@jwt-to-session/shim';

/** Whether a file is a session module: it calls the shim's `cutover`. What signs or checks there is the shim's affair. */
export function isSessionModule(file: SourceFile): boolean {
  return file.text.includes(SHIM) && /\bcutover\b/.test(file.text);
}

/** Finds where a session module hands the old checks a JWT. */
export function presentSites(sources: Sources, file: SourceFile): PresentSite[] {
  return callsOf(sources, file).flatMap(({ path, callee }): PresentSite[] => {
    if (callee.kind !== 'package' || callee.module !== SHIM || callee.name.at(-1) !== 'cutover') return [];
    const [options] = path.get('arguments') as NodePath[];
    const legacy = options && propertyOf(sources, options, 'legacy');
    const present = legacy && propertyOf(sources, legacy, 'present');
    const property = present?.isObjectMethod() ? present : present?.parentPath;
    if (!property) return [];
    const evidence = 'it signs a JWT for code that still reads one';
    return [{ role: 'configure', kind: 'present', family: 'session', evidence, file, path: property }];
  });
}
