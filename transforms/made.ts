import type { Edit } from './edit/edits.js';
import { withoutRepeats } from './edit/edits.js';
import type { Planned } from './plan.js';
import type { Project } from './project/project.js';
import { endOf, startOf } from './project/source.js';

/** A site of the plan with the edits that carry its decision out. */
export interface Work {
  readonly planned: Planned;
  readonly edits: readonly Edit[];
}

/**
 * The sites that are to be reported as changed and of which nothing changed: their edits were lost to those of
 * others. To tell of them as done would send a person past the very places that are left to do.
 *
 * @param finished the edits of each file as they were applied
 */
export function unmadeOf(
  project: Project,
  works: readonly Work[],
  finished: ReadonlyMap<string, readonly Edit[]>,
): Work[] {
  const applied = new Map(
    [...finished].map(([path, edits]) => {
      const text = project.sources.at(path)?.text;
      const changes = withoutRepeats(edits).filter((edit) => text?.slice(edit.start, edit.end) !== edit.text);
      return [path, changes];
    }),
  );
  return works.filter((work) => {
    const { decision, failure } = work.planned;
    return decision.action === 'rewritten' && !failure && !isMade(work, applied);
  });
}

function isMade({ planned, edits }: Work, applied: ReadonlyMap<string, readonly Edit[]>): boolean {
  const { file, path } = planned.site;
  const [start, end] = [startOf(path.node), endOf(path.node)];
  const around = applied.get(file.path) ?? [];
  if (around.some((edit) => edit.end > edit.start && edit.start <= start && end <= edit.end)) return true;
  // Another site's edit does it: the header that goes takes the read of its token along.
  if (!edits.length) return around.some((edit) => edit.start <= end && start <= edit.end);
  return edits.some((edit) => isApplied(edit, applied.get(edit.file) ?? []));
}

function isApplied(edit: Edit, applied: readonly Edit[]): boolean {
  return applied.some(
    (other) =>
      (other.start === edit.start && other.end === edit.end && other.text === edit.text) ||
      (other.start <= edit.start &&
        edit.end <= other.end &&
        // Taken away with what is around it, or put in with it.
        (other.text === '' ? edit.end > edit.start : other.text.includes(edit.text.trim()))),
  );
}
