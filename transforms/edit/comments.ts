import type { NodePath } from '@babel/traverse';
import { isComponentTemplate } from '../project/angular-templates.js';
import { type SourceFile, startOf } from '../project/source.js';
import { hasTemplate, isInTemplate, templateAround } from '../project/templates.js';
import type { Edit } from './edits.js';
import { indentationAt, styleOf } from './style.js';

/** What a person has to do at one place. */
export interface Note {
  readonly path: NodePath;
  readonly text: string;
}

/** What marks a place that a person is to look at. */
export const TODO = 'TODO(jwt-to-session)';
const TAG = `${TODO}:`;
const WIDEST = 100;
/** Less than this makes a column of words, however deep the code stands. */
const NARROWEST = 50;

/**
 * The comments that tell a person what is left to do, each above the statement it is about. A statement that has
 * one keeps it; several notes on one statement become one comment; where no comment can stand there is none.
 *
 * @param edits the other edits of the file: no comment is put into what they replace
 */
export function commentEdits(file: SourceFile, notes: readonly Note[], edits: readonly Edit[]): Edit[] {
  const byPlace = new Map<number, { anchor: NodePath; texts: Set<string> }>();
  for (const { path, text } of notes) {
    // A template in a script is a text of the script, whose class can be commented on.
    if (markupAnchor(file, path) !== undefined || (isInTemplate(path) && isMarkup(file))) continue;
    const anchor = anchorOf(file, path);
    if (!anchor) continue;
    const at = startOf(anchor.node);
    const place = byPlace.get(at) ?? { anchor, texts: new Set<string>() };
    place.texts.add(text);
    byPlace.set(at, place);
  }
  const comments: Edit[] = [];
  for (const [at, { anchor, texts }] of byPlace) {
    if (edits.some((edit) => edit.start < at && at < edit.end) || hasComment(file, at)) continue;
    if (anchor.isImportDeclaration() && isSaid(file, [...texts].join(' '))) continue;
    const indent = indentationAt(file, at);
    const { newline } = styleOf(file.text);
    const lines = wrapped(`${TAG} ${[...texts].join(' ')}`, Math.max(NARROWEST, WIDEST - indent.length));
    const text = lines.map((line) => `// ${line}${newline}${indent}`).join('');
    const ownLine = beginsLine(file, at) ? '' : `${newline}${indent}`;
    // What is said at the top of a file is not about the import that stands there, which may go.
    const stays = anchor.isImportDeclaration() ? { stays: true } : {};
    comments.push({ file: file.path, start: at, end: at, text: ownLine + text, ...stays });
  }
  return [...comments, ...markupComments(file, notes)];
}

/** `<!-- … -->` above the lines of a template that notes are about. */
function markupComments(file: SourceFile, notes: readonly Note[]): Edit[] {
  const byPlace = new Map<number, Set<string>>();
  for (const { path, text } of notes) {
    const at = markupAnchor(file, path);
    if (at !== undefined) byPlace.set(at, (byPlace.get(at) ?? new Set()).add(text));
  }
  return [...byPlace].flatMap(([at, texts]): Edit[] => {
    if (/<!-- TODO\(jwt-to-session\):[^<>]*-->\s*$/.test(file.text.slice(0, at))) return [];
    const { newline } = styleOf(file.text);
    const text = `<!-- ${TAG} ${[...texts].join(' ')} -->${newline}${indentationAt(file, at)}`;
    return [{ file: file.path, start: at, end: at, text }];
  });
}

/** Where the tag or the block begins that a piece of a template stands in, if it begins a line. */
function markupAnchor(file: SourceFile, path: NodePath): number | undefined {
  const start = templateAround(path)?.node.start;
  if (typeof start !== 'number') return undefined;
  const before = file.text.slice(0, start);
  const at = Math.max(before.search(/<(?=[A-Za-z])[^<]*$/), before.search(/(?:@|\{[#:@])(?=[a-z])[^@{<]*$/));
  if (at < 0) return undefined;
  // What stands before it on its line may be more of the same.
  const line = before.lastIndexOf('\n', at - 1) + 1;
  const first = line + (/^\s*/.exec(before.slice(line))?.[0].length ?? 0);
  return /^(?:<[A-Za-z]|\{[#@]|@(?!else))/.test(file.text.slice(first)) ? first : undefined;
}

function isMarkup({ path }: SourceFile): boolean {
  return hasTemplate(path) || isComponentTemplate(path);
}

/**
 * The nearest thing around a path that begins a line and may have a comment before it; where several statements
 * share their line, the nearest of them.
 */
function anchorOf(file: SourceFile, path: NodePath): NodePath | undefined {
  let amid: NodePath | undefined;
  for (let at: NodePath | null = path; at && !at.isProgram(); at = at.parentPath) {
    if (!takesComment(at) || isInTemplate(at) || at.node.extra?.templates) continue;
    if (beginsLine(file, startOf(at.node))) return at;
    if (at.isStatement()) amid ??= at;
  }
  return amid;
}

function takesComment(path: NodePath): boolean {
  if (path.isStatement()) return path.listKey === 'body' || path.listKey === 'consequent';
  if (path.isClassMethod() || path.isClassProperty()) return true;
  return path.isObjectProperty() || path.isObjectMethod();
}

function beginsLine(file: SourceFile, offset: number): boolean {
  const before = file.text.slice(file.text.lastIndexOf('\n', offset - 1) + 1, offset);
  return /^\uFEFF?[ \t]*$/.test(before);
}

/** Whether the comment lines right above an offset hold one of ours. */
function hasComment(file: SourceFile, offset: number): boolean {
  const above = file.text.slice(0, offset).split('\n').slice(0, -1);
  for (const line of above.toReversed()) {
    if (!/^\s*(?:\/\/|\/?\*)/.test(line)) return false;
    if (line.includes(TAG)) return true;
  }
  return false;
}

/** Whether a file says it already: what began the file on an earlier run stands below an import since. */
function isSaid({ text }: SourceFile, note: string): boolean {
  const flat = (part: string) => part.replace(/\s*\n\s*\/\/\s*|\s+/g, ' ');
  return flat(text).includes(`${TAG} ${flat(note)}`);
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line && line.length + word.length + 1 > width) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return line ? [...lines, line] : lines;
}
