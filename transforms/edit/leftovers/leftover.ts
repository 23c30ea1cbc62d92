import type { NodePath } from '@babel/traverse';
import type { SourceFile } from '../../project/source.js';
import { textOf } from '../../project/source.js';
import type { Sources } from '../../project/sources.js';
import { TODO } from '../comments.js';
import type { Edit } from '../edits.js';

/** An application after its edits, of which some may have left something behind that does nothing any more. */
export interface Edited {
  /** The files as they are now. */
  readonly sources: Sources;
  /** The files as they were. */
  readonly before: Sources;
}

/** Finds what a changed file holds that nothing is left of, each with all the edits that take it out. */
export type LeftoverFinder = (edited: Edited, file: SourceFile) => readonly (readonly Edit[])[];

const plainTexts = new WeakMap<SourceFile, string>();

/** Whether code came to be through edits, rather than that it stood like this before; what a person is to look at stays. */
export function isMade({ before }: Edited, file: SourceFile, { node }: NodePath): boolean {
  const text = textOf(file, node);
  const old = before.at(file.path);
  return old !== undefined && !text.includes(TODO) && !plainTextOf(old).includes(plain(text));
}

function plainTextOf(file: SourceFile): string {
  const known = plainTexts.get(file);
  if (known !== undefined) return known;
  const text = plain(file.text);
  plainTexts.set(file, text);
  return text;
}

/** Code that is moved to the right is the same code. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ');
}
