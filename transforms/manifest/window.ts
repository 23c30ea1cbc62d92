import type { Lifetime } from '../project/acceptance/lifetimes.js';

const DAY = 86_400;
/** Time to deploy the steps after this one: until the last of them is out, logins still sign JWTs. */
const DEPLOY_DAYS = 30;
/** How long tokens without an end, or with one that only the running application knows, are accepted. */
const OPEN_DAYS = 90;

/** The day on which the window closes: once the longest token that may yet be signed has run out. */
export function closingOf(lifetimes: readonly Lifetime[], today: Date): { date: string; because: string } {
  const seconds = lifetimes.map((lifetime) => (lifetime.kind === 'seconds' ? lifetime.seconds : undefined));
  const known = seconds.filter((one) => one !== undefined);
  const all = seconds.length > 0 && known.length === seconds.length;
  const longest = Math.max(0, ...known);
  const days = all ? Math.min(DEPLOY_DAYS + Math.ceil(longest / DAY), 400) : OPEN_DAYS;
  const endless = lifetimes.some(({ kind }) => kind === 'unlimited');
  const because = all
    ? `A month to deploy the other steps, and ${lived(longest)} that a JWT lives.`
    : endless
      ? 'A JWT that was signed here never expires: it is accepted for ninety days.'
      : 'How long a JWT lives is known only when the application runs: ninety days, unless you know better.';
  return { date: dayAfter(today, days), because };
}

function dayAfter(today: Date, days: number): string {
  return new Date(today.getTime() + days * DAY * 1000).toISOString().slice(0, 10);
}

function lived(seconds: number): string {
  for (const [unit, size] of [
    ['day', DAY],
    ['hour', 3_600],
    ['minute', 60],
    ['second', 1],
  ] as const) {
    const count = Math.round(seconds / size);
    if (count >= 1) return count === 1 ? `the ${unit}` : `the ${count} ${unit}s`;
  }
  return 'the moment';
}
