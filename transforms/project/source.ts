import type { NodePath } from '@babel/traverse';
import type { Node } from '@babel/types';
import type { ComponentClass } from './angular-templates.js';
import { isTest } from './files.js';
import { type Parsed, parseSource } from './parse.js';

/** Where a file runs. */
export type Side = 'server' | 'client' | 'unknown';

/** A parsed source file. */
export interface SourceFile extends Parsed {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly test: boolean;
  /** `commonjs` when it requires and exports by assignment, `module` when it imports and exports. */
  readonly system: 'commonjs' | 'module';
}

/**
 * Parses a listed file.
 *
 * @throws {ParseError} when it is not JavaScript or TypeScript
 */
export function sourceFile(path: string, text: string, component?: ComponentClass): SourceFile {
  const parsed = parseSource(path, text, component);
  const system = parsed.ast.program.body.some((node) => /^(?:Import|Export)/.test(node.type))
    ? 'module'
    : /\.(?:vue|svelte)$/.test(path) || (parsed.ast.program.sourceType === 'module' && /\.mjs$/.test(path))
      ? 'module'
      : 'commonjs';
  return { ...parsed, path, text, test: isTest(path), system };
}

/** The source text of a node. */
export function textOf(file: SourceFile, node: Node): string {
  return file.text.slice(startOf(node), endOf(node));
}

/** The beginning of a node's text, to show it by. */
export function firstLineOf(file: SourceFile, node: Node): string {
  return (textOf(file, node).split('\n')[0] ?? '').slice(0, 60);
}

export function startOf(node: Node): number {
  return node.start ?? 0;
}

export function endOf(node: Node): number {
  return node.end ?? 0;
}

/** Where a node ends with the parentheses around it: `(a)` is a node `a` in the tree. */
export function outerEndOf(file: SourceFile, node: Node): number {
  const from = node.extra?.parenStart;
  if (typeof from !== 'number') return endOf(node);
  let open = file.text.slice(from, startOf(node)).split('(').length - 1;
  let end = endOf(node);
  while (open > 0 && end < file.text.length) if (file.text[end++] === ')') open -= 1;
  return end;
}

/** Where a node begins with the parentheses around it. */
export function outerStartOf(node: Node): number {
  const from = node.extra?.parenStart;
  return typeof from === 'number' ? from : startOf(node);
}

/** 1-based line and column of an offset. */
export function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}

/** Every path of one node type in a file, in source order. */
export function* pathsOf(file: SourceFile, ...types: Node['type'][]): Generator<NodePath> {
  const wanted = new Set<string>(types);
  for (const [node, path] of file.paths) if (wanted.has(node.type)) yield path;
}

/** Sorts places by file, then by position. */
export function positionKey(file: SourceFile, node: Node): string {
  return `${file.path}\n${String(startOf(node)).padStart(9, '0')}`;
}
