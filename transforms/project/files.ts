import { isNamedAsTemplate } from './angular-templates.js';

/** What a file's text is known as before anything is parsed. */
export interface ListedFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly text: string;
  /** Why the file must be left alone, its text being absent or no more than a likeness. */
  readonly unreadable?: string;
}

/** Whether a path names code that can be parsed, templates of components among it. */
export function isSource(path: string): boolean {
  return /\.(?:[cm]?[jt]sx?|vue|svelte)$/.test(path) || isNamedAsTemplate(path);
}

/** Whether a text looks like the output of a minifier: nobody wants it rewritten. */
export function isMinified(text: string): boolean {
  return text.length > 5_000 && text.length / (text.split('\n').length || 1) > 400;
}

/** Whether a path belongs to the application's tests. */
export function isTest(path: string): boolean {
  return /(?:^|\/)(?:__tests__|__mocks__|tests?|specs?|cypress|e2e)\/|\.(?:test|spec|cy|e2e)\.[cm]?[jt]sx?$/.test(
    path,
  );
}
