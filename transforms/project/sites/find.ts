import { isolated } from '../isolated.js';
import type { Knowledge } from '../project.js';
import { isOfPage, sideOf } from '../sides.js';
import { type CheckSite, type DecodeSite, isCheck, isMint, type ReadSite, type Site } from '../site.js';
import { positionKey, type SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import { applicationSites } from './applications.js';
import { browserSites, outgoingSites } from './browser.js';
import { gatewaySites } from './gateways.js';
import { handedNothingSites } from './handed-nothing.js';
import { handedOnSites } from './handed-on.js';
import { importSites } from './imports.js';
import { sitesByKind } from './kinds.js';
import { librarySites } from './libraries.js';
import { LOGOUT_WORDS, logoutSites } from './logouts.js';
import { opaqueTokenSites } from './opaque-tokens.js';
import { libraryCallSites, OTHER_LIBRARIES } from './other-libraries.js';
import { isOfShim, presentSites, shimCalls } from './present.js';
import { refreshRecordSites } from './refresh-records.js';
import { requestSites, sameReadSites } from './requests.js';
import { clearCookieSites, responseSites } from './responses.js';
import { socketOpeningSites } from './socket-openings.js';
import { testSites } from './tests.js';
import { everywhereSites, tokenLookUpSites } from './token-lookups.js';
import { tokenRecordSites } from './token-records.js';
import { toldHeaderSites } from './told-headers.js';

/** Finds every site of an application, file by file in the order of their paths. */
export function findSites(sources: Sources, knowledge: Knowledge): Site[] {
  const libraries = new Set([
    ...knowledge.signatures.map((signature) => signature.package),
    ...OTHER_LIBRARIES,
    'express-jwt',
    'passport-jwt',
  ]);
  const files = sources.mentioning(...knowledge.hints).filter((file) => !file.test);
  const inFile = <T>(file: SourceFile, find: () => readonly T[]) => isolated(sources, [file], find);
  const shim = shimCalls(sources);
  const isOurs = (site: Site) => isOfShim(site, shim);
  const called = files
    .flatMap((file) => inFile(file, () => librarySites(sources, file, knowledge.signatures)))
    .filter((site) => !isOurs(site))
    .flatMap((site) => sitesByKind(sources, site));
  const sites: Site[] = [...called];
  const checks = called.filter(isCheck);
  const known = files.flatMap((file) =>
    inFile<Site>(file, () => [
      ...importSites(file, libraries),
      ...gatewaySites(sources, file),
      ...libraryCallSites(sources, file, called),
    ]),
  );
  sites.push(...known.filter((site) => !isOurs(site)));
  const gateways = sites.filter((site) => site.kind === 'gateway');
  for (const file of files) {
    if (sideOf(sources, file) === 'client') continue;
    sites.push(
      ...inFile<Site>(file, () => [
        ...requestSites(sources, file, checks, gateways),
        ...outgoingSites(sources, file),
        ...handedOnSites(sources, file, knowledge.signatures),
      ]),
    );
  }
  sites.push(...opaqueTokenSites(sources, sites).filter((site) => !isOurs(site)));
  sites.push(...sameReadSites(sources, sites.filter(isRead)));
  sites.push(...wayOutSites(sources, sites));
  const lookUps = tokenLookUpSites(sources, sites);
  sites.push(...lookUps, ...everywhereSites(sources, lookUps), ...tokenRecordSites(sources, sites));
  sites.push(...refreshRecordSites(sources, sites));
  sites.push(...applicationSites(sources, sites));
  sites.push(...socketOpeningSites(sources, sites), ...toldHeaderSites(sites));
  const inBrowser = browserSites(sources, sites);
  sites.push(...presentSites(sources, shim), ...inBrowser);
  if (sites.some(isMint)) sites.push(...testSites(sources, sites));
  return withoutTwins(sites, inBrowser).sort((a, b) =>
    positionKey(a.file, a.path.node).localeCompare(positionKey(b.file, b.path.node)),
  );
}

/** A browser's own sites stand for what a server's would be at the same place: there is no request in a page. */
function withoutTwins(sites: readonly Site[], inBrowser: readonly Site[]): Site[] {
  const browser = new Set(inBrowser);
  const decoded = new Set(
    inBrowser.filter(({ kind }) => kind === 'browser-decode').map(({ path }) => path.node),
  );
  return sites
    .filter((site) => browser.has(site) || !decoded.has(site.path.node))
    .map((site) => (isCheck(site) && isOfPage(site.file) ? inPage(site) : site));
}

function inPage({ kind, library, role, family, evidence, file, path }: CheckSite): DecodeSite {
  const form = kind === 'verify' ? 'verified' : 'claims';
  return { kind: 'browser-decode', role, family, evidence, file, path, library, form, chain: [] };
}

function isRead(site: Site): site is ReadSite {
  return site.role === 'read' && site.kind === 'request';
}

/** Where tokens leave the server, and where they are given up. */
function wayOutSites(sources: Sources, sites: readonly Site[]): Site[] {
  const responses = responseSites(sources, sites.filter(isMint));
  const reads = sites.filter(isRead);
  if (!responses.length && !reads.length) return responses;
  const cleared = sources
    .mentioning('clearCookie', '.cookie(', 'Set-Cookie', 'set-cookie')
    .filter((file) => !file.test)
    .flatMap((file) => isolated(sources, [file], () => clearCookieSites(sources, file, responses, reads)));
  const routing = sources.mentioning(...LOGOUT_WORDS);
  const logouts = logoutSites(
    sources,
    routing.filter((file) => !file.test && sideOf(sources, file) !== 'client'),
  );
  return [...responses, ...cleared, ...handedNothingSites(sources, responses), ...logouts];
}
