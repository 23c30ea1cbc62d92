import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { propertyName } from './definitions.js';
import { setFromNow } from './moved-date.js';
import { unwrapped } from './unwrapped.js';

/** How long after now a point in time is: milliseconds that are known, or the code of a number of seconds. */
export type FromNow =
  | { readonly kind: 'fixed'; readonly milliseconds: number }
  | { readonly kind: 'seconds'; readonly path: NodePath };

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  second: 1_000,
  m: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  w: 604_800_000,
  week: 604_800_000,
};

/**
 * The time between now and a point in time in milliseconds: `Date.now() + 1000 * ttl`, `new Date(Date.now() + …)`,
 * `moment().add(7, 'days').toDate()`.
 */
export function fromNow(path: NodePath): FromNow | undefined {
  const at = unwrapped(path);
  const moved = at.isIdentifier() ? setFromNow(at) : undefined;
  if (moved) return moved;
  const named = at.isIdentifier() ? initOf(at) : undefined;
  if (named) return fromNow(named);
  if (at.isNewExpression() && at.get('callee').isIdentifier({ name: 'Date' })) {
    const [time, ...more] = at.get('arguments') as NodePath[];
    return time && !more.length ? fromNow(time) : undefined;
  }
  if (at.isCallExpression()) return added(at) ?? asNumber(at);
  if (!at.isBinaryExpression({ operator: '+' })) return undefined;
  const [left, right] = [at.get('left') as NodePath, at.get('right') as NodePath];
  const length = isNow(left) ? right : isNow(right) ? left : undefined;
  if (!length) return undefined;
  const { confident, value }: { confident: boolean; value: unknown } = length.evaluate();
  if (confident && typeof value === 'number') return { kind: 'fixed', milliseconds: value };
  const seconds = thousandths(unwrapped(length));
  return seconds && { kind: 'seconds', path: seconds };
}

/** `Date.now()`, `new Date().getTime()`, `+new Date()`, `new Date().valueOf()`. */
function isNow(path: NodePath): boolean {
  return /^(?:Date\.now\(\)|(?:\(?new Date(?:\(\))?\)?\.(?:getTime|valueOf)\(\))|\+\s?new Date(?:\(\))?)$/.test(
    String(unwrapped(path)),
  );
}

function initOf(path: NodePath): NodePath | undefined {
  const binding = path.isIdentifier() ? path.scope.getBinding(path.node.name) : undefined;
  const init =
    binding?.constant && binding.path.isVariableDeclarator() ? binding.path.get('init') : undefined;
  return init?.node ? (init as NodePath) : undefined;
}

/** `expires.getTime()`, `expires.toISOString()` */
function asNumber(path: NodePath<t.CallExpression>): FromNow | undefined {
  const callee = path.get('callee');
  const plain = /^(?:getTime|valueOf|toISOString|toDate)$/.test(propertyName(callee.node) ?? '');
  return plain && callee.isMemberExpression() ? fromNow(callee.get('object')) : undefined;
}

/** `x` of `x * 1000`. */
function thousandths(path: NodePath): NodePath | undefined {
  if (!path.isBinaryExpression({ operator: '*' })) return undefined;
  const [left, right] = [path.get('left') as NodePath, path.get('right')];
  if (right.isNumericLiteral({ value: 1000 })) return left;
  return left.isNumericLiteral({ value: 1000 }) ? right : undefined;
}

/** `moment().add(7, 'days')`, and what makes a date or a number of it. */
function added(path: NodePath): FromNow | undefined {
  const [, count, unit] =
    /^(?:moment|dayjs)\(\)\.add\((\d+), ['"](\w+?)s?['"]\)(?:\.(?:toDate|valueOf)\(\))?$/.exec(
      String(path),
    ) ?? [];
  const scale = unit === undefined ? undefined : UNITS[unit];
  return scale && count ? { kind: 'fixed', milliseconds: Number(count) * scale } : undefined;
}

/** A number of milliseconds as `expiresIn` says it best: `'7d'`, `'90m'`, seconds where nothing else fits. */
export function lifetimeText(milliseconds: number, quote: (text: string) => string): string {
  const unit = (['d', 'h', 'm'] as const).find((one) => milliseconds % (UNITS[one] ?? 1) === 0);
  return unit
    ? quote(`${milliseconds / (UNITS[unit] ?? 1)}${unit}`)
    : String(Math.floor(milliseconds / 1000));
}
