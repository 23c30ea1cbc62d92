import { performance } from 'node:perf_hooks';
import { carryOut } from './carry-out.js';
import { type Planned, planOf } from './plan.js';
import type { ListedFile } from './project/files.js';
import { findingsOf } from './project/findings/findings.js';
import { listFiles } from './project/list.js';
import { projectOf } from './project/project.js';
import { positionOf, startOf } from './project/source.js';
import { RULES } from './registry.js';
import type { Outcome, ReportedSite, Step } from './words.js';

export interface MigrateOptions {
  /** Absolute path of the application. */
  readonly root: string;
  readonly steps: readonly Step[];
  /** The day the window is counted from; today unless told. */
  readonly today?: Date;
  /** Whether pages and API are under one site, whatever the code says. */
  readonly sameSite?: boolean;
}

/**
 * Works out what the given steps do to an application. Reads from disk, writes nothing.
 *
 * @throws {ProjectError} when the root cannot be read
 */
export async function migrate(options: MigrateOptions): Promise<Outcome> {
  const started = performance.now();
  return outcomeOf(await listFiles(options.root), options, started);
}

/** The same for texts that are at hand already. */
export function outcomeOf(
  listed: readonly ListedFile[],
  options: MigrateOptions,
  started = performance.now(),
): Outcome {
  const signatures = RULES.flatMap(({ rule }) => rule.knows);
  const project = projectOf(listed, {
    hints: [...new Set(RULES.flatMap(({ rule }) => rule.hints))],
    signatures,
    today: options.today ?? new Date(),
    steps: options.steps,
    sameSite: options.sameSite ?? false,
  });
  // Asked for first: a file that they fail on is given up, and nothing is changed in it.
  const findings = findingsOf(project, signatures);
  const { plan, files } = carryOut(project, planOf(project, RULES, options.steps));
  return {
    root: options.root,
    steps: options.steps,
    listed: listed.length,
    lookedFor: [...new Set(RULES.flatMap(({ rule }) => rule.knows.map((signature) => signature.package)))],
    files,
    sites: plan.map(reported),
    findings,
    ms: Math.round(performance.now() - started),
  };
}

function reported({ site, rule, decision }: Planned): ReportedSite {
  return {
    file: site.file.path,
    ...positionOf(site.file.text, startOf(site.path.node)),
    role: site.role,
    family: site.family,
    action: decision.action,
    rule,
    reason: decision.reason,
  };
}
