import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import type { Entry } from '../project/browser/entry.js';
import { moduleName } from '../project/exports.js';
import { endOf, type SourceFile, startOf } from '../project/source.js';
import type { Edit } from './edits.js';
import { furtherIn } from './further-in.js';
import { isTaken } from './names.js';
import { withoutDeclaration } from './statements.js';
import { quoted, styleOf } from './style.js';

/** Imports the session module before anything else, and lets the mount wait for it. */
export function aroundMount(file: SourceFile, entry: Entry | undefined, specifier: string): Edit[] {
  const mount = entry?.mount;
  const from = entry?.first ?? mount;
  const style = styleOf(file.text);
  const { newline, semicolon, indent } = style;
  const local = isTaken(file, 'sessionReady') ? 'sessionIsReady' : 'sessionReady';
  const module = quoted(style, specifier);
  const names = local === 'sessionReady' ? local : `sessionReady as ${local}`;
  const statement = mount ? `import { ${names} } from ${module}${semicolon}` : `import ${module}${semicolon}`;
  const first =
    file.ast.program.body.find((one) => one.type === 'ImportDeclaration') ?? file.ast.program.body[0];
  const at = first ? startOf(first) : 0;
  const edits: Edit[] = [{ file: file.path, start: at, end: at, text: statement + newline }];
  if (!mount || !from) return edits;
  const start = startOf(from.node);
  const end = endOf(mount.node);
  const later = entry?.later ?? [];
  const loads = later.map(
    ({ node }) =>
      `const { ${namesOf(node)} } = await import(${quoted(style, node.source.value)})${semicolon}`,
  );
  const waits = later.length > 0 || awaitsIn(from, end);
  const begins = [`${local}.finally(${waits ? 'async ' : ''}() => {`, ...loads];
  const opening = begins.join(newline + indent) + newline + indent;
  edits.push(...later.map((one) => withoutDeclaration(file, one)));
  edits.push({ file: file.path, start, end: start, text: opening, stays: true });
  const [made] = mount.isVariableDeclaration() ? mount.node.declarations : [];
  if (made?.init)
    edits.push({ file: file.path, start: startOf(mount.node), end: startOf(made.init), text: '' });
  if (entry?.exported) edits.push(withoutDeclaration(file, entry.exported));
  edits.push(...furtherIn(file, start, end));
  edits.push({ file: file.path, start: end, end, text: `${newline}})${semicolon}` });
  return edits;
}

/** Whether a statement, or one of those after it up to an offset, waits for something itself. */
function awaitsIn(from: NodePath, end: number): boolean {
  let found = false;
  for (let at = from; at.node && startOf(at.node) < end; at = at.getNextSibling())
    at.traverse({
      Function: (inner) => inner.skip(),
      AwaitExpression: () => {
        found = true;
      },
    });
  return found;
}

/** `default: App, routes` of `import App, { routes } from './App'`. */
function namesOf({ specifiers }: t.ImportDeclaration): string {
  return specifiers
    .map((one) => {
      const imported = t.isImportSpecifier(one) ? moduleName(one.imported) : 'default';
      return imported === one.local.name ? imported : `${imported}: ${one.local.name}`;
    })
    .join(', ');
}
