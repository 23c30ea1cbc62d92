import type { NodePath } from '@babel/traverse';
import { filesAround } from './express/reach.js';
import { type Origin, originsOf } from './flow/origins.js';
import type { Project } from './project.js';
import { type CheckSite, isCheck, type Site } from './site.js';
import { socketDoorAt } from './sockets.js';
import { type SourceFile, startOf, textOf } from './source.js';
import type { Sources } from './sources.js';
import { isCheckedBy } from './stored/lookups.js';

/** What of a project says where its tokens come from. */
type Tokens = Pick<Project, 'sources' | 'sites'>;

/** What to do where nothing shows which header or cookie a token is taken from. */
export const READ_PLAINLY =
  'Read it by req.get(name) or, with cookie-parser, by req.cookies[name], and run this again.';

/**
 * Where a token comes from that no request carries, in words.
 *
 * @param settled whether sockets pass the shim before the check sees them
 */
export function foreignOrigin(site: CheckSite, tokens: Tokens, settled: boolean): string | undefined {
  if (!site.token) return 'no token is given';
  for (const origin of unreadOrigins(site, tokens)) {
    const { path, trail, text } = origin;
    if (settled && /\bhandshake\b|\.url\b/.test(text)) continue;
    if (isOfRequest(text) || path.isNullLiteral() || path.isStringLiteral()) continue;
    if (/handshake|socket|ws\b|connectionParams/i.test(text)) return text;
    // What the application has stored is its own copy: the request's session says nothing about it.
    if (path.isNewExpression() && trail.length) return `${trail.join('.')} of what the application keeps`;
    if (/\.(?:find\w*|query|select|where|hget|collection)\(/.test(text)) return text.split('\n')[0];
    if (/\.(?:body|query|params)\b/.test(text)) return text;
  }
  return undefined;
}

/** The part of a request that a token is taken out of, where nothing shows which header or cookie it is. */
export function unseenOrigin(site: CheckSite, tokens: Tokens): string | undefined {
  // What lets a socket in is no request that the shim looks into.
  if (socketDoorAt(site.path)) return undefined;
  const seen = tokens.sites.some((one) => one.kind === 'request' && isCheckedBy(site, one));
  const { text } =
    unreadOrigins(site, tokens).find(
      (one) =>
        (isOfRequest(one.text) && !/\bhandshake\b/.test(one.text)) ||
        (!seen && /^_?(?:req|request)\.\w+$/.test(one.text)),
    ) ?? {};
  return text?.split('\n')[0];
}

/** The same for the application that a file belongs to, where no login token is taken from a place that is seen. */
export function unseenPlaceAt(file: SourceFile, tokens: Tokens): string | undefined {
  return unseenPlaceIn(filesAround(tokens.sources, tokens.sites, file), tokens);
}

/** The same for the application that some files are. */
export function unseenPlaceIn(files: ReadonlySet<SourceFile>, tokens: Tokens): string | undefined {
  const own = tokens.sites.filter((site) => site.family === 'session' && files.has(site.file));
  if (own.some(({ kind }) => kind === 'request' || kind === 'gateway')) return undefined;
  for (const check of own.filter(isCheck)) {
    const unseen = unseenOrigin(check, tokens);
    if (unseen) return unseen;
  }
  return undefined;
}

/** Where a token comes from, but for what is known to be read off a request; with its words. */
function unreadOrigins({ token }: CheckSite, tokens: Tokens): (Origin & { readonly text: string })[] {
  const { sources, sites } = tokens;
  const reads = sites.filter((other) => other.role === 'read');
  const origins = token ? originsOf(sources, token) : [];
  return origins.flatMap((origin) => {
    const { path, trail } = origin;
    const isRead = reads.some(
      (read) => read.path.node === path.node || path.isDescendant(read.path) || read.path.isDescendant(path),
    );
    if (isRead || readOrigins(tokens).has(nameOf(sources, origin))) return [];
    return [{ ...origin, text: [textOf(sources.fileOf(path), path.node), ...trail].join('.') }];
  });
}

const remembered = new WeakMap<readonly Site[], ReadonlySet<string>>();

/** What the known reads take tokens from: that of `cookies.token` is where `cookies` is made. */
function readOrigins({ sources, sites }: Tokens): ReadonlySet<string> {
  const known = remembered.get(sites);
  if (known) return known;
  const reads = sites.filter(({ role }) => role === 'read');
  const values = reads.map(({ path }) => (path.isObjectProperty() ? (path.get('value') as NodePath) : path));
  const found = new Set(
    values.flatMap((value) => originsOf(sources, value)).map((origin) => nameOf(sources, origin)),
  );
  remembered.set(sites, found);
  return found;
}

function nameOf(sources: Sources, { path, trail }: Origin): string {
  return [sources.fileOf(path).path, startOf(path.node), ...trail].join(' ');
}

/** Whether words speak of what comes with a request. */
function isOfRequest(text: string): boolean {
  return /header|cookie|authorization/i.test(text);
}
