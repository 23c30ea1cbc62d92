import { describe, expect, test } from 'vitest';
import { type CarriedOut, carryOut } from '../../transforms/carry-out.js';
import type { Edit } from '../../transforms/edit/edits.js';
import { type Planned, planOf } from '../../transforms/plan.js';
import type { ListedFile } from '../../transforms/project/files.js';
import { type Project, projectOf } from '../../transforms/project/project.js';
import type { Site } from '../../transforms/project/site.js';
import { endOf, startOf } from '../../transforms/project/source.js';
import type { RegisteredRule, Rule } from '../../transforms/rule.js';
import { rule as sign } from '../../transforms/server/sign.js';
import type { Step } from '../../transforms/words.js';

/** Two files that sign, so that what goes wrong in one can be seen to leave the other alone. */
const SIGNING = `const jwt = require('jsonwebtoken');
exports.login = (req, res) => res.json({ token: jwt.sign({ id: 1 }, process.env.KEY) });
`;
const SIGNED = 'jwt.sign({ id: 1 }, process.env.KEY)';
const FILES = [
  { path: 'bad.js', text: SIGNING },
  { path: 'good.js', text: SIGNING },
];

function planned(rules: readonly RegisteredRule[], listed: readonly ListedFile[] = FILES) {
  const steps: readonly Step[] = ['client', 'server'];
  const project = projectOf(listed, {
    hints: sign.hints,
    signatures: sign.knows,
    today: new Date('2026-01-01T00:00:00Z'),
    steps,
  });
  return { project, plan: planOf(project, rules, steps) };
}

function carried(rules: readonly RegisteredRule[], listed?: readonly ListedFile[]): CarriedOut {
  const { project, plan } = planned(rules, listed);
  return carryOut(project, plan);
}

/** A rule for every mint that does its work in good.js and in bad.js what the test says. */
function ruleOf(bad: Partial<Pick<Rule, 'decide' | 'edit'>>): Rule {
  const replaced = (site: Site): Edit[] => [
    { file: site.file.path, start: startOf(site.path.node), end: endOf(site.path.node), text: 'start(req)' },
  ];
  const isBad = (site: Site) => site.file.path === 'bad.js';
  return {
    step: 'server',
    hints: [],
    knows: [],
    owns: (site): site is Site => site.kind === 'sign',
    decide: (site, project: Project) =>
      isBad(site) && bad.decide ? bad.decide(site, project) : { action: 'rewritten', reason: 'as told' },
    edit: (site, decision, project) =>
      isBad(site) && bad.edit ? bad.edit(site, decision, project) : replaced(site),
  };
}

function fails(): never {
  throw new Error('out of order');
}

const at = (site: Site, text: string): Edit => ({
  file: site.file.path,
  start: startOf(site.path.node),
  end: endOf(site.path.node),
  text,
});

describe('what goes wrong in one file stays there, is reported, and changes nothing in it', () => {
  test.each<[string, readonly RegisteredRule[], RegExp]>([
    [
      'a rule that throws when it decides',
      [{ id: 'server/x', rule: ruleOf({ decide: fails }) }],
      /server\/x failed here: out of order/,
    ],
    [
      'a rule that throws when it edits',
      [{ id: 'server/x', rule: ruleOf({ edit: fails }) }],
      /server\/x failed here: out of order/,
    ],
    [
      'edits that overlap',
      [
        {
          id: 'server/x',
          rule: ruleOf({
            edit: (site) => [at(site, 'one()'), { ...at(site, 'two()'), start: startOf(site.path.node) + 1 }],
          }),
        },
      ],
      /two edits overlap/,
    ],
    [
      'a text that does not parse',
      [{ id: 'server/x', rule: ruleOf({ edit: (site) => [at(site, 'start(')] }) }],
      /its change could not be made: .*\(\d+:\d+\)/,
    ],
  ])('%s', (_what, rules, reason) => {
    const { files, plan } = carried(rules);
    const bad = files.find((file) => file.path === 'bad.js');
    expect(bad).toMatchObject({ status: 'failed', reason: expect.stringMatching(reason) });
    expect(bad?.after).toBeUndefined();
    expect(files.find((file) => file.path === 'good.js')).toMatchObject({
      status: 'modified',
      after: SIGNING.replace(/jwt\.sign\(.*KEY\)/, 'start(req)').replace(/^.*\n/, ''),
    });
    const actions = plan
      .filter(({ site }) => site.kind === 'sign')
      .map(({ site, decision }) => [site.file.path, decision.action]);
    expect(actions).toEqual([
      ['bad.js', 'manual'],
      ['good.js', 'rewritten'],
    ]);
  });

  test('two rules that claim one site are named, and neither touches its file', () => {
    const other = {
      ...ruleOf({}),
      owns: (site: Site): site is Site => site.kind === 'sign' && site.file.path === 'bad.js',
    };
    const { files } = carried([
      { id: 'server/one', rule: ruleOf({}) },
      { id: 'server/two', rule: other },
    ]);
    expect(files.find((file) => file.path === 'bad.js')?.reason).toMatch(
      /bad\.js:2 is claimed by server\/one and server\/two/,
    );
    expect(files.find((file) => file.path === 'good.js')?.status).toBe('modified');
  });

  test('files that change together fail together', () => {
    const crossing = ruleOf({
      edit: (site) => [at(site, 'start('), { file: 'good.js', start: 0, end: 0, text: '// with it\n' }],
    });
    const { files } = carried([{ id: 'server/x', rule: crossing }]);
    expect(files.map(({ path, status }) => [path, status])).toEqual([
      ['bad.js', 'failed'],
      ['good.js', 'failed'],
    ]);
    expect(files.find((file) => file.path === 'good.js')?.reason).toMatch(/change together with bad\.js/);
  });

  test('a manifest takes what the others want of it, and leaves out what a failed file wanted', () => {
    const wanting = (site: Site, text: string): Edit[] => [
      at(site, text),
      { file: 'package.json', start: 1, end: 1, text: `"${site.file.path}":1,` },
    ];
    const rule: Rule = {
      ...ruleOf({}),
      edit: (site) => wanting(site, site.file.path === 'bad.js' ? 'start(' : 'start(req)'),
    };
    const { files } = carried(
      [{ id: 'server/x', rule }],
      [...FILES, { path: 'package.json', text: '{"name":"shop"}' }],
    );
    expect(files.map(({ path, status }) => [path, status])).toEqual([
      ['bad.js', 'failed'],
      ['good.js', 'modified'],
      ['package.json', 'modified'],
    ]);
    expect(files.at(-1)?.after).toBe('{"good.js":1,"name":"shop"}');
  });

  test('the files of a browser application fail together, but not with its tests', () => {
    const rule: Rule = {
      ...ruleOf({}),
      step: 'client',
      edit: (site) => [at(site, site.file.path === 'bad.js' ? 'start(' : 'start(req)')],
    };
    const { project, plan } = planned([{ id: 'client/x', rule }]);
    const statuses = (plan: readonly Planned[]) => carryOut(project, plan).files.map(({ status }) => status);
    expect(statuses(plan)).toEqual(['failed', 'failed']);
    const isBad = ({ site }: Planned) => site.file.path === 'bad.js';
    const inTest = ({ site, ...rest }: Planned) => ({
      ...rest,
      site: { ...site, file: { ...site.file, test: true } },
    });
    expect(statuses(plan.map((one) => (isBad(one) ? inTest(one) : one)))).toEqual(['failed', 'modified']);
  });
});

test("a site of which nothing changes is a person's to change, not reported as rewritten", () => {
  const nothing = carried([{ id: 'server/x', rule: ruleOf({ edit: () => [] }) }]);
  const lost = carried([{ id: 'server/x', rule: ruleOf({ edit: (site) => [at(site, SIGNED)] }) }]);
  for (const { files, plan } of [nothing, lost]) {
    expect(
      plan.find(({ site }) => site.kind === 'sign' && site.file.path === 'bad.js')?.decision,
    ).toMatchObject({ action: 'manual', reason: expect.stringMatching(/^nothing was changed here/) });
    expect(files.find((file) => file.path === 'bad.js')?.after).toMatch(/Nothing was/);
    expect(files.find((file) => file.path === 'good.js')?.after).toMatch(/start\(req\)/);
  }
});
