import type { API, FileInfo, Options } from 'jscodeshift';
import { commentEdits } from './edit/comments.js';
import { applyEdits } from './edit/edits.js';
import { finishEdits } from './edit/finish.js';
import { projectOf } from './project/project.js';
import type { Site } from './project/site.js';
import { noteOf, type Rule } from './rule.js';

/** A jscodeshift module: file in, text out, undefined where nothing changes. */
export type Transform = (file: FileInfo, api: API, options: Options) => string | undefined;

/**
 * A rule as a plain jscodeshift module, so that `npx jscodeshift -t <rule> <file>` runs it by itself. It sees
 * one file: what crosses files is left to the command line.
 */
export function alone<S extends Site>(id: string, rule: Rule<S>): Transform {
  return (info, api) => {
    const path = info.path.replaceAll('\\', '/').replace(/^\/+|^\.\//, '');
    const knowledge = { hints: rule.hints, signatures: rule.knows, today: new Date(), steps: [rule.step] };
    const project = projectOf([{ path, text: info.source }], knowledge);
    const file = project.sources.at(path);
    if (!file) {
      api.report(`${id}: ${project.sources.failed.get(path) ?? 'the file is not JavaScript or TypeScript'}`);
      return undefined;
    }
    const planned = project.sites
      .filter((site) => rule.owns(site, project))
      .map((site) => ({ site, decision: rule.decide(site, project) }));
    const edits = planned
      .flatMap(({ site, decision }) => rule.edit(site, decision, project))
      .filter((edit) => edit.file === path);
    const notes = planned
      .filter(({ decision }) => decision.action === 'manual')
      .map(({ site, decision }) => ({ path: site.path, text: noteOf(decision) }));
    const own = [...edits, ...commentEdits(file, notes, edits)];
    return own.length ? applyEdits(info.source, finishEdits(file, own)) : undefined;
  };
}
