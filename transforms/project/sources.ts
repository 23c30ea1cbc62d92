import type { NodePath } from '@babel/traverse';
import type { Node } from '@babel/types';
import { componentsOfTemplates } from './angular-templates.js';
import { isMinified, isSource, type ListedFile } from './files.js';
import { type ModuleResolver, moduleResolver } from './modules.js';
import { type Package, packageAt, packagesOf } from './packages.js';
import { type SourceFile, sourceFile } from './source.js';

/** The application's files: every text at hand, each parsed at most once and only when it is asked for. */
export interface Sources {
  readonly listed: readonly ListedFile[];
  readonly packages: readonly Package[];
  /** Files that did not parse or were given up, with the reason. Grows as files are asked for. */
  readonly failed: ReadonlyMap<string, string>;
  /** The file at a path relative to the root, parsed; undefined when it is not there or does not parse. */
  at(path: string): SourceFile | undefined;
  /** The file that a path of one of these files' trees belongs to. */
  fileOf(path: NodePath): SourceFile;
  /** The application's file that a module specifier in `from` names; undefined for packages. */
  resolve(from: SourceFile, specifier: string): SourceFile | undefined;
  /** Its path, and nothing is parsed. */
  pathOf(from: string, specifier: string): string | undefined;
  /** Parsed files whose text holds any of the words. */
  mentioning(...words: string[]): SourceFile[];
  /** The same, but a word counts only where no longer word goes on around it: `sign`, not `design`. */
  naming(...words: string[]): SourceFile[];
  /** Parsed files whose text is as asked: for a search that a word alone would let parse too much. */
  parsedWhere(holds: (text: string) => boolean): SourceFile[];
  packageOf(file: Pick<SourceFile, 'path'>): Package | undefined;
  /** Counts a file as failed from now on: nothing is changed in it. */
  giveUp(path: string, reason: string): void;
}

/**
 * Takes the listed files of an application; parses nothing yet.
 *
 * @param hints a file that can't be read counts as failed where its text, as far as there is one, holds a hint
 */
export function sourcesOf(all: readonly ListedFile[], hints: readonly string[]): Sources {
  const listed = all.filter((file) => !file.unreadable);
  const packages = packagesOf(listed);
  const resolver: ModuleResolver = moduleResolver(listed, packages);
  const texts = new Map(listed.map((file) => [file.path, file.text]));
  const components = componentsOfTemplates(listed);
  const isCode = (path: string) => isSource(path) || components.has(path);
  const readable = listed.filter((file) => isCode(file.path) && !isMinified(file.text));
  const parsed = new Map<string, SourceFile | undefined>();
  const byProgram = new WeakMap<Node, SourceFile>();
  const failed = new Map<string, string>();
  for (const { path, text, unreadable } of all) {
    if (unreadable && (!text || hints.some((hint) => text.includes(hint)))) failed.set(path, unreadable);
  }

  const at = (path: string): SourceFile | undefined => {
    if (parsed.has(path)) return parsed.get(path);
    const text = texts.get(path);
    let file: SourceFile | undefined;
    if (text !== undefined && isCode(path)) {
      try {
        file = sourceFile(path, text, components.get(path));
        byProgram.set(file.program.node, file);
      } catch (error) {
        failed.set(path, error instanceof Error ? error.message : String(error));
      }
    }
    parsed.set(path, file);
    return file;
  };

  const holders = new Map<string, readonly string[]>();
  const naming = (word: string): readonly string[] => {
    const known = holders.get(word);
    if (known) return known;
    const found = readable.filter((file) => holdsWord(file.text, word)).map((file) => file.path);
    holders.set(word, found);
    return found;
  };
  const parsedWhere = (holds: (text: string) => boolean) =>
    readable
      .filter((file) => holds(file.text))
      .map((file) => at(file.path))
      .filter((file) => file !== undefined);

  return {
    listed,
    packages,
    failed,
    at,
    fileOf(path) {
      const file = byProgram.get(path.scope.getProgramParent().path.node);
      if (!file) throw new Error('a path was asked for that belongs to no file of the project');
      return file;
    },
    pathOf: (from, specifier) => resolver.resolve(from, specifier),
    resolve(from, specifier) {
      const path = resolver.resolve(from.path, specifier);
      return path === undefined ? undefined : at(path);
    },
    mentioning: (...words) => parsedWhere((text) => words.some((word) => text.includes(word))),
    naming: (...words) => [...new Set(words.flatMap(naming))].map(at).filter((file) => file !== undefined),
    parsedWhere,
    packageOf: (file) => packageAt(packages, file.path),
    giveUp(path, reason) {
      if (!failed.has(path)) failed.set(path, reason);
    },
  };
}

/** Whether a text holds a word, with no letter of a longer one around it. */
function holdsWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
    if (!isWordPart(text.charCodeAt(at - 1)) && !isWordPart(text.charCodeAt(at + word.length))) return true;
  }
  return false;
}

/** Letters, digits, `_` and `$`; false beyond the ends, where there is no code. */
function isWordPart(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 36
  );
}
