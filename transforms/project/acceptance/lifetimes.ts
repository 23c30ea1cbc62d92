import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { definitionOf } from '../definitions.js';
import { originsOf } from '../flow/origins.js';
import { fromNow } from '../from-now.js';
import { type MintSite, OPAQUE } from '../site.js';
import type { Sources } from '../sources.js';
import { propertyOf } from './doors.js';

/** How long a token lives: for ever, a number of seconds, or a time that only the running application knows. */
export type Lifetime =
  | { readonly kind: 'unlimited' | 'unknown' }
  | { readonly kind: 'seconds'; readonly seconds: number };

/** The lifetime that a mint gives its token. */
export function lifetimeOf(sources: Sources, mint: MintSite): Lifetime {
  // jsonwebtoken gives bare text no end.
  if (mint.bare) return { kind: 'unlimited' };
  if (mint.library === 'njwt') return lifetimeToMoment(mint);
  if (mint.library === OPAQUE) return lifetimeOfRow(sources, mint);
  const given =
    mint.expires ??
    (mint.options && propertyOf(sources, mint.options, 'expiresIn')) ??
    (mint.claims && propertyOf(sources, mint.claims, 'exp'));
  if (!given && mint.options && spreadsIn(sources, mint.options).length)
    return lifetimeHandedIn(sources, mint.options);
  if (!given) {
    // Other libraries give a token an end by themselves, or by a call of its own.
    if (mint.library === 'jose') return { kind: 'unknown' };
    const named = mint.options && definitionOf(sources, mint.options).kind !== 'object';
    const unseen = mint.claims && definitionOf(sources, mint.claims).kind !== 'object';
    return { kind: named || (unseen && !mint.options) ? 'unknown' : 'unlimited' };
  }
  const seconds = secondsOf(sources, given);
  return seconds === undefined ? { kind: 'unknown' } : { kind: 'seconds', seconds };
}

/** What is spread into an object that is written out. */
function spreadsIn(sources: Sources, object: NodePath): NodePath[] {
  const definition = definitionOf(sources, object);
  const properties = definition.kind === 'object' ? definition.path.get('properties') : [];
  return properties.flatMap((one) => (one.isSpreadElement() ? [one.get('argument') as NodePath] : []));
}

/** `{ algorithm, ...options }` of a signer: the longest lifetime that a caller asks for. */
function lifetimeHandedIn(sources: Sources, options: NodePath): Lifetime {
  const handed = spreadsIn(sources, options).flatMap((spread) => originsOf(sources, spread));
  const known = handed.flatMap(({ path, trail }) => {
    const given = trail.length ? undefined : propertyOf(sources, path, 'expiresIn');
    return (given && secondsOf(sources, given)) ?? [];
  });
  return known.length && known.length === handed.length
    ? { kind: 'seconds', seconds: Math.max(...known) }
    : { kind: 'unknown' };
}

/** njwt is told when a token ends, and else lets it live an hour. */
function lifetimeToMoment({ chain, expires }: MintSite): Lifetime {
  if (!chain?.has('setExpiration')) return { kind: 'seconds', seconds: 3600 };
  if (!expires) return { kind: 'unlimited' };
  const length = fromNow(expires);
  return length?.kind === 'fixed'
    ? { kind: 'seconds', seconds: length.milliseconds / 1000 }
    : { kind: 'unknown' };
}

/** Random text lives as long as the row says in which it is kept. */
function lifetimeOfRow(sources: Sources, { expires }: MintSite): Lifetime {
  if (!expires) return { kind: 'unlimited' };
  const length = fromNow(expires);
  if (length?.kind === 'fixed') return { kind: 'seconds', seconds: length.milliseconds / 1000 };
  const seconds = length && secondsOf(sources, length.path);
  return seconds === undefined ? { kind: 'unknown' } : { kind: 'seconds', seconds };
}

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800, y: 31_557_600 };

/** Seconds of what `expiresIn` takes: a number of them, or a text such as `7d`; a bare number in a text is milliseconds. */
export function secondsOf(sources: Sources, path: NodePath): number | undefined {
  const found = originsOf(sources, path).map(({ path: origin, trail }) =>
    trail.length ? undefined : fixed(origin),
  );
  const known = found.filter((one) => one !== undefined);
  return known.length ? Math.max(...known) : undefined;
}

function fixed(origin: NodePath<t.Node>): number | undefined {
  const { confident, value }: { confident: boolean; value: unknown } = origin.evaluate();
  if (!confident) return undefined;
  if (typeof value === 'number') return value > 0 && value < 1e9 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const [, count, unit = ''] =
    /^\s*(\d*\.?\d+)\s*(ms|milliseconds?|msecs?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?|y|yrs?|years?)?\s*$/i.exec(
      value,
    ) ?? [];
  if (count === undefined) return undefined;
  const letter = unit.toLowerCase();
  const scale =
    letter === '' || letter.startsWith('ms') || letter.startsWith('milli') ? 0.001 : UNITS[letter.charAt(0)];
  return scale === undefined ? undefined : Number(count) * scale;
}
