import { performance } from 'node:perf_hooks';
import { commentEdits } from './edit/comments.js';
import { applyEdits, type Edit } from './edit/edits.js';
import { finishEdits } from './edit/finish.js';
import { type Planned, planOf } from './plan.js';
import { listFiles } from './project/files.js';
import { findingsOf } from './project/findings/findings.js';
import { type Project, projectOf } from './project/project.js';
import { positionOf, startOf } from './project/source.js';
import { RULES } from './registry.js';
import { noteOf } from './rule.js';
import type { FileOutcome, Outcome, ReportedSite, Step } from './words.js';

export interface MigrateOptions {
  /** Absolute path of the application. */
  readonly root: string;
  readonly steps: readonly Step[];
  /** The day the window is counted from; today unless told. */
  readonly today?: Date;
}

/**
 * Works out what the given steps do to an application. Reads from disk, writes nothing.
 *
 * @throws {ProjectError} when the root cannot be read
 */
export async function migrate(options: MigrateOptions): Promise<Outcome> {
  const started = performance.now();
  const listed = await listFiles(options.root);
  const project = projectOf(listed, {
    hints: [...new Set(RULES.flatMap(({ rule }) => rule.hints))],
    signatures: RULES.flatMap(({ rule }) => rule.knows),
    today: options.today ?? new Date(),
    steps: options.steps,
  });
  const plan = planOf(project, RULES, options.steps);
  const edits = plan.flatMap(({ site, decision, owner }) => owner?.edit(site, decision, project) ?? []);
  return {
    root: options.root,
    steps: options.steps,
    listed: listed.length,
    lookedFor: [...new Set(RULES.flatMap(({ rule }) => rule.knows.map((signature) => signature.package)))],
    files: outcomes(project, edits, plan),
    sites: plan.map(reported),
    findings: findingsOf(project),
    ms: Math.round(performance.now() - started),
  };
}

function outcomes(project: Project, edits: readonly Edit[], plan: readonly Planned[]): FileOutcome[] {
  const byFile = new Map<string, Edit[]>();
  for (const edit of edits) byFile.set(edit.file, [...(byFile.get(edit.file) ?? []), edit]);
  const manual = plan.filter(({ decision }) => decision.action === 'manual');
  for (const file of new Set(manual.map(({ site }) => site.file))) {
    const notes = manual
      .filter(({ site }) => site.file === file)
      .map(({ site, decision }) => ({ path: site.path, text: noteOf(decision) }));
    const own = byFile.get(file.path) ?? [];
    byFile.set(file.path, [...own, ...commentEdits(file, notes, own)]);
  }
  const files = project.sources.listed.map(({ path, text }) =>
    outcome(project, path, text, byFile.get(path) ?? []),
  );
  const known = new Set(project.sources.listed.map((file) => file.path));
  for (const [path, own] of byFile) {
    if (!known.has(path)) files.push({ path, status: 'added', after: applyEdits('', own) });
  }
  return files;
}

function outcome(project: Project, path: string, text: string, edits: readonly Edit[]): FileOutcome {
  const failure = project.sources.failed.get(path);
  if (failure) return { path, status: 'failed', reason: failure, before: text };
  if (!edits.length) return { path, status: 'unchanged', before: text, after: text };
  const file = project.sources.at(path);
  const after = applyEdits(text, file ? finishEdits(file, edits) : edits);
  const reason = edits.find((edit) => edit.because)?.because;
  const status = after === text ? 'unchanged' : 'modified';
  return { path, status, before: text, after, ...(reason ? { reason } : {}) };
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
