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

test('what to do about findings that are alike is told once', () => {
  const findings = [
    finding('a.js', 1),
    { ...finding('c.js', 3), detail: 'Leave it.' },
    { ...finding('b.js', 22), title: 'Another token is sent' },
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
  note  A token is sent (a.js:1)
  note  Another token is sent (b.js:22)
    Keep the cookie.
  note  A token is sent (c.js:3)
    Leave it.
`);
});
