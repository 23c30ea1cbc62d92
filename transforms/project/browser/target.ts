import { posix } from 'node:path';
import { getDomain } from 'tldts';
import { clientOriginsOf } from '../client-origins.js';
import { applicationsOf } from '../express/application.js';
import { corsOf } from '../express/cors.js';
import type { ListedFile } from '../files.js';
import { folderAt } from '../packages.js';
import type { Sources } from '../sources.js';
import type { ApiBase } from './api.js';

/**
 * Where a client's API is, seen from its pages: `same-site` is another origin to which browsers carry cookies,
 * `cross-site` one to which they do not; of an `unseen` one no request shows where it is.
 */
export interface Target {
  readonly kind: 'same-origin' | 'same-site' | 'cross-site' | 'unknown' | 'unseen';
  /** Why, in words that can follow a colon. */
  readonly why: string;
}

const LOCAL = /^(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|.*\.(?:localhost|local|test))$/;
const PAGE_NAME =
  /^(?:\w+_)?(?:CLIENT|FRONT_?END|WEB|SITE|PAGE|CORS|ALLOWED)\w*_?(?:URLS?|URI|ORIGINS?|HOSTS?)$/;

/** Says where the API of a client in a folder is, and what shows it. */
export function targetOf(sources: Sources, folder: string, base: ApiBase): Target {
  if (!base.seen)
    return {
      kind: 'unseen',
      why: `no request whose address can be followed shows it, so ${base.path} of the pages' own host is asked`,
    };
  if (base.origin === 'same')
    return { kind: 'same-origin', why: relativeBecause(sources, folder, base.path) };
  const addresses = apiAddresses(sources, folder, base);
  const [relative] = addresses.filter(({ value }) => value.startsWith('/'));
  if (relative && addresses.every(({ value }) => value.startsWith('/')))
    return {
      kind: 'same-origin',
      why: `the API's address is ${relative.value} (${relative.from}), without a host`,
    };
  const apis = addresses.flatMap(({ value, from }) => {
    const url = urlOf(value);
    return url ? [{ url, from }] : [];
  });
  const deployed = apis.find(({ url }) => !LOCAL.test(url.hostname));
  if (deployed) return deployedTarget(sources, folder, deployed);
  const [local] = apis;
  if (!local)
    return {
      kind: 'unknown',
      why: `the API's address is ${base.expression?.text ?? base.path}, and nothing in the repository says what that is`,
    };
  const [page = 'http://localhost:3000'] = clientOriginsOf(sources);
  if (local.url.hostname !== new URL(page).hostname)
    return {
      kind: 'unknown',
      why: `the API is at ${local.url.origin} during development and the pages at ${page}: call both by one name, or no cookie goes between them`,
    };
  return local.url.origin === page
    ? { kind: 'same-origin', why: `pages and API are both at ${page}` }
    : {
        kind: 'same-site',
        why: `the pages at ${page} and the API at ${local.url.origin} (${local.from}) differ in their ports alone, which makes another origin of the same site`,
      };
}

interface Found {
  readonly url: URL;
  readonly from: string;
}

function deployedTarget(sources: Sources, folder: string, api: Found): Target {
  const site = siteOf(api.url);
  const pages = pageAddresses(sources, folder).filter(({ url }) => !LOCAL.test(url.hostname));
  const same = pages.find(({ url }) => url.origin === api.url.origin);
  if (same) return { kind: 'same-origin', why: `pages (${same.from}) and API are both at ${api.url.origin}` };
  const near = pages.find(({ url }) => siteOf(url) === site);
  if (near)
    return {
      kind: 'same-site',
      why: `the pages are at ${near.url.host} (${near.from}) and the API at ${api.url.host} (${api.from}), both of the site ${site}`,
    };
  const [page] = pages;
  if (page)
    return {
      kind: 'cross-site',
      why: `the pages are at ${page.url.host} (${page.from}), the API is at ${api.url.host} (${api.from}), and these are two sites: ${siteOf(page.url)} and ${site}`,
    };
  const where = site === api.url.hostname ? `at ${site} itself or below it` : `on a host of ${site}`;
  return {
    kind: 'unknown',
    why: `the API is at ${api.url.host} (${api.from}), and nothing in the repository says where the pages are; the cookie reaches it only from pages ${where}`,
  };
}

/** What cookies call one site: the domain that somebody registered, or that a host of many gave away. */
function siteOf({ hostname }: URL): string {
  return getDomain(hostname, { allowPrivateDomains: true }) ?? hostname;
}

interface Address {
  readonly value: string;
  readonly from: string;
}

/** Everything that the API's address is known to be, what is deployed before what is tried at home. */
export function apiAddresses(sources: Sources, folder: string, { expression, path }: ApiBase): Address[] {
  if (!expression) return [{ value: path, from: 'as it stands in the code' }];
  const code = `${expression.text} ${expression.made}`
    .replace(/\$\{(?:window\.)?location\.protocol\}/g, 'http:')
    .replace(/\$\{(?:window\.)?location\.hostname\}/g, 'localhost');
  const names = [...code.matchAll(/\benv\.(\w+)/g)].map(([, name = '']) => name);
  const kept = environmentFiles(sources, folder).flatMap((file) =>
    linesOf(file)
      .filter(({ name }) => names.includes(name))
      .map(({ name, value }) => ({ value, from: `${name} in ${file.path}` })),
  );
  const fallback = [...code.matchAll(/['"`]((?:https?:\/)?\/[^'"`]*)['"`]/g)].map(([, value = '']) => ({
    value,
    from: 'as it stands in the code',
  }));
  return (kept.length ? kept : fallback).filter(({ value }) => value !== '');
}

/** The addresses that pages are said to be at: by the package, by the environment, by what the server lets in. */
function pageAddresses(sources: Sources, folder: string): Found[] {
  const home = sources.packages.find((one) => one.folder === folder);
  const homepage = home && /"homepage"\s*:\s*"(https?:[^"]+)"/.exec(home.text)?.[1];
  const told = sources.listed
    .filter(({ path }) => isEnvironment(path))
    .flatMap((file) =>
      linesOf(file)
        .filter(({ name }) => PAGE_NAME.test(name))
        .flatMap(({ name, value }) =>
          value.split(',').map((one) => ({ value: one.trim(), from: `${name} in ${file.path}` })),
        ),
    );
  const allowed = applicationsOf(sources)
    .flatMap((application) => corsOf(sources, application))
    .flatMap(({ file }) =>
      [...file.text.matchAll(/['"`](https?:\/\/[^'"`\s]+)['"`]/g)].map(([, value = '']) => ({
        value,
        from: `let in by ${file.path}`,
      })),
    );
  const all = [
    ...(homepage && home ? [{ value: homepage, from: `homepage in ${home.path}` }] : []),
    ...told,
    ...allowed,
  ];
  return all.flatMap(({ value, from }) => {
    const url = urlOf(value);
    return url ? [{ url, from }] : [];
  });
}

function relativeBecause(sources: Sources, folder: string, path: string): string {
  const why = `its requests go to addresses without a host, such as ${path}`;
  const home = sources.packages.find((one) => one.folder === folder);
  if (home?.proxy) return `${why}, which the proxy of ${home.path} passes on to ${home.proxy}`;
  const proxy = sources.listed.find(
    ({ path: file, text }) =>
      folderAt(sources.packages, file) === folder &&
      /^(?:(?:vite|vue|webpack|nuxt|next)\.config\.[cm]?[jt]s|setupProxy\.[jt]s|proxy\.conf\.js(?:on)?)$/.test(
        posix.basename(file),
      ) &&
      /proxy|rewrites|target/i.test(text),
  );
  const passed = proxy && /https?:\/\/[^'"`\s]+/.exec(proxy.text)?.[0];
  return passed ? `${why}, which ${proxy.path} passes on to ${passed}` : why;
}

/** Production first. */
function environmentFiles(sources: Sources, folder: string): ListedFile[] {
  const rank = (path: string) => (/production/.test(path) ? 0 : /development|local/.test(path) ? 2 : 1);
  return sources.listed
    .filter(({ path }) => isEnvironment(path) && folderAt(sources.packages, path) === folder)
    .sort((a, b) => rank(a.path) - rank(b.path));
}

function isEnvironment(path: string): boolean {
  return /^\.?env(?:[._-]\w+)*$/i.test(posix.basename(path));
}

function linesOf({ text }: ListedFile): { name: string; value: string }[] {
  return [...text.matchAll(/^\s*(?:export\s+)?(\w+)\s*=[ \t]*(['"]?)([^'"\r\n#]*)\2/gm)].map(
    ([, name = '', , value = '']) => ({ name, value: value.trim() }),
  );
}

function urlOf(value: string): URL | undefined {
  const text = value.startsWith('//') ? `https:${value}` : value;
  return /^https?:\/\//.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}
