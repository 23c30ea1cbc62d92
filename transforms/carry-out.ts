import { commentEdits } from './edit/comments.js';
import { applyEdits, type Edit } from './edit/edits.js';
import { finishEdits } from './edit/finish.js';
import type { Planned } from './plan.js';
import { isSource } from './project/files.js';
import { parseSource } from './project/parse.js';
import type { Project } from './project/project.js';
import { noteOf } from './rule.js';
import type { FileOutcome } from './words.js';

/** A plan carried out: what each site came to, and each file's new text. */
export interface CarriedOut {
  readonly plan: readonly Planned[];
  readonly files: readonly FileOutcome[];
}

/** A site of the plan with its edits. */
interface Work {
  readonly planned: Planned;
  readonly edits: readonly Edit[];
}

/**
 * Turns a plan into texts. What goes wrong stays with the files it concerns: a file whose rule fails, whose edits
 * overlap or whose new text does not parse is `failed` and stays as it is, and so is every file that was to change
 * together with it; the others go on.
 */
export function carryOut(project: Project, plan: readonly Planned[]): CarriedOut {
  const failures = new Map(project.sources.failed);
  const works = plan.map((planned): Work => {
    if (planned.failure) failures.set(planned.site.file.path, planned.failure);
    return { planned, edits: editsOf(project, planned, failures) };
  });
  for (;;) {
    spread(works, failures);
    const before = failures.size;
    const files = texts(project, works, failures);
    // A failure takes back edits elsewhere, so the other files are made anew without them.
    if (failures.size === before) {
      return { plan: works.map(({ planned }) => withFailure(planned, failures)), files };
    }
  }
}

function editsOf(project: Project, planned: Planned, failures: Map<string, string>): readonly Edit[] {
  const { site, rule, decision, owner } = planned;
  try {
    return owner?.edit(site, decision, project) ?? [];
  } catch (error) {
    failures.set(site.file.path, `${rule} failed here: ${messageOf(error)}`);
    return [];
  }
}

/** Edits of one site are made together or not at all: where one of its files fails, all of them do. */
function spread(works: readonly Work[], failures: Map<string, string>): void {
  for (let grown = true; grown; ) {
    grown = false;
    for (const { planned, edits } of works) {
      const paths = [planned.site.file.path, ...edits.map((edit) => edit.file)];
      const failed = edits.length ? paths.find((path) => failures.has(path)) : undefined;
      if (failed === undefined) continue;
      for (const path of paths) {
        if (failures.has(path)) continue;
        failures.set(path, `it was to change together with ${failed}, which failed`);
        grown = true;
      }
    }
  }
}

function texts(project: Project, works: readonly Work[], failures: Map<string, string>): FileOutcome[] {
  const byFile = new Map<string, Edit[]>();
  for (const { edits } of works) {
    for (const edit of edits) {
      const own = byFile.get(edit.file);
      if (own) own.push(edit);
      else byFile.set(edit.file, [edit]);
    }
  }
  for (const [path, notes] of notesOf(works)) {
    const file = project.sources.at(path);
    const own = byFile.get(path) ?? [];
    if (file && !failures.has(path)) byFile.set(path, [...own, ...commentEdits(file, notes, own)]);
  }
  const files = project.sources.listed.map(({ path, text }): FileOutcome => {
    const reason = failures.get(path);
    if (reason) return { path, status: 'failed', reason, before: text };
    const own = byFile.get(path);
    byFile.delete(path);
    if (!own?.length) return { path, status: 'unchanged', before: text, after: text };
    return attempted(path, failures, () => changed(project, path, text, own));
  });
  const added = [...byFile]
    .filter(([path]) => !failures.has(path))
    .map(([path, own]) => attempted(path, failures, () => ({ ...changed(project, path, undefined, own) })));
  const unread = [...project.sources.failed]
    .filter(([path]) => !project.sources.listed.some((file) => file.path === path))
    .map(([path, reason]): FileOutcome => ({ path, status: 'failed', reason }));
  return [...files, ...added, ...unread].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function changed(
  project: Project,
  path: string,
  before: string | undefined,
  edits: readonly Edit[],
): FileOutcome {
  const file = project.sources.at(path);
  const after = applyEdits(before ?? '', file ? finishEdits(file, edits) : edits);
  if (isSource(path)) parseSource(path, after);
  if (before === undefined) return { path, status: 'added', after };
  const reason = edits.find((edit) => edit.because)?.because;
  const status = after === before ? 'unchanged' : 'modified';
  return { path, status, before, after, ...(reason ? { reason } : {}) };
}

function attempted(path: string, failures: Map<string, string>, make: () => FileOutcome): FileOutcome {
  try {
    return make();
  } catch (error) {
    const reason = `its change could not be made: ${messageOf(error)}`;
    failures.set(path, reason);
    return { path, status: 'failed', reason };
  }
}

function notesOf(works: readonly Work[]) {
  const byFile = new Map<string, { path: Planned['site']['path']; text: string }[]>();
  for (const { site, decision, failure } of works.map(({ planned }) => planned)) {
    if (decision.action !== 'manual' || failure) continue;
    const note = { path: site.path, text: noteOf(decision) };
    const own = byFile.get(site.file.path);
    if (own) own.push(note);
    else byFile.set(site.file.path, [note]);
  }
  return byFile;
}

/** In a file that failed nothing changed: whatever was decided there is left to a person. */
function withFailure(planned: Planned, failures: ReadonlyMap<string, string>): Planned {
  const failure = failures.get(planned.site.file.path);
  if (failure === undefined || planned.decision.action === 'kept') return planned;
  return { ...planned, decision: { action: 'manual', reason: `left as it is: ${failure}` } };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
