import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { isAbsent } from '../project/browser/absent.js';
import { parsedFrom } from '../project/browser/storage.js';
import { absenceTests, isOnlyTested } from '../project/browser/uses.js';
import { callersOf } from '../project/callers.js';
import { propertyName } from '../project/definitions.js';
import { isInside } from '../project/inside.js';
import type { Project } from '../project/project.js';
import type { StoreSite } from '../project/site.js';
import { endOf, type SourceFile, startOf, textOf } from '../project/source.js';
import type { Edit, NeededName } from './edits.js';
import { localName, SHIM_CLIENT } from './names.js';
import { replacement } from './replacement.js';
import { isDeclared, isPlainString, isTyped } from './typed.js';

/** `hasSession()` in the place of a token that was read from storage, and where it is compared, the flag by itself. */
export function askedInstead({ access, file }: StoreSite, project: Project): Edit[] {
  const { storage } = access;
  const has = localName(file, SHIM_CLIENT, 'hasSession');
  if (access.promises && !access.path.parentPath?.isAwaitExpression())
    return [promisedInstead(file, access.path, has)];
  const path = access.promises ? (access.path.parentPath ?? access.path) : parsedAround(access.path);
  const text = `${has.local}()`;
  if (access.asks) return [replacement(file, path, text, [has])];
  const compared = comparedWithNothing(path) ?? comparedWithNothing(wholeQuestion(path));
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
  const chosen = chosenItself(path);
  if (chosen && !isTyped(file)) return [replacement(file, chosen, text, [has]), ...tests];
  const isText =
    isTyped(file) &&
    (isDeclared(path) ||
      isGivenAs(path) ||
      isPutIntoObject(path, project) ||
      isAnsweredFor(project, path) ||
      !isOnlyTested(project, path));
  const value = isText
    ? // Web storage answers `null` for what is not there, libraries of cookies `undefined`.
      inParentheses(path, `${text} ? 'session' : ${nothingAt(path, storage)}`)
    : text;
  return [
    replacement(file, isText ? path : wholeQuestion(path), value, [has]),
    ...(isText ? withoutParsing(file, path) : tests),
  ];
}

/** What a promise is expected of goes on to be one, unless an asynchronous function answers it. */
function promisedInstead(file: SourceFile, path: NodePath, has: NeededName): Edit {
  const { parentPath: parent, key } = path;
  const returned = parent?.isReturnStatement() || (key === 'body' && parent?.isArrowFunctionExpression());
  const text = isTyped(file) ? `${has.local}() ? 'session' : null` : `${has.local}()`;
  const { async = false } = path.getFunctionParent()?.node ?? {};
  return replacement(file, path, returned && async ? text : `Promise.resolve(${text})`, [has]);
}

/** What stands for an absent token: where the type is a string and nothing else, an empty one. */
function nothingAt(path: NodePath, storage: StoreSite['access']['storage']): string {
  if (isPlainString(path)) return "''";
  return storage === 'cookie' ? 'undefined' : 'null';
}

/** A word that says that there is a session is no JSON: what was parsed of the token is the word itself. */
function withoutParsing(file: SourceFile, path: NodePath): Edit[] {
  const parsed = parsedFrom(path.parentPath?.isLogicalExpression() ? path.parentPath : path);
  const [text] = parsed?.isCallExpression() ? parsed.get('arguments') : [];
  return parsed && text && !path.isDescendant(parsed)
    ? [replacement(file, parsed, textOf(file, text.node))]
    : [];
}

/** `token ? token : null`, both read from storage. */
function chosenItself({ parentPath: parent, key }: NodePath): NodePath | undefined {
  if (!parent?.isConditionalExpression() || key === 'alternate') return undefined;
  const same = String(parent.get('test')) === String(parent.get('consequent'));
  return same && isAbsent(parent.get('alternate')) ? parent : undefined;
}

/** `JSON.parse(path || null)`: a flag is no text to be parsed. */
function parsedAround(path: NodePath): NodePath {
  const parsed = parsedFrom(path);
  return parsed && path.isDescendant(parsed) ? parsed : path;
}

/** What says the same of a flag as the flag itself: `!!flag`, `Boolean(flag)`, `flag || null`. */
function wholeQuestion(path: NodePath): NodePath {
  const { parentPath: parent } = path;
  if (parent?.isLogicalExpression() && parent.node.operator !== '&&' && path.key === 'left')
    return isAbsent(parent.get('right')) ? wholeQuestion(parent) : path;
  if (parent?.isUnaryExpression({ operator: '!' }) && parent.parentPath?.isUnaryExpression({ operator: '!' }))
    return wholeQuestion(parent.parentPath);
  if (parent?.isCallExpression() && path.listKey === 'arguments')
    return parent.get('callee').isIdentifier({ name: 'Boolean' }) ? wholeQuestion(parent) : path;
  return path;
}

/** `return { token, expires }`: an object whose type says of the token that it is a string. */
function isPutIntoObject(path: NodePath, { sites }: Project): boolean {
  const { parentPath: parent } = path;
  const name = parent?.isVariableDeclarator() ? parent.node.id : undefined;
  const binding = t.isIdentifier(name) ? path.scope.getBinding(name.name) : undefined;
  return Boolean(
    binding?.referencePaths.some(
      (reference) =>
        reference.key === 'value' &&
        reference.parentPath?.isObjectProperty() &&
        !sites.some(({ kind, path: site }) => kind === 'header' && isInside(site, reference)),
    ),
  );
}

/** `const getToken = () => path` that is asked by fields and objects, whose types say that it is a string. */
function isAnsweredFor({ sources }: Project, path: NodePath): boolean {
  const { parentPath: parent, key } = path;
  const owner = parent?.isArrowFunctionExpression() && key === 'body' ? parent : path.getFunctionParent();
  const answers = owner === parent || parent?.isReturnStatement();
  if (!owner || !answers) return false;
  return callersOf(sources, owner).some((call) => {
    const { parentPath: above } = call;
    const at = above?.isLogicalExpression() ? above : call;
    return at.parentPath?.isClassProperty() || at.parentPath?.isObjectProperty();
  });
}

/** `signal<string | null>(path)`; `useState(path)`, whose setter takes what it was given at first. */
function isGivenAs({ parentPath: parent, listKey, key }: NodePath): boolean {
  if (parent?.isArrowFunctionExpression() && key === 'body')
    return parent.listKey === 'arguments' && isGivenAs(parent);
  const call = parent?.isCallExpression() || parent?.isNewExpression() ? parent : undefined;
  if (!call || listKey !== 'arguments') return false;
  const declarator = call.parentPath;
  const settable = declarator?.isVariableDeclarator() && declarator.get('id').isArrayPattern();
  return Boolean(call.node.typeParameters || settable);
}

/** Alone where something else follows or goes before it on the same level. */
function inParentheses({ parentPath: parent, listKey, key }: NodePath, text: string): string {
  const bare =
    listKey === 'arguments' ||
    key === 'init' ||
    key === 'value' ||
    key === 'body' ||
    parent?.isAssignmentExpression() ||
    parent?.isReturnStatement();
  return bare ? text : `(${text})`;
}

/** `path !== null`, which a flag answers by itself. */
export function comparedWithNothing(path: NodePath): { path: NodePath; absent: boolean } | undefined {
  const { parentPath: parent } = path;
  if (parent?.isMemberExpression() || parent?.isOptionalMemberExpression()) return measured(path, parent);
  if (!parent?.isBinaryExpression() || !/^[!=]==?$/.test(parent.node.operator)) return undefined;
  const other = path.key === 'left' ? parent.get('right') : (parent.get('left') as NodePath);
  return isAbsent(other) ? { path: parent, absent: parent.node.operator.startsWith('=') } : undefined;
}

/** `path.length > 0`, `path.length === 0`, or `path.length` by itself where only its truth is asked for. */
function measured(path: NodePath, length: NodePath): { path: NodePath; absent: boolean } | undefined {
  if (path.key !== 'object' || propertyName(length.node) !== 'length') return undefined;
  const { parentPath: parent, key } = length;
  if (!parent?.isBinaryExpression()) return { path: length, absent: false };
  if (key !== 'left' || !t.isNumericLiteral(parent.node.right)) return undefined;
  return { path: parent, absent: /^(?:===?|<=?)$/.test(parent.node.operator) };
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
