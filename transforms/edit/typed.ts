import type { SourceFile } from '../project/source.js';

/** Whether a file has types, which say of a token that it is a string. */
export function isTyped({ path, text }: SourceFile): boolean {
  return /\.tsx?$/.test(path) || (/\.(?:vue|svelte)$/.test(path) && /<script[^>]*\blang="ts"/.test(text));
}
