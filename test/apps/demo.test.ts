import { expect, test } from 'vitest';
import { REPOSITORY } from '../../scripts/bundled-application.js';
import { finished } from './application.js';

test('the demo shows the whole way and ends well in under a minute', async () => {
  const { code, output } = await finished(process.execPath, ['dist/scripts/demo.js'], REPOSITORY);
  expect(code, output).toBe(0);
  const story = [
    'diff --git a/server/middleware/authMiddleware.js',
    'Summary ',
    'Set-Cookie: session=',
    'HttpOnly',
    '← 401 Unauthorized',
    '→ DELETE /api/session',
    'The window closes',
    'Done in',
  ];
  let from = 0;
  for (const line of story) {
    const at = output.indexOf(line, from);
    expect(at, `${line} in its place in:\n${output}`).toBeGreaterThan(-1);
    from = at;
  }
});
