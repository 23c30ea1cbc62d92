import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { requiredModule } from '../project/exports.js';
import { endOf, type SourceFile, startOf, textOf } from '../project/source.js';
import type { Edit, NeededName } from './edits.js';
import { indentationAt, quoted, styleOf } from './style.js';
import { endOfLine } from './whole-lines.js';

/**
 * The edits that import names into a file: into a statement that imports from the same module already, in the
 * place of a statement that is dropped anyway, among those of packages, or after the last import.
 *
 * @param before where the first of the names is used: a `require` must have run by then
 * @param dropped statements that other edits remove altogether; the one used up is left out of the result's `kept`
 */
export function importEdits(
  file: SourceFile,
  needs: readonly NeededName[],
  dropped: readonly NodePath[],
  before = Number.POSITIVE_INFINITY,
): { edits: Edit[]; replaced: NodePath | undefined } {
  const byModule = new Map<string, Map<string, NeededName>>();
  for (const need of needs) {
    const key = need.type === 'apart' ? `type ${need.module}` : need.module;
    const names = byModule.get(key) ?? new Map<string, NeededName>();
    byModule.set(key, names.set(need.local, need));
  }
  const edits: Edit[] = [];
  const ofFiles: string[] = [];
  const ofPackages: string[] = [];
  for (const [key, names] of byModule) {
    const module = key.replace(/^type /, '');
    const apart = key !== module;
    const missing = [...names.values()].filter((need) => !bindsAtTop(file, need.local));
    if (!missing.length) continue;
    const last = existingSpecifiers(file, module, apart)?.at(-1);
    if (last) {
      const text = missing.map((need) => `, ${specifierText(file, need)}`).join('');
      edits.push({ file: file.path, start: endOf(last), end: endOf(last), text });
    } else (module.startsWith('.') ? ofFiles : ofPackages).push(statementText(file, module, missing));
  }
  const { newline } = styleOf(file.text);
  const spare = dropped.filter(
    ({ node }) =>
      t.isStatement(node) && isImporting(node) && (file.system === 'module' || endOf(node) <= before),
  );
  const gone = new Set(dropped.map(({ node }) => node));
  const replaced = ofPackages.length
    ? (spare.find(({ node }) => !isOfFile(node)) ?? (lastOfPackages(file, gone) ? undefined : spare[0]))
    : undefined;
  if (replaced) {
    const { node } = replaced;
    const text = ofPackages.join(newline);
    edits.push({ file: file.path, start: startOf(node), end: endOf(node), text });
  }
  // In the order that they come to where another step adds the package later.
  const removed = new Set(dropped.filter((statement) => statement !== replaced).map(({ node }) => node));
  const among = replaced ? undefined : lastOfPackages(file, removed);
  const put = replaced || among ? [] : ofPackages;
  if (among && ofPackages.length) edits.push(behind(file, among, ofPackages.join(newline), newline));
  const fresh = holdsPackagesAlone(file) ? [...put, ...ofFiles] : [...ofFiles, ...put];
  if (fresh.length) edits.push(insertion(file, fresh.join(newline), newline, before, removed));
  return { edits, replaced };
}

/** A statement that imports names, in the file's module system and style. */
export function statementText(file: SourceFile, module: string, needs: readonly NeededName[]): string {
  const style = styleOf(file.text);
  const names = needs
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .map((need) => specifierText(file, need))
    .join(', ');
  const from = quoted(style, module);
  const type = needs.some((need) => need.type === 'apart') ? 'type ' : '';
  return file.system === 'module'
    ? `import ${type}{ ${names} } from ${from}${style.semicolon}`
    : `const { ${names} } = require(${from})${style.semicolon}`;
}

function specifierText(file: SourceFile, need: NeededName): string {
  if (need.name === need.local) return need.name;
  return file.system === 'module' ? `${need.name} as ${need.local}` : `${need.name}: ${need.local}`;
}

function bindsAtTop(file: SourceFile, name: string): boolean {
  return file.program.scope.hasOwnBinding(name);
}

function existingSpecifiers(file: SourceFile, module: string, types: boolean): t.Node[] | undefined {
  for (const statement of file.ast.program.body) {
    if (
      t.isImportDeclaration(statement) &&
      statement.source.value === module &&
      (statement.importKind === 'type') === types
    ) {
      const named = statement.specifiers.filter((specifier) => t.isImportSpecifier(specifier));
      if (named.length) return named;
    }
    if (!t.isVariableDeclaration(statement)) continue;
    for (const { id, init } of statement.declarations) {
      if (t.isObjectPattern(id) && init && requiredModule(init) === module) return id.properties;
    }
  }
  return undefined;
}

/** The last import of a package where all of them stand before those of files, as many linters ask for. */
function lastOfPackages(file: SourceFile, removed: ReadonlySet<t.Node>): t.Statement | undefined {
  if (file.system !== 'module') return undefined;
  const imports = file.ast.program.body.filter((one) => t.isImportDeclaration(one));
  const first = imports.findIndex(isOfFile);
  if (first < 1 || !imports.slice(first).every(isOfFile)) return undefined;
  return imports.slice(0, first).findLast((one) => !removed.has(one));
}

function holdsPackagesAlone({ system, ast }: SourceFile): boolean {
  const imports = ast.program.body.filter((one) => t.isImportDeclaration(one));
  return system === 'module' && imports.length > 0 && !imports.some(isOfFile);
}

function isOfFile(node: t.Node): boolean {
  return t.isImportDeclaration(node) && OF_FILES.test(node.source.value);
}

/** Files by their place, and by the names that bundlers and compilers give to folders. */
const OF_FILES = /^(?:\.|\/|@\/|~|#|src\/)/;

/** On the line after a statement. */
function behind(file: SourceFile, statement: t.Node, text: string, newline: string): Edit {
  const at = endOfLine(file, endOf(statement));
  const indent = indentationAt(file, startOf(statement));
  const lines = text.split(newline).join(newline + indent);
  return { file: file.path, start: at, end: at, text: newline + indent + lines, stays: true };
}

/** After the last statement that imports or requires; before all code where none does. */
function insertion(
  file: SourceFile,
  text: string,
  newline: string,
  before: number,
  removed: ReadonlySet<t.Node>,
): Edit {
  const { body, directives } = file.ast.program;
  const hoisted = file.system === 'module';
  const imports = body.filter(
    (statement) =>
      (isImporting(statement) || (!hoisted && readsEnvironment(file, statement))) &&
      !removed.has(statement) &&
      (hoisted || endOf(statement) <= before),
  );
  const after = imports.at(-1) ?? directives.at(-1);
  if (after) return behind(file, after, text, newline);
  const [first] = body;
  const start = first ? Math.min(startOf(first), first.leadingComments?.[0]?.start ?? startOf(first)) : 0;
  // What goes with its line must not take this along.
  const line = file.text.lastIndexOf('\n', start - 1) + 1;
  const at = first && removed.has(first) && !file.text.slice(line, start).trim() ? line : start;
  if (!first) return { file: file.path, start: at, end: at, text: text + newline, stays: true };
  // In a component the script stands further in than the file.
  const indent = indentationAt(file, startOf(first));
  const lines = text.split(newline).join(newline + indent);
  const own = at === start ? lines : indent + lines;
  const rest = newline + newline + (at === start ? indent : '');
  return { file: file.path, start: at, end: at, text: own + rest, stays: true };
}

function isImporting(statement: t.Statement): boolean {
  if (t.isImportDeclaration(statement) || t.isTSImportEqualsDeclaration(statement)) return true;
  if (!t.isVariableDeclaration(statement)) return false;
  return statement.declarations.every(({ init }) => init && requires(init));
}

/** `require('dotenv').config()`: what is required before it may read a variable that is not there yet. */
function readsEnvironment(file: SourceFile, statement: t.Statement): boolean {
  return (
    (t.isExpressionStatement(statement) || t.isVariableDeclaration(statement)) &&
    /\bdotenv\b[^;]*\bconfig\(|\bdotenv[-\w]*\/config\b|\bloadEnvFile\(/.test(textOf(file, statement))
  );
}

function requires(node: t.Node): boolean {
  if (requiredModule(node) !== undefined) return true;
  if (t.isMemberExpression(node)) return requires(node.object);
  return t.isCallExpression(node) && t.isExpression(node.callee) && requires(node.callee);
}
