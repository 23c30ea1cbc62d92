import type { Answer } from './browser.js';
import type { Visits } from './conversation.js';

/** What one client was answered at one step. */
export interface Column {
  readonly title: string;
  readonly visits: Visits;
}

/** The results of an application: how each visit was answered, and what differs from the original without need. */
export interface Table {
  readonly text: string;
  readonly differences: readonly string[];
}

/** Visits that must be answered as another visit of the original was: by a session, or no longer. */
const ANSWERED_AS: Readonly<Record<string, string>> = {
  'JWT from before': 'protected',
  'the cookie it became': 'protected',
  'refresh with it': 'refresh',
  'session of the step before': 'protected',
};
const LOGGED_OUT = 'protected, logged out';

/** Sets what each client was answered beside what the original answered. */
export function tableOf(original: Column, others: readonly Column[]): Table {
  const names = [...new Set([original, ...others].flatMap(({ visits }) => [...visits.keys()]))];
  const differences: string[] = [];
  const rows = names.map((name) => {
    const cells = others.map(({ title, visits }) => {
      const answer = visits.get(name);
      if (!answer) return '';
      const verdict = verdictOn(name, answer, original.visits);
      if (verdict.difference) differences.push(`${title}: ${name}\n${verdict.difference}`);
      return `${answer.status} ${verdict.mark}`;
    });
    return [name, String(original.visits.get(name)?.status ?? ''), ...cells];
  });
  return {
    text: inColumns([['', original.title, ...others.map(({ title }) => title)], ...rows]),
    differences,
  };
}

/** `=` as before; `refused` where a login that ended opens nothing any more, on purpose; `≠` anything else. */
function verdictOn(name: string, answer: Answer, original: Visits): { mark: string; difference?: string } {
  const before = original.get(ANSWERED_AS[name] ?? name);
  if (before && same(answer, before)) return { mark: '=' };
  const refusals = ['protected, as a guest', 'protected, wrong token'].flatMap(
    (one) => original.get(one) ?? [],
  );
  if (name === LOGGED_OUT && (refusals.some((one) => same(answer, one)) || answer.status === 401))
    return { mark: 'refused' };
  if (name === 'log out' && !before)
    return answer.status < 300 ? { mark: '' } : { mark: '≠', difference: shown('after ', answer) };
  return {
    mark: '≠',
    difference: `${before ? `${shown('before', before)}\n` : ''}${shown('after ', answer)}`,
  };
}

function shown(when: string, { status, body }: Answer): string {
  return `    ${when} ${status} ${withoutStamps(body).slice(0, 300)}`;
}

function same(one: Answer, other: Answer): boolean {
  return one.status === other.status && withoutStamps(one.body) === withoutStamps(other.body);
}

/** Tokens, markers, times, ids and stack traces differ from one answer to the next. */
function withoutStamps(body: string): string {
  return body
    .replace(/"stack":"(?:[^"\\]|\\.)*"/g, '"stack"')
    .replace(/eyJ[\w-]+\.[\w-]+\.[\w-]*/g, '<token>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/g, '<id>')
    .replace(/\b[\da-f]{24,64}\b/g, '<id>')
    .replace(/\$2[aby]\$\d\d\$[./\w]{53}/g, '<hash>')
    .replace(/:1\d{12}\b/g, ':<time>')
    .replace(/"(_?id|userid|userId|iat|exp)":\d+/g, '"$1":<number>');
}

/** Sets cells below each other, two blanks apart. */
export function inColumns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  return rows
    .map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}
