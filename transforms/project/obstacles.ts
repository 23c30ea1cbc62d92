import type { NodePath } from '@babel/traverse';
import { originsOf } from './flow/origins.js';
import type { Project } from './project.js';
import { type CheckSite, isCheck, type ReadSite } from './site.js';
import { textOf } from './source.js';

/** Why no rule may turn a check into a question to the session, in words; undefined where one may. */
export function checkObstacle(site: CheckSite, project: Project): string | undefined {
  if (site.family !== 'session')
    return `it checks a ${site.family} token, which must go together with what mints it: ${site.evidence}`;
  const foreign = foreignOrigin(site, project);
  if (foreign) return `the token does not come with a request that the session serves: ${foreign}`;
  if (/\bcomplete\s*:\s*true/.test(site.options ? textOf(site.file, site.options.node) : ''))
    return 'the header of the token is asked for, and a session has none';
  return undefined;
}

/** Why a token can't be taken off a request: what checks it has to stay. */
export function readObstacle(site: ReadSite, project: Project): string | undefined {
  for (const check of checksOf(site, project)) {
    const obstacle = checkObstacle(check, project);
    if (obstacle) return obstacle;
  }
  return undefined;
}

/** The checks that a token taken from a request goes into. */
export function checksOf(site: ReadSite, { sites }: Project): CheckSite[] {
  return sites
    .filter(isCheck)
    .filter(
      (check) => site.uses.some((use) => isInside(check.token, use.path)) || isInside(check.token, site.path),
    );
}

function isInside(outer: NodePath | undefined, inner: NodePath): boolean {
  return Boolean(outer && (outer.node === inner.node || inner.isDescendant(outer)));
}

/** Where a token comes from that no request carries, in words. */
function foreignOrigin(site: CheckSite, { sources, sites }: Project): string | undefined {
  if (!site.token) return 'no token is given';
  const reads = sites.filter((other) => other.role === 'read');
  for (const { path, trail } of originsOf(sources, site.token)) {
    const isRead = reads.some(
      (read) => read.path.node === path.node || path.isDescendant(read.path) || read.path.isDescendant(path),
    );
    const text = [textOf(sources.fileOf(path), path.node), ...trail].join('.');
    if (isRead || /header|cookie|authorization/i.test(text) || path.isNullLiteral() || path.isStringLiteral())
      continue;
    if (/handshake|socket|ws\b|connectionParams/i.test(text)) return text;
    if (/\.(?:body|query|params)\b/.test(text)) return text;
  }
  return undefined;
}
