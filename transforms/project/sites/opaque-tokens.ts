import type { NodePath } from '@babel/traverse';
import { type CallPath, callsOf } from '../callers.js';
import { keyName, propertyName } from '../definitions.js';
import { familyOfWord, surroundingNames } from '../families.js';
import { usesOf } from '../flow/follow.js';
import { hazardOf } from '../hazards.js';
import { isInside } from '../inside.js';
import { isolated } from '../isolated.js';
import { sideOf } from '../sides.js';
import { isMint, type MintSite, OPAQUE, type ReadSite, type Site } from '../site.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import { isSame, keeperAt, type RefreshKeeper } from '../stored/refresh/keepers.js';
import { fieldsRead, usesOfRead } from './requests.js';

/** What makes random text: exports of packages. */
const RANDOM: Readonly<Record<string, RegExp>> = {
  uuid: /^v[1-7]$/,
  nanoid: /^nanoid$/,
  crypto: /^(?:randomUUID|randomBytes)$/,
  'rand-token': /^(?:uid|generate|suid)$/,
  'crypto-random-string': /^$/,
  'uid-safe': /^sync$/,
};
const WORDS = [
  'uuid',
  'nanoid',
  'randomUUID',
  'randomBytes',
  'rand-token',
  'crypto-random-string',
  'uid-safe',
];

/**
 * Finds refresh tokens that are random text, which say nothing themselves: where they are made to be kept in a
 * table, and where one that came with a request is looked for in it.
 */
export function opaqueTokenSites(sources: Sources, sites: readonly Site[]): (MintSite | ReadSite)[] {
  if (!sites.some(isMint)) return [];
  const files = sources
    .mentioning(...WORDS)
    .filter((file) => !file.test && sideOf(sources, file) !== 'client');
  const mints = files.flatMap((file) => isolated(sources, [file], () => mintsIn(sources, file, sites)));
  const keepers = mints.map(({ keeper }) => keeper);
  return [...mints.map(({ mint }) => mint), ...(keepers.length ? readsOf(sources, keepers, sites) : [])];
}

interface Kept {
  readonly mint: MintSite;
  readonly keeper: RefreshKeeper & { readonly kind: 'table' };
}

function mintsIn(sources: Sources, file: SourceFile, sites: readonly Site[]): Kept[] {
  return callsOf(sources, file).flatMap(({ path, callee }): Kept[] => {
    const name = callee.kind === 'package' ? callee.name.filter((one) => one !== 'default').join('.') : '';
    const random =
      callee.kind === 'package'
        ? RANDOM[callee.module]?.test(name)
        : callee.kind === 'global' && callee.name.join('.') === 'crypto.randomUUID';
    if (!random) return [];
    const call = asText(path);
    return keptBy(sources, call, sites);
  });
}

/** A token that is put into a table which is one of refresh tokens by its name, or by that of what makes it. */
function keptBy(sources: Sources, call: CallPath, sites: readonly Site[]): Kept[] {
  const uses = usesOf(sources, wholeText(call));
  // What a JWT says is no token by itself.
  const signed = sites.filter(isMint).map((mint) => mint.call);
  if (uses.some((use) => signed.some((one) => isInside(one, use.path)))) return [];
  for (const use of uses) {
    const keeper = hazardOf(sources, [use]) ? keeperAt(sources, use) : undefined;
    if (keeper?.kind !== 'table') continue;
    const names = [keeper.column, keeper.name, ...surroundingNames(call), ...surroundingNames(use.path)];
    const families = names.map((one) => familyOfWord(one));
    if (families.includes('one-time') || !families.includes('refresh')) continue;
    const expires = expiryBeside(use.path);
    return [
      {
        keeper,
        mint: {
          role: 'mint',
          kind: 'sign',
          library: OPAQUE,
          file: sources.fileOf(call),
          path: call,
          call,
          promisified: false,
          family: 'refresh',
          evidence: `it is random text that ${keeper.name} keeps`,
          ...(expires ? { expires } : {}),
        },
      },
    ];
  }
  return [];
}

/** `randomBytes(40).toString('hex')` */
function asText(call: CallPath): CallPath {
  const member = call.key === 'object' ? call.parentPath : undefined;
  const isText = member?.isMemberExpression() && propertyName(member.node) === 'toString';
  const text = isText ? member.parentPath : undefined;
  return text?.isCallExpression() ? text : call;
}

/** The text that random text is a part of: `${userId}.${randomBytes(40).toString('hex')}`. */
export function wholeText(path: NodePath): NodePath {
  return path.parentPath?.isTemplateLiteral() ? path.parentPath : path;
}

/** When a token ends, as the row says it that it is put into. */
function expiryBeside(path: NodePath): NodePath | undefined {
  const row = path.findParent((above) => above.isCallExpression() || above.isNewExpression());
  let found: NodePath | undefined;
  row?.traverse({
    Function: (inner) => inner.skip(),
    ObjectProperty(property) {
      if (EXPIRY.test(keyName(property.node) ?? '')) found ??= property.get('value') as NodePath;
    },
  });
  return found;
}

/** Columns that say when a token ends. */
const EXPIRY = /expir|valid_?(?:to|until)/i;

/** Where requests bring what is looked for in the tables. */
function readsOf(sources: Sources, keepers: readonly RefreshKeeper[], sites: readonly Site[]): ReadSite[] {
  const known = new Set(sites.map(({ path }) => path.node));
  return sources
    .mentioning('oken')
    .filter((file) => !file.test && sideOf(sources, file) !== 'client')
    .flatMap((file) =>
      isolated(sources, [file], () =>
        fieldsRead(sources, file).flatMap(({ path, place }): ReadSite[] => {
          if (known.has(path.node) || !/token|refresh/i.test(place.name)) return [];
          const uses = usesOfRead(sources, path);
          const kept = uses.some((use) => {
            const keeper = keeperAt(sources, use);
            return keeper !== undefined && keepers.some((one) => isSame(one, keeper));
          });
          if (!kept) return [];
          const evidence = 'what it reads is looked for among the refresh tokens';
          return [{ role: 'read', kind: 'request', family: 'refresh', evidence, file, path, place, uses }];
        }),
      ),
    );
}
