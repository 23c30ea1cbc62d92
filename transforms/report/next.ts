import { type Outcome, STEPS, type Step } from '../words.js';
import { isChanged } from './changed.js';
import type { Doing, PrettyOptions } from './pretty.js';

/** What each step is for, as a reason to deploy it before the next. */
const EFFECT: Record<Step, string> = {
  install: 'puts the shim in front: every valid JWT gets a session, and the old code goes on working',
  client: 'lets the browser live on the session cookie and forget its token',
  server: 'lets the server work with sessions only',
};

/** What the owner of the application does next, in order. */
export function nextSteps(outcome: Outcome, { doing, dir, repository }: PrettyOptions): string[] {
  const changed = outcome.files.some(isChanged);
  if (!outcome.sites.length && !changed) return nothingFound(outcome);
  const blocked = outcome.findings.some((finding) => finding.severity === 'error');
  return [
    ...(blocked ? ['Clear the errors above first: what depends on them was left alone.'] : []),
    ...failures(outcome),
    ...manual(outcome, doing),
    ...(doing === 'written'
      ? afterWriting(outcome, changed, repository)
      : beforeWriting(outcome, doing, dir, changed)),
  ];
}

function nothingFound({ listed, lookedFor, root }: Outcome): string[] {
  return [
    `No place was found that handles a login token, in ${listed} files under ${root}.`,
    `What was looked for: ${lookedFor.join(', ')}; tokens in request headers and in web storage.`,
    'If the application is in another folder, name that one. Folders that git ignores are not read.',
  ];
}

function failures({ files }: Outcome): string[] {
  const failed = files.filter((file) => file.status === 'failed');
  return failed.length
    ? [`Look at what failed: ${failed.map((file) => file.path).join(', ')}. It was left as it is.`]
    : [];
}

function manual({ sites }: Outcome, doing: Doing): string[] {
  const count = sites.filter((site) => site.action === 'manual').length;
  if (!count) return [];
  const where =
    doing === 'written' ? 'marked in the code with TODO(jwt-to-session)' : 'listed above as manual';
  return [
    `Change by hand what no rule can change safely: ${count === 1 ? 'one site' : `${count} sites`}, ${where}.`,
  ];
}

function beforeWriting(outcome: Outcome, doing: Doing, dir: string, changed: boolean): string[] {
  if (!changed) return ['There is nothing to write for the steps asked for.'];
  const steps = STEPS.filter((step) => outcome.steps.includes(step));
  const [first = 'install'] = steps;
  const command = (step: Step) => `jwt-to-session migrate ${dir} --step ${step} --write`;
  const order =
    steps.length > 1
      ? [
          `Write, test and deploy one step at a time, in this order:\n${steps
            .map((step) => `${step.padEnd(8)}${EFFECT[step]}`)
            .join('\n')}`,
          `Begin with: ${command(first)}`,
        ]
      : [`Write it with: ${command(first)}`];
  return doing === 'scan' ? [`See the changes with: jwt-to-session migrate ${dir} --step ${first}`] : order;
}

function afterWriting(outcome: Outcome, changed: boolean, repository: boolean): string[] {
  if (!changed) return ['Nothing had to be written: the application already is as these steps leave it.'];
  const manifests = outcome.files.some(
    (file) => /(?:^|\/)package\.json$/.test(file.path) && file.status === 'modified',
  );
  const last = STEPS.findLast((step) => outcome.steps.includes(step)) ?? 'server';
  const following = STEPS[STEPS.indexOf(last) + 1];
  return [
    ...(manifests ? ['Install the new dependencies: package.json has changed.'] : []),
    ...environment(outcome),
    repository
      ? 'Read the change (git diff), run the tests, and commit it.'
      : 'Compare the files with the copy you keep of them, and run the tests.',
    following ? `Deploy it before the next step, ${following}, which ${EFFECT[following]}.` : 'Deploy it.',
  ];
}

/** What the module that was added reads from the environment, and the application had not set so far. */
function environment({ files }: Outcome): string[] {
  const added = files.filter(({ status }) => status === 'added').map(({ after = '' }) => after);
  const reads = (name: string) =>
    added.some((text) => new RegExp(`process\\.env(?:\\.|\\[['"])${name}\\b`).test(text));
  return [
    ...(reads('SESSION_SECRET')
      ? ['Set SESSION_SECRET to a long random text wherever the application runs: it does not start without.']
      : []),
    ...(reads('REDIS_URL')
      ? ['Set REDIS_URL in production: without it sessions are in memory, and gone after a restart.']
      : []),
  ];
}
