import type { BrowserClient } from './project/browser/client.js';
import type { Hold } from './project/browser/held.js';
import { takenUpFrom } from './project/browser/known-keepers.js';
import { namesOf } from './project/callers.js';
import { applicationsOf } from './project/express/application.js';
import { isMountedByHand, otherMakerOf } from './project/express/makers.js';
import { runs } from './project/express/reach.js';
import { otherFramework } from './project/frameworks.js';
import type { Project } from './project/project.js';
import { requestAt } from './project/requests.js';
import type { PassSite, Site } from './project/site.js';
import { positionOf, startOf } from './project/source.js';
import type { Sources } from './project/sources.js';
import type { Decision, RegisteredRule, Rule } from './rule.js';
import type { Step } from './words.js';

/** One site with its one owner and its one decision. */
export interface Planned {
  readonly site: Site;
  readonly rule: string;
  readonly decision: Decision;
  /** The rule that carries the decision out; absent where nobody owns the site or its step is not asked for. */
  readonly owner?: Rule;
  /** What went wrong when it was to be decided: the site's file is left as it is. */
  readonly failure?: string;
}

/** Two rules claim one site. */
export class OwnerConflict extends Error {
  readonly code = 'OWNER_CONFLICT';
  constructor(site: Site, rules: readonly string[]) {
    const { line } = positionOf(site.file.text, startOf(site.path.node));
    super(`${site.file.path}:${line} is claimed by ${rules.join(' and ')}: a site has one owner`);
  }
}

/** Gives every site an owner and a decision. A rule that fails, or two that claim one site, fail for that site. */
export function planOf(
  project: Project,
  rules: readonly RegisteredRule[],
  steps: readonly Step[],
): Planned[] {
  const decided = project.sites.map((site) => planned(site, project, rules, steps));
  // Whether it can be mounted is asked also when the step that mounts it is not.
  const mounts = project.sites
    .filter((site) => site.kind === 'application')
    .map((site) => planned(site, project, rules, ['install']));
  const plan = withHolds(onOneSite(afterMount(decided, mounts, project), project), project);
  const handed = plan.map((one) => withPassed(one, project));
  const passing = handed.flatMap(({ passes }) => passes);
  const byCall = new Map(passing.toReversed().map((one) => [one.site.path.node, one]));
  return [...handed.map(({ one }) => one), ...[...byCall.values()].reverse()];
}

/**
 * Holds the other steps back where the shim is not in front of the code: code that asks for sessions which nothing
 * serves would lock everybody out.
 */
function afterMount(
  plan: readonly Planned[],
  mounts: readonly Planned[],
  project: Project,
): readonly Planned[] {
  const { sources } = project;
  if (!applicationsOf(sources).length) return withoutApplication(plan, project);
  return plan.map((one) => {
    // What mounts it says itself what is to be done; sockets are not before their application.
    const mounting = one.owner?.step === 'install' && one.site.role === 'configure';
    if (!one.owner || (mounting && one.site.kind !== 'socket-opening')) return one;
    const reason = waitsFor(one.site, one.owner.step, mounts, sources);
    return reason ? { site: one.site, rule: one.rule, decision: { action: 'kept', reason } } : one;
  });
}

/**
 * Where no application is seen, something else makes it: a library, a framework, another repository. Of files alone
 * that belong to no package nothing is known, and they are taken as they are.
 */
function withoutApplication(plan: readonly Planned[], { sources, sites }: Project): readonly Planned[] {
  if (isMountedByHand(sources)) return plan;
  const isOfPackage = ({ file }: Site) => (sources.packageOf(file)?.dependencies.size ?? 0) > 0;
  const waits = plan.filter(
    ({ site, owner, decision }) =>
      owner?.step === 'server' &&
      decision.action !== 'kept' &&
      isOfPackage(site) &&
      !otherFramework(sources, site.file),
  );
  const first = waits.find(({ site }) => site.role === 'mint' || site.role === 'check') ?? waits[0];
  const login = sites.find(
    (site) => site.role === 'mint' && site.family === 'session' && isOfPackage(site) && !site.file.test,
  );
  const see = (site: Site) => `waits until the session middleware is mounted: see ${placeOf(site)}`;
  const maker = first && otherMakerOf(sources);
  const reason = maker
    ? `the application is made by ${maker.name} (${placeOf(maker)}), and the session middleware is not in front of it`
    : 'nothing shows where the Express application is made that runs this';
  const waiting = new Set(waits);
  return plan.map((one) => {
    const { site, rule, owner } = one;
    const kept = (reason: string): Planned => ({ site, rule, decision: { action: 'kept', reason } });
    // Pages that forget their token need a server that knows them without.
    if (owner?.step === 'client' && login) return kept(see(login));
    if (!first || !waiting.has(one)) return one;
    if (one !== first) return kept(see(first.site));
    return { site, rule, decision: { action: 'manual', reason, todo: maker?.advice ?? MOUNT } };
  });
}

function placeOf({ file, path }: Pick<Site, 'file' | 'path'>): string {
  return `${file.path}:${positionOf(file.text, startOf(path.node)).line}`;
}

const MOUNT =
  "Mount cutover() from '@jwt-to-session/shim' before the first route of the application that runs this, in a file of this repository that calls express(), and run this again.";

/** What a site waits for before its code can ask for sessions, in words; pages do as soon as there are any. */
function waitsFor(
  { file }: Site,
  step: Step,
  mounts: readonly Planned[],
  sources: Sources,
): string | undefined {
  const waits = ({ decision }: Planned) => decision.action === 'manual';
  const running = mounts.filter(
    ({ site }) => site.kind === 'application' && runs(sources, site.application, file),
  );
  const concerned = mounts.every(waits) ? mounts : step === 'client' ? [] : running;
  const waiting = concerned.find(waits);
  if (waiting) {
    return `waits until the session middleware is mounted: see ${placeOf(waiting.site)}, then run this again`;
  }
  return step === 'client' || running.length
    ? undefined
    : 'nothing shows that an application which the shim is in front of runs this';
}

/** Takes neither of the steps that need the session's cookie where no browser carries it from the pages to the API. */
function onOneSite(plan: readonly Planned[], { sameSite }: Project): readonly Planned[] {
  const apart = plan.some(
    ({ site }) => site.kind === 'client-entry' && site.client.target.kind === 'cross-site',
  );
  if (!apart || sameSite) return plan;
  return plan.map((one) => {
    if (!one.owner || one.owner.step === 'install') return one;
    const reason = 'waits until pages and API are of one site: see the findings';
    return { site: one.site, rule: one.rule, decision: { action: 'kept', reason } };
  });
}

/**
 * Leaves the browser applications alone in which the tokens would be left behind: the places that a person has to
 * look at say so, and the others wait for them.
 */
function withHolds(plan: readonly Planned[], { sources }: Project): readonly Planned[] {
  const clients = plan.flatMap(({ site }) => (site.kind === 'client-entry' ? [site.client] : []));
  if (!clients.some(({ hold }) => hold)) return plan;
  const folderOf = ({ file }: Site) => sources.packageOf(file)?.folder ?? '';
  return plan.map((one) => {
    const { site, rule, decision, owner } = one;
    if (owner?.step !== 'client' || decision.action === 'kept') return one;
    const client = clients.find(({ folder }) => folder === folderOf(site));
    return client?.hold ? { site, rule, decision: heldBack(site, client.hold, client) } : one;
  });
}

function heldBack(
  site: Site,
  { action, reason, loose, where, todo: advice }: Hold,
  { base, entry }: BrowserClient,
): Decision {
  const { kind } = site;
  if (action === 'kept') return { action, reason };
  if (loose && TOKEN_KINDS.has(kind) && kind !== 'login-answer')
    return { action, reason, todo: withoutImport(site, base.path) };
  if (kind === 'client-entry' && !loose) {
    const at = base.expression ? `\`\${${base.expression.text}}${base.path}\`` : `'${base.path}'`;
    return { action, reason, todo: advice ?? takenUpFrom(where, at) };
  }
  return TOKEN_KINDS.has(kind) && !loose
    ? {
        action,
        reason,
        todo: `What is to be done is said where the application starts${entry ? `, in ${entry.file.path}` : ''}.`,
      }
    : { action: 'kept', reason: `waits for what is manual here: ${reason}` };
}

/** What to do by hand where nothing can be imported. */
function withoutImport(site: Site, at: string): string {
  if (site.kind === 'header')
    return "Send this without the token: the session's cookie goes along by itself to the server that served the page.";
  if (site.kind !== 'web-storage' || site.access.operation === 'get')
    return `Ask whether somebody is logged in, by a word that is kept in its place or by GET ${at}.`;
  return site.access.operation === 'set'
    ? 'Keep no token: a word that says that somebody is logged in will do.'
    : `Where this logs out, tell the server too: fetch('${at}', { method: 'DELETE' }).`;
}

/** Where a client has the token itself in its hands. */
const TOKEN_KINDS = new Set<Site['kind']>([
  'web-storage',
  'persisted-state',
  'header',
  'socket',
  'login-answer',
]);

function withPassed(one: Planned, project: Project): { one: Planned; passes: readonly Planned[] } {
  try {
    return { one, passes: passed(one, project) };
  } catch (error) {
    return { one: failed(one.site, one.rule, error), passes: [] };
  }
}

/** The calls that must hand the request on so that a decision can be carried out. */
function passed({ site, rule, decision, owner }: Planned, project: Project): Planned[] {
  if (owner?.step !== 'server' || decision.action !== 'rewritten') return [];
  if (site.kind === 'renewed') return [];
  if (site.role !== 'mint' && site.role !== 'check' && site.role !== 'read') return [];
  const access = requestAt(project.sources, site.path);
  if (access.how !== 'thread') return [];
  return access.functions.flatMap(({ path: called, calls }) =>
    calls.map(({ path }): Planned => {
      const file = project.sources.fileOf(path);
      const [name = 'the function it calls'] = namesOf(project.sources, called);
      const reason = `hands the request on to ${name}`;
      const pass: PassSite = {
        role: site.role,
        kind: 'pass-request',
        family: site.family,
        evidence: site.evidence,
        file,
        path,
      };
      return { site: pass, rule, decision: { action: 'rewritten', reason } };
    }),
  );
}

function planned(
  site: Site,
  project: Project,
  rules: readonly RegisteredRule[],
  steps: readonly Step[],
): Planned {
  let rule = 'none';
  try {
    const owners = rules.filter((one) => {
      rule = one.id;
      return one.rule.owns(site, project);
    });
    rule = owners[0]?.id ?? 'none';
    return decided(site, project, owners, steps);
  } catch (error) {
    return failed(site, rule, error);
  }
}

function failed(site: Site, rule: string, error: unknown): Planned {
  const message = error instanceof Error ? error.message : String(error);
  const failure = error instanceof OwnerConflict ? message : `${rule} failed here: ${message}`;
  return { site, rule, decision: { action: 'manual', reason: failure }, failure };
}

/** @throws {OwnerConflict} when two rules claim the site */
function decided(
  site: Site,
  project: Project,
  owners: readonly RegisteredRule[],
  steps: readonly Step[],
): Planned {
  const [owner, another] = owners;
  if (another)
    throw new OwnerConflict(
      site,
      owners.map(({ id }) => id),
    );
  if (!owner) {
    if (!steps.includes(stepOf(site))) return leftFor(stepOf(site), site, 'none');
    const reason = `no rule knows this ${site.role} yet: ${site.evidence}`;
    return { site, rule: 'none', decision: { action: 'manual', reason } };
  }
  if (!steps.includes(owner.rule.step)) return leftFor(owner.rule.step, site, owner.id);
  return { site, rule: owner.id, decision: owner.rule.decide(site, project), owner: owner.rule };
}

function leftFor(step: Step, site: Site, rule: string): Planned {
  return { site, rule, decision: { action: 'kept', reason: `left for the step ${step}` } };
}

const CLIENT_KINDS = new Set<Site['kind']>([
  'renewal',
  'refusal',
  'renewed',
  'web-storage',
  'persisted-state',
  'state-keeper',
  'storage-event',
  'header',
  'socket',
  'credentials',
  'logout',
  'login-answer',
  'login-endpoint',
  'token-field',
  'browser-decode',
  'stand-in',
  'test-storage',
  'client-entry',
]);

/** The step that a site belongs to which no rule owns. */
function stepOf(site: Site): Step {
  return CLIENT_KINDS.has(site.kind) ? 'client' : 'server';
}
