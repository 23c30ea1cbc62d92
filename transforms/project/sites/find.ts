import type { Knowledge } from '../project.js';
import { sideOf } from '../sides.js';
import { isCheck, type Site } from '../site.js';
import { positionKey } from '../source.js';
import type { Sources } from '../sources.js';
import { applicationSites } from './applications.js';
import { importSites } from './imports.js';
import { librarySites } from './libraries.js';
import { isOfShim, presentSites, shimCalls } from './present.js';
import { requestSites } from './requests.js';

/** Finds every site of an application, file by file in the order of their paths. */
export function findSites(sources: Sources, knowledge: Knowledge): Site[] {
  const libraries = new Set(knowledge.signatures.map((signature) => signature.package));
  const files = sources.mentioning(...knowledge.hints).filter((file) => !file.test);
  const shim = shimCalls(sources);
  const sites: Site[] = files
    .flatMap((file) => librarySites(sources, file, knowledge.signatures))
    .filter((site) => !isOfShim(site, shim));
  const checks = sites.filter(isCheck);
  for (const file of files) {
    sites.push(...importSites(file, libraries).filter((site) => !isOfShim(site, shim)));
    if (sideOf(sources, file) !== 'client') sites.push(...requestSites(sources, file, checks));
  }
  sites.push(...applicationSites(sources, sites));
  sites.push(...presentSites(sources, shim));
  return sites.sort((a, b) =>
    positionKey(a.file, a.path.node).localeCompare(positionKey(b.file, b.path.node)),
  );
}
