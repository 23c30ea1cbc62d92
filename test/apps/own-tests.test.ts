import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Step } from '../../transforms/words.js';
import { type Application, bundledApplication, finished } from './application.js';

/** The one test that reads a JWT out of the answer to a login: it cannot hold once there is none. */
const ABOUT_JWTS = 'login answers with a token for this user';

const STATES: readonly { after: string; step?: Step; broken: readonly string[] }[] = [
  { after: 'nothing', broken: [] },
  { after: 'install', step: 'install', broken: [] },
  { after: 'install and client', step: 'client', broken: [] },
  { after: 'every step', step: 'server', broken: [ABOUT_JWTS] },
];

describe("the notes application's own tests", () => {
  let application: Application;
  beforeAll(async () => {
    application = await bundledApplication('notes');
  });
  afterAll(() => application.remove());

  test.each(STATES)('after $after', async ({ step, broken }) => {
    const outcome = step && (await application.migrate(step));
    const server = await serverTests(application);
    expect(server.failed, server.output).toEqual(broken);
    expect(server.passed).toBe(15 - broken.length);
    const client = await clientTests(application);
    expect(client.code, client.output).toBe(0);
    expect(client.output).toMatch(/Tests +6 passed/);
    const told = outcome?.findings.filter(({ file }) => file?.startsWith('server/tests/')) ?? [];
    expect(told.map(({ title }) => title)).toEqual(broken.map((name) => `The test '${name}' expects a JWT`));
  });
});

async function serverTests({ folder }: Application) {
  const given = ['test', '--silent', '--', '--test-reporter=tap'];
  const { output } = await finished('npm', given, join(folder, 'server'), { SESSION_SECRET: 'of the tests' });
  const failures = output.matchAll(/not ok \d+ - (.+)\n(?:.*\n)*?.*failureType: '(\w+)'/g);
  return {
    passed: Number(/^# pass (\d+)$/m.exec(output)?.[1]),
    // A suite around a failed test is called failed as well.
    failed: [...failures].filter(([, , type]) => type !== 'subtestsFailed').map(([, name]) => name),
    output,
  };
}

function clientTests({ folder }: Application) {
  return finished('npm', ['test', '--silent'], join(folder, 'client'), { NO_COLOR: '1' });
}
