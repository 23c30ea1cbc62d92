import { posix } from 'node:path';
import { isComponentTemplate } from '../../project/angular-templates.js';
import { isSource, type ListedFile } from '../../project/files.js';
import { parseSource } from '../../project/parse.js';
import { type Sources, sourcesOf } from '../../project/sources.js';
import type { Step } from '../../words.js';
import { TODO } from '../comments.js';
import { applyEdits, type Edit } from '../edits.js';
import { finishEdits } from '../finish.js';
import { barrelLines } from './barrel-lines.js';
import { danglingImports } from './dangling-imports.js';
import { emptyObjects } from './empty-objects.js';
import { emptyPatterns } from './empty-patterns.js';
import { fixedLets } from './fixed-lets.js';
import { handingOnFunctions } from './handing-on-functions.js';
import { hollowFunctions } from './hollow-functions.js';
import { idleAnswers } from './idle-answers.js';
import { idleAsync } from './idle-async.js';
import { idleCalls } from './idle-calls.js';
import { idleChoices } from './idle-choices.js';
import { idleConditions } from './idle-conditions.js';
import { idleCopies } from './idle-copies.js';
import { idleHooks } from './idle-hooks.js';
import { idleLinks } from './idle-links.js';
import { idleMiddlewares } from './idle-middlewares.js';
import { idleQuestions } from './idle-questions.js';
import type { Edited, LeftoverFinder } from './leftover.js';
import { markerFunctions } from './marker-functions.js';
import { repeatedEndings } from './repeated-endings.js';
import { repeatedGuards } from './repeated-guards.js';
import { selfFilled } from './self-filled.js';
import { idleSpreads } from './spreads.js';
import { unreadByPatterns } from './unread-by-patterns.js';
import { unreadContext } from './unread-context.js';
import { unreadDependencies } from './unread-dependencies.js';
import { unreadInjections } from './unread-injections.js';
import { unreadNames } from './unread-names.js';
import { unreadByCallbacks, unreadElements, unreadParameters, unreadPromised } from './unread-parameters.js';
import { unreadTypes } from './unread-types.js';
import { unusedFunctions } from './unused-functions.js';

/** What may be left behind by the rules of each step. */
export const LEFTOVERS: Readonly<Partial<Record<Step, readonly LeftoverFinder[]>>> = {
  client: [
    hollowFunctions,
    emptyObjects,
    handingOnFunctions,
    idleAnswers,
    idleAsync,
    idleCalls,
    idleChoices,
    idleConditions,
    idleCopies,
    idleHooks,
    idleLinks,
    idleMiddlewares,
    idleQuestions,
    idleSpreads,
    repeatedEndings,
    selfFilled,
    unreadDependencies,
    unreadParameters,
    unreadByCallbacks,
    unreadByPatterns,
    unreadElements,
    unreadInjections,
    unreadTypes,
    unusedFunctions,
    fixedLets,
  ],
  server: [
    emptyPatterns,
    hollowFunctions,
    markerFunctions,
    unreadNames,
    unreadContext,
    unreadPromised,
    repeatedGuards,
  ],
};

/** What goes may leave something else behind: a function that only called it, a condition around the call. */
const MOST_ROUNDS = 8;

/**
 * Takes out what edits have left behind: functions with nothing to do and their calls, hooks that hand on what they
 * get, objects of which nothing is left, in whatever file they are used.
 *
 * @param finders what is looked for
 * @param texts the files that changed, by path, as they are now
 * @returns the texts that differ from those; an empty one of a file that is needed no more
 */
export function withoutLeftovers(
  before: Sources,
  finders: readonly LeftoverFinder[],
  texts: ReadonlyMap<string, string>,
  isTouchable: (path: string) => boolean,
): ReadonlyMap<string, string> {
  const changed = new Map<string, string>();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const now = new Map([...texts, ...changed]);
    const sources = sourcesOf(listedNow(before.listed, now), []);
    const after = (looking: readonly LeftoverFinder[]) =>
      textsAfter({ sources, before }, looking, [...now.keys()], isTouchable);
    // What is imported for nothing is seen once everything else is as it will be.
    const found = after(finders);
    const next = found?.size ? found : after([danglingImports]);
    if (!next?.size) break;
    for (const [path, text] of next) changed.set(path, text);
  }
  return changed;
}

function listedNow(listed: readonly ListedFile[], now: ReadonlyMap<string, string>): ListedFile[] {
  const there = new Set(listed.map(({ path }) => path));
  const added = [...now].flatMap(([path, text]) => (there.has(path) ? [] : [{ path, text }]));
  return [...listed.map((file) => ({ ...file, text: now.get(file.path) ?? file.text })), ...added];
}

/** What the files look like next; a file that is still asked for somewhere keeps what it holds. */
function textsAfter(
  edited: Edited,
  finders: readonly LeftoverFinder[],
  paths: readonly string[],
  isTouchable: (path: string) => boolean,
): Map<string, string> | undefined {
  const asked = new Set<string>();
  for (;;) {
    const mayGo = (path: string) => isTouchable(path) && !asked.has(path);
    const edits = editsIn(edited, finders, paths, mayGo);
    const made = applied(edited.sources, edits);
    const handingOn = [...(made ?? [])].flatMap(([path, text]) => (text ? [] : barrelLines(edited, path)));
    const isFree = ({ file }: Edit) => mayGo(file) && !edits.some((edit) => edit.file === file);
    const texts =
      handingOn.length && handingOn.every(isFree) ? applied(edited.sources, [...edits, ...handingOn]) : made;
    const emptied = [...(texts ?? [])].find(
      ([path, text]) => !text && isAskedFor(edited.sources, path, texts),
    );
    if (!emptied) return texts;
    asked.add(emptied[0]);
  }
}

/** Whether some file names another by its path, in an import or anywhere else. */
function isAskedFor(
  { listed }: Sources,
  path: string,
  texts: ReadonlyMap<string, string> = new Map(),
): boolean {
  const name = posix.basename(path).replace(/\.[^.]+$/, '');
  if (name === 'index') return true;
  const named = new RegExp(`['"\`](?:[^'"\`\\n]*/)?${name.replaceAll(/[.$]/g, '\\$&')}(?:\\.\\w+)?['"\`]`);
  return listed.some((file) => file.path !== path && named.test(texts.get(file.path) ?? file.text));
}

/** Of leftovers that share some text the first goes; the others may be none any more after that. */
function editsIn(
  edited: Edited,
  finders: readonly LeftoverFinder[],
  paths: readonly string[],
  isTouchable: (path: string) => boolean,
): Edit[] {
  const edits: Edit[] = [];
  for (const path of paths) {
    const file = edited.before.at(path) && edited.sources.at(path);
    if (!file) continue;
    for (const own of finders.flatMap((find) => find(edited, file))) {
      const free = own.every(
        (edit) => isTouchable(edit.file) && !edits.some((other) => isBeside(edit, other)),
      );
      if (free) edits.push(...own);
    }
  }
  return edits;
}

function isBeside(edit: Edit, other: Edit): boolean {
  return edit.file === other.file && edit.start <= other.end && other.start <= edit.end;
}

/** The new texts; undefined where they could not be made, or are no code. */
function applied(sources: Sources, edits: readonly Edit[]): Map<string, string> | undefined {
  const texts = new Map<string, string>();
  try {
    for (const path of new Set(edits.map(({ file }) => file))) {
      const file = sources.at(path);
      const own = edits.filter((edit) => edit.file === path);
      if (!file) return undefined;
      const text = applyEdits(file.text, finishEdits(file, own));
      if (isSource(path) || isComponentTemplate(path)) parseSource(path, text);
      texts.set(path, isBare(text) ? '' : text);
    }
  } catch {
    return undefined;
  }
  return texts;
}

/** Whether a file holds nothing but comments that nobody has to read. */
function isBare(text: string): boolean {
  return (
    !text.includes(TODO) &&
    !/\S/.test(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|(['"])use (?:strict|client)\1;?/g, ''))
  );
}
