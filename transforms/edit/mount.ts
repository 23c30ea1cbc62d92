import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { endOf, type SourceFile, startOf } from '../project/source.js';
import type { Edit } from './edits.js';
import { isTaken } from './names.js';
import { quoted, styleOf } from './style.js';

/** Imports the session module before anything else, and lets the mount wait for it. */
export function aroundMount(
  file: SourceFile,
  mount: NodePath<t.ExpressionStatement> | undefined,
  specifier: string,
): Edit[] {
  const style = styleOf(file.text);
  const { newline, semicolon, indent } = style;
  const local = isTaken(file, 'sessionReady') ? 'sessionIsReady' : 'sessionReady';
  const from = quoted(style, specifier);
  const names = local === 'sessionReady' ? local : `sessionReady as ${local}`;
  const statement = mount ? `import { ${names} } from ${from}${semicolon}` : `import ${from}${semicolon}`;
  const first =
    file.ast.program.body.find((one) => one.type === 'ImportDeclaration') ?? file.ast.program.body[0];
  const at = first ? startOf(first) : 0;
  const edits: Edit[] = [{ file: file.path, start: at, end: at, text: statement + newline }];
  if (!mount) return edits;
  const start = startOf(mount.node);
  const end = endOf(mount.node);
  edits.push({ file: file.path, start, end: start, text: `${local}.finally(() => {${newline}${indent}` });
  for (const line of linesWithin(file, mount, start, end)) {
    edits.push({ file: file.path, start: line, end: line, text: indent });
  }
  edits.push({ file: file.path, start: end, end, text: `${newline}})${semicolon}` });
  return edits;
}

/** Where the lines after the first begin, those within a template's text left out. */
function linesWithin(file: SourceFile, mount: NodePath, start: number, end: number): number[] {
  const templates: { start: number; end: number }[] = [];
  mount.traverse({
    TemplateElement({ node }) {
      templates.push({ start: startOf(node), end: endOf(node) });
    },
  });
  const lines: number[] = [];
  for (
    let at = file.text.indexOf('\n', start) + 1;
    at > 0 && at < end;
    at = file.text.indexOf('\n', at) + 1
  ) {
    const inTemplate = templates.some((one) => one.start < at && at <= one.end);
    if (!inTemplate && !/^\r?\n/.test(file.text.slice(at))) lines.push(at);
  }
  return lines;
}
