import type { NodePath } from '@babel/traverse';
import type { Project } from '../project/project.js';
import type { StoreSite } from '../project/site.js';
import { textOf } from '../project/source.js';
import { isAsked, isGuarded } from './asked.js';
import type { Edit } from './edits.js';
import { localName, SHIM_CLIENT } from './names.js';
import { replacement } from './replacement.js';

/** What is stored beside the token stays, and counts only while there is a session. */
export function countedBySession(site: StoreSite, project: Project): Edit[] {
  const {
    access: { path },
    file,
  } = site;
  const has = localName(file, SHIM_CLIENT, 'hasSession');
  if (isGuarded(site) || isAsked(site)) return [];
  const read = parsedFrom(path) ?? eitherRead(site, project) ?? path;
  const text = textOf(file, read.node);
  const { parentPath: parent, key } = read;
  const both = `${has.local}() && ${text}`;
  if (key === 'test') return [replacement(file, read, both, [has])];
  if (parent?.isUnaryExpression({ operator: '!' })) return [replacement(file, read, `(${both})`, [has])];
  const bare =
    parent?.isCallExpression() ||
    parent?.isNewExpression() ||
    parent?.isReturnStatement() ||
    /^(?:init|right|value|body)$/.test(String(key));
  const chosen = `${has.local}() ? ${text} : null`;
  const alone = bare && !parent?.isLogicalExpression() && !parent?.isBinaryExpression();
  return [replacement(file, read, alone ? chosen : `(${chosen})`, [has])];
}

/** `localStorage.getItem(key) ?? sessionStorage.getItem(key)`: asked for once. */
export function eitherRead({ access: { path } }: StoreSite, { sites }: Project): NodePath | undefined {
  const { parentPath: parent } = path;
  if (!parent?.isLogicalExpression() || parent.node.operator === '&&') return undefined;
  const other = path.key === 'left' ? parent.get('right') : parent.get('left');
  const isRead = sites.some(
    (site) =>
      site.kind === 'web-storage' &&
      site.path === other &&
      site.access.operation === 'get' &&
      site.place?.field !== undefined,
  );
  return isRead ? parent : undefined;
}

/** `JSON.parse(…)` of what is read, with nothing in between that would stand for it. */
function parsedFrom(path: NodePath): NodePath | undefined {
  const { parentPath: parent } = path;
  if (parent?.isTSNonNullExpression() || parent?.isTSAsExpression()) return parsedFrom(parent);
  if (!parent?.isCallExpression() || path.listKey !== 'arguments') return undefined;
  return /^JSON\.parse$/.test(String(parent.get('callee'))) ? parent : undefined;
}
