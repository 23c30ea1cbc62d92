import type { Knowledge } from '../project.js';
import { sideOf } from '../sides.js';
import { isCheck, type Site } from '../site.js';
import { positionKey } from '../source.js';
import type { Sources } from '../sources.js';
import { applicationSites } from './applications.js';
import { importSites } from './imports.js';
import { librarySites } from './libraries.js';
import { isSessionModule, presentSites } from './present.js';
import { requestSites } from './requests.js';

/** Finds every site of an application, file by file in the order of their paths. */
export function findSites(sources: Sources, knowledge: Knowledge): Site[] {
  const libraries = new Set(knowledge.signatures.map((signature) => signature.package));
  const files = sources.mentioning(...knowledge.hints).filter((file) => !file.test && !isSessionModule(file));
  const sites: Site[] = files.flatMap((file) => librarySites(sources, file, knowledge.signatures));
  const checks = sites.filter(isCheck);
  for (const file of files) {
    sites.push(...importSites(file, libraries));
    if (sideOf(sources, file) !== 'client') sites.push(...requestSites(sources, file, checks));
  }
  sites.push(...applicationSites(sources, sites));
  for (const file of sources.mentioning('cutover')) {
    if (isSessionModule(file)) sites.push(...presentSites(sources, file));
  }
  return sites.sort((a, b) =>
    positionKey(a.file, a.path.node).localeCompare(positionKey(b.file, b.path.node)),
  );
}
