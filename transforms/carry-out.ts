import { commentEdits } from './edit/comments.js';
import { applyEdits, type Edit } from './edit/edits.js';
import { finishEdits } from './edit/finish.js';
import { LEFTOVERS, withoutLeftovers } from './edit/leftovers/leftovers.js';
import { unmadeOf, type Work } from './made.js';
import type { Planned } from './plan.js';
import { isComponentTemplate } from './project/angular-templates.js';
import { isSource } from './project/files.js';
import { parseSource } from './project/parse.js';
import type { Project } from './project/project.js';
import { noteOf } from './rule.js';
import { type FileOutcome, STEPS, type Step } from './words.js';

/** A plan carried out: what each site came to, and each file's new text. */
export interface CarriedOut {
  readonly plan: readonly Planned[];
  readonly files: readonly FileOutcome[];
}

/**
 * Turns a plan into texts. What goes wrong stays with the files it concerns: a file whose rule fails, whose edits
 * overlap or whose new text does not parse is `failed` and stays as it is, and so is every file that was to change
 * together with it, as all of a browser application do; the others go on.
 */
export function carryOut(project: Project, plan: readonly Planned[]): CarriedOut {
  const failures = new Map(project.sources.failed);
  let works = plan.map((planned): Work => {
    if (planned.failure) failures.set(planned.site.file.path, planned.failure);
    return { planned, edits: editsOf(project, planned, failures) };
  });
  for (;;) {
    spread(togetherIn(project, works), failures);
    const before = failures.size;
    const finished = new Map<string, readonly Edit[]>();
    const files = texts(project, works, failures, finished);
    // A failure takes back edits elsewhere, so the other files are made anew without them.
    if (failures.size > before) continue;
    const unmade = new Set(
      unmadeOf(
        project,
        works.filter(({ planned }) => !failures.has(planned.site.file.path)),
        finished,
      ),
    );
    if (!unmade.size) {
      const plan = works.map(({ planned }) => withFailure(planned, failures));
      return { plan, files: cleared(project, works, files) };
    }
    works = works.map((work) => (unmade.has(work) ? { planned: leftToDo(work.planned), edits: [] } : work));
  }
}

/** The files without what their edits have left behind. */
function cleared(project: Project, works: readonly Work[], files: readonly FileOutcome[]): FileOutcome[] {
  return STEPS.reduce((rest, step) => withoutLeftoversOf(project, step, works, rest), [...files]);
}

function withoutLeftoversOf(
  project: Project,
  step: Step,
  works: readonly Work[],
  files: FileOutcome[],
): FileOutcome[] {
  const finders = LEFTOVERS[step] ?? [];
  const ours = new Set(
    works.flatMap(({ planned, edits }) =>
      planned.owner?.step === step ? edits.map(({ file }) => file) : [],
    ),
  );
  const texts = new Map(
    files.flatMap(({ path, status, after }) =>
      status === 'modified' && after !== undefined && ours.has(path) ? [[path, after]] : [],
    ),
  );
  if (!finders.length || !texts.size) return files;
  const failed = new Set(files.flatMap(({ path, status }) => (status === 'failed' ? [path] : [])));
  const left = withoutLeftovers(project.sources, finders, texts, (path) => !failed.has(path));
  return files.map((file) => {
    const after = left.get(file.path);
    if (after === undefined) return file;
    const { path, before = '' } = file;
    if (!after) return { path, status: 'deleted', reason: 'nothing is left of what it was for', before };
    const reason = file.status === 'unchanged' ? { reason: 'what it called has nothing left to do' } : {};
    return { ...file, ...reason, status: after === file.before ? 'unchanged' : 'modified', after };
  });
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

/** Files that change together or not at all. */
interface Together {
  /** Where one of these fails, */
  readonly causes: readonly string[];
  /** so do all of these. */
  readonly files: readonly string[];
}

/**
 * The edits of one site are made together. So are those of a browser application, whose login would be in two
 * places at once otherwise; of its tests nothing depends.
 */
function togetherIn({ sources }: Project, works: readonly Work[]): readonly Together[] {
  const clients = new Map<string, { causes: string[]; files: string[] }>();
  const bySite = works.flatMap(({ planned: { site, owner }, edits }): Together[] => {
    if (!edits.length) return [];
    if (owner?.step === 'client') {
      const folder = sources.packageOf(site.file)?.folder ?? '';
      const client = clients.get(folder) ?? { causes: [], files: [] };
      clients.set(folder, client);
      client.files.push(site.file.path);
      if (!site.file.test) client.causes.push(site.file.path);
    }
    const causes = pathsOf(site, edits);
    // Others may change a manifest all the same: what this site wanted there is left out of it.
    return [{ causes, files: causes.filter(isSource) }];
  });
  return [...bySite, ...clients.values()];
}

function pathsOf(site: Planned['site'], edits: readonly Edit[]): string[] {
  return [site.file.path, ...edits.map(({ file }) => file)];
}

function spread(together: readonly Together[], failures: Map<string, string>): void {
  for (let grown = true; grown; ) {
    grown = false;
    for (const { causes, files } of together) {
      const failed = causes.find((path) => failures.has(path));
      if (failed === undefined) continue;
      for (const path of files) {
        if (failures.has(path)) continue;
        failures.set(path, `it was to change together with ${failed}, which failed`);
        grown = true;
      }
    }
  }
}

/** A site of which nothing would change is a person's to change, whatever was decided; an import may stay. */
function leftToDo(planned: Planned): Planned {
  const { reason } = planned.decision;
  const { site } = planned;
  if (site.kind === 'import')
    return {
      ...planned,
      decision: { action: 'kept', reason: `something here still needs ${site.library}` },
    };
  return {
    ...planned,
    decision: {
      action: 'manual',
      reason: `nothing was changed here, though it was to be: ${reason}`,
      todo: 'Do it by hand.',
    },
  };
}

function texts(
  project: Project,
  works: readonly Work[],
  failures: Map<string, string>,
  finished: Map<string, readonly Edit[]>,
): FileOutcome[] {
  const byFile = new Map<string, Edit[]>();
  for (const { planned, edits } of works) {
    if (pathsOf(planned.site, edits).some((path) => failures.has(path))) continue;
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
    return attempted(path, failures, () => changed(project, path, text, own, finished));
  });
  const added = [...byFile]
    .filter(([path]) => !failures.has(path))
    .map(([path, own]) => attempted(path, failures, () => changed(project, path, undefined, own, finished)));
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
  finished: Map<string, readonly Edit[]>,
): FileOutcome {
  const file = project.sources.at(path);
  const complete = file ? finishEdits(file, edits) : edits;
  const after = applyEdits(before ?? '', complete);
  finished.set(path, complete);
  if (isSource(path) || isComponentTemplate(path)) parseSource(path, after);
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
