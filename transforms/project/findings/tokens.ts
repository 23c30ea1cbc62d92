import type { NodePath } from '@babel/traverse';
import type { Finding } from '../../words.js';
import { lifetimeOf } from '../acceptance/lifetimes.js';
import { propertyName } from '../definitions.js';
import { usesOf } from '../flow/follow.js';
import { originsOf } from '../flow/origins.js';
import { isolated } from '../isolated.js';
import type { Project } from '../project.js';
import { sideOf } from '../sides.js';
import { isCheck, isMint, type Site } from '../site.js';
import type { Sources } from '../sources.js';
import { at } from './at.js';

/** Login tokens that never end, that nobody checks, or that stand in a URL. */
export function tokenFindings(project: Project): Finding[] {
  return [...endless(project), ...unchecked(project), ...inAddresses(project)];
}

function endless({ sources, sites }: Project): Finding[] {
  return perSite(sources, sites.filter(isMint), (mint) =>
    mint.family === 'session' && lifetimeOf(sources, mint).kind === 'unlimited'
      ? [
          {
            severity: 'warning',
            title: 'A login token never expires',
            detail:
              'It is signed without expiresIn. The session that takes its place ends; the token is accepted until the window closes.',
            ...at(sources, mint.path),
          },
        ]
      : [],
  );
}

function unchecked({ sources, sites }: Project): Finding[] {
  const reads = sites.filter(({ role }) => role === 'read');
  const verifying = sites.filter(isCheck).filter(({ kind }) => kind === 'verify');
  const decoding = sites
    .filter(isCheck)
    .filter(({ kind, family }) => kind === 'decode' && family === 'session')
    .filter(({ path }) => !verifying.some((verify) => goesWith(verify.path, path)));
  return perSite(sources, decoding, ({ file, path, token }) =>
    sideOf(sources, file) === 'server' && token && reads.some((read) => comesFrom(sources, token, read.path))
      ? [
          {
            severity: 'error',
            title: 'A token is believed without a check',
            detail:
              'It is decoded and its signature is not checked: anybody can write himself one. The shim accepts only tokens whose signature holds. Whoever came in by a token of another service is a guest from install on, until its signature is checked with the keys of that service where it comes in, and startSession() called.',
            ...at(sources, path),
          },
        ]
      : [],
  );
}

/** Whether a token that is decoded is verified too: in the same function, and not on the other branch of a condition. */
function goesWith(verify: NodePath, decode: NodePath): boolean {
  const owner = decode.getFunctionParent();
  if (verify.getFunctionParent()?.node !== owner?.node) return false;
  const common = verify.findParent((above) => decode.isDescendant(above));
  const isBranch = (path: NodePath) => path.key === 'consequent' || path.key === 'alternate';
  const [one, other] = [verify, decode].map((path) =>
    path.find((above) => above.parentPath === common && isBranch(above)),
  );
  return !one || !other || one === other;
}

function perSite<S extends Site>(
  sources: Sources,
  sites: readonly S[],
  find: (site: S) => Finding[],
): Finding[] {
  return sites.flatMap((site) => isolated(sources, [site.file], () => find(site)));
}

/** Whether a token is what a read takes from the request. */
function comesFrom(sources: Sources, token: NodePath, read: NodePath): boolean {
  return originsOf(sources, token).some(
    ({ path }) => path.node === read.node || path.isDescendant(read) || read.isDescendant(path),
  );
}

function inAddresses({ sources, sites }: Project): Finding[] {
  const detail = 'Addresses end in logs, histories and Referer headers. A session cookie does not.';
  const reads = sites.flatMap((site): Finding[] =>
    site.role === 'read' && site.kind === 'request' && site.family === 'session' && site.place.in === 'query'
      ? [
          {
            severity: 'warning',
            title: 'A login token is taken from the URL',
            detail,
            ...at(sources, site.path),
          },
        ]
      : [],
  );
  const redirects = perSite(sources, sites.filter(isMint), (mint) => {
    if (mint.family !== 'session') return [];
    return usesOf(sources, mint.path).flatMap(({ path }): Finding[] => {
      const call = path.parentPath;
      const redirected = call?.isCallExpression() && propertyName(call.node.callee) === 'redirect';
      return redirected
        ? [{ severity: 'warning', title: 'A login token is put into a URL', detail, ...at(sources, path) }]
        : [];
    });
  });
  return [...reads, ...redirects];
}
