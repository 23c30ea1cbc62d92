import type { NodePath } from '@babel/traverse';
import { isAbsent } from '../project/browser/absent.js';
import { absenceTests, isOnlyTested } from '../project/browser/uses.js';
import type { Project } from '../project/project.js';
import type { StoreSite } from '../project/site.js';
import { endOf, startOf, textOf } from '../project/source.js';
import type { Edit } from './edits.js';
import { localName, SHIM_CLIENT } from './names.js';
import { replacement } from './replacement.js';
import { isDeclared, isTyped } from './typed.js';

/** `hasSession()` in the place of a token that was read from storage, and where it is compared, the flag by itself. */
export function askedInstead({ access: { path, storage }, file }: StoreSite, project: Project): Edit[] {
  const has = localName(file, SHIM_CLIENT, 'hasSession');
  const text = `${has.local}()`;
  const compared = comparedWithNothing(path);
  if (compared) return [replacement(file, compared.path, compared.absent ? `!${text}` : text, [has])];
  const first = readBefore(path, project);
  if (first) return [{ file: file.path, start: endOf(first.node), end: endOf(path.node), text: '' }];
  const tests = absenceTests(project, path).flatMap((use): Edit[] => {
    const test = comparedWithNothing(use);
    if (!test) return [];
    const home = project.sources.fileOf(use);
    const name = textOf(home, use.node);
    const text = test.absent ? `!${name}` : name;
    const edit = repeats(home.path, home.text, test.path, text) ?? replacement(home, test.path, text);
    return [{ ...edit, because: 'what was a token is a flag' }];
  });
  const isText = isTyped(file) && (isDeclared(path) || !isOnlyTested(project, path));
  const value = isText
    ? // Web storage answers `null` for what is not there, libraries of cookies `undefined`.
      inParentheses(path, `${text} ? 'session' : ${storage === 'cookie' ? 'undefined' : 'null'}`)
    : text;
  return [replacement(file, path, value, [has]), ...(isText ? [] : tests)];
}

/** Alone where something else follows or goes before it on the same level. */
function inParentheses({ parentPath: parent, listKey, key }: NodePath, text: string): string {
  const bare =
    listKey === 'arguments' ||
    key === 'init' ||
    key === 'value' ||
    key === 'body' ||
    parent?.isReturnStatement();
  return bare ? text : `(${text})`;
}

/** `path !== null`, which a flag answers by itself. */
function comparedWithNothing(path: NodePath): { path: NodePath; absent: boolean } | undefined {
  const { parentPath: parent } = path;
  if (!parent?.isBinaryExpression() || !/^[!=]==?$/.test(parent.node.operator)) return undefined;
  const other = path.key === 'left' ? parent.get('right') : (parent.get('left') as NodePath);
  return isAbsent(other) ? { path: parent, absent: parent.node.operator.startsWith('=') } : undefined;
}

/** What is read on the left of `localStorage.getItem(key) || sessionStorage.getItem(key)`, which says it already. */
function readBefore(path: NodePath, { sites }: Project): NodePath | undefined {
  const { parentPath: parent } = path;
  if (!parent?.isLogicalExpression() || parent.node.operator === '&&' || path.key !== 'right')
    return undefined;
  const left = parent.get('left');
  const isRead = sites.some(
    (site) =>
      site.kind === 'web-storage' &&
      site.path === left &&
      site.access.operation === 'get' &&
      site.place?.field === undefined,
  );
  return isRead ? left : undefined;
}

/** `token && token !== 'undefined'` asks twice from now on: the second goes. */
function repeats(file: string, source: string, test: NodePath, text: string): Edit | undefined {
  const { parentPath: parent } = test;
  const operator = text.startsWith('!') ? '||' : '&&';
  if (!parent?.isLogicalExpression({ operator }) || test.key !== 'right') return undefined;
  const left = parent.get('left');
  const first = source.slice(startOf(left.node), endOf(left.node)).split(operator)[0]?.trim();
  return first === text ? { file, start: endOf(left.node), end: endOf(test.node), text: '' } : undefined;
}
