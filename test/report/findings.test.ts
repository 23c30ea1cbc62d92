import { expect, test } from 'vitest';
import { prettyReport } from '../../transforms/report/pretty.js';
import type { Finding } from '../../transforms/words.js';

const plain = (text: string) => text;
const colours = { bold: plain, dim: plain, red: plain, yellow: plain, green: plain, cyan: plain };
const finding = (file: string, line: number): Finding => ({
  severity: 'note',
  title: 'A token is sent',
  detail: 'Keep the cookie.',
  file,
  line,
});

test('what is found in several places is told once, with the places', () => {
  const findings = [
    finding('a.js', 1),
    finding('b.js', 22),
    { ...finding('c.js', 3), title: 'Another thing' },
  ];
  const outcome = {
    root: '/app',
    steps: ['server'],
    listed: 3,
    lookedFor: [],
    files: [],
    sites: [],
    findings,
    ms: 1,
  } as const;
  const text = prettyReport(outcome, { colours, doing: 'scan', dir: '.', repository: true });
  expect(text).toContain(`Findings
  note  A token is sent (2 places)
    Keep the cookie.
    a.js:1
    b.js:22
  note  Another thing (c.js:3)
    Keep the cookie.
`);
});
