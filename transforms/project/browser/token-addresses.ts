import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { keyName, propertyName } from '../definitions.js';
import { usesOf } from '../flow/follow.js';
import { originsOf } from '../flow/origins.js';
import { type SourceFile, textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { type ApiBase, isOfApi } from './api.js';
import { type AttachedHeader, isScheme } from './headers.js';
import { isLoginTokenName } from './names.js';
import type { StorageAccess } from './storage.js';
import { fixedString } from './strings.js';

/** Text that a file holds where it puts a token into an address. */
export const ADDRESS_WORDS = ['oken=', 'jwt=', 'auth=', 'earchParams', 'params'];

/** What may be put into an address, as far as it is a login token. */
export interface KnownTokens {
  readonly accesses: readonly StorageAccess[];
  readonly headers: readonly AttachedHeader[];
  readonly base: ApiBase;
  /** Fields of stored objects that are a login token. */
  readonly fields: ReadonlySet<string>;
}

/** A parameter of an address that is put together: `url + '?token=' + token`. */
export interface AddressParameter {
  /** The whole of the address, as far as it is put together in one place. */
  readonly whole: NodePath;
  readonly name: string;
  /** What stands there. */
  readonly value: NodePath;
}

/** Finds where a file puts a login token into an address of the API's. */
export function attachedAddresses(sources: Sources, file: SourceFile, known: KnownTokens): AttachedHeader[] {
  const isLogin = loginsAmong(sources, known);
  const found: AttachedHeader[] = [];
  for (const path of file.paths.values()) {
    for (const { whole, name, value } of parametersOf(path)) {
      const isField = isLoginTokenName(name) && known.fields.has(propertyName(unescaped(value).node) ?? '');
      if ((isField || isLogin(value)) && isOfApi(sources, whole, known.base))
        found.push({ file, path: value, form: 'address', header: name, value });
    }
    const asked = askedFor(sources, path);
    if (asked && isLogin(asked.value)) found.push({ file, ...asked });
  }
  return found;
}

/** The parameter of an address that an expression is the value of. */
export function parameterAround(value: NodePath): AddressParameter | undefined {
  const { parentPath: parent } = value;
  if (!parent) return undefined;
  const top = parent.isBinaryExpression({ operator: '+' }) ? topOf(parent) : parent;
  return parametersOf(top).find((one) => one.value.node === value.node);
}

/** The parameters that an address is put together with, of a template or of texts that are added. */
function parametersOf(path: NodePath): AddressParameter[] {
  if (path.isTemplateLiteral()) {
    return path.get('expressions').flatMap((value, index) => {
      const name = nameBefore(path.node.quasis[index]?.value.cooked ?? '');
      return name === undefined ? [] : [{ whole: path, name, value: value as NodePath }];
    });
  }
  if (!path.isBinaryExpression({ operator: '+' }) || topOf(path) !== path) return [];
  const operands = operandsOf(path);
  return operands.flatMap((value, index) => {
    const before = operands[index - 1];
    const name = before?.isStringLiteral() ? nameBefore(before.node.value) : undefined;
    return name === undefined ? [] : [{ whole: path, name, value }];
  });
}

/** `token` of `/files?token=`. */
function nameBefore(text: string): string | undefined {
  return /[?&]([\w.-]+)=(?:Bearer(?:\s|%20|\+))?$/i.exec(text)?.[1];
}

/** The whole of what is added up. */
function topOf(path: NodePath): NodePath {
  const { parentPath: parent } = path;
  return parent?.isBinaryExpression({ operator: '+' }) ? topOf(parent) : path;
}

/** What is added up, from left to right. */
export function operandsOf(path: NodePath): NodePath[] {
  if (!path.isBinaryExpression({ operator: '+' })) return [path];
  return [...operandsOf(path.get('left') as NodePath), path.get('right') as NodePath];
}

/** `params: { token }`, `new URLSearchParams({ token })`, `url.searchParams.set('token', token)` */
function askedFor(
  sources: Sources,
  path: NodePath,
): Pick<AttachedHeader, 'path' | 'form' | 'header' | 'value'> | undefined {
  if (path.isObjectProperty() && path.parentPath.isObjectExpression()) {
    const header = keyName(path.node);
    if (header === undefined || !isLoginTokenName(header) || !isQuery(path.parentPath)) return undefined;
    return { path, form: 'property', header, value: path.get('value') as NodePath };
  }
  if (!path.isCallExpression() || !path.parentPath.isExpressionStatement()) return undefined;
  const callee = path.get('callee') as NodePath;
  if (
    !/^(?:set|append)$/.test(propertyName(callee.node) ?? '') ||
    !isSearch(callee.get('object') as NodePath)
  )
    return undefined;
  const [first, value] = path.get('arguments') as NodePath[];
  const header = first && fixedString(sources, first);
  return header === undefined || !value ? undefined : { path, form: 'call', header, value };
}

/** Whether an object is what axios makes the query of, or `URLSearchParams`. */
function isQuery({ parentPath: parent, listKey }: NodePath): boolean {
  if (parent?.isObjectProperty()) return keyName(parent.node) === 'params';
  return Boolean(
    listKey === 'arguments' &&
      parent?.isNewExpression() &&
      parent.get('callee').isIdentifier({ name: 'URLSearchParams' }),
  );
}

/** `url.searchParams`, or a name for `new URLSearchParams()`. */
function isSearch(path: NodePath): boolean {
  if (propertyName(path.node) === 'searchParams') return true;
  const declared = path.isIdentifier() ? path.scope.getBinding(path.node.name)?.path : undefined;
  const init = declared?.isVariableDeclarator() ? declared.node.init : undefined;
  return t.isNewExpression(init) && t.isIdentifier(init.callee, { name: 'URLSearchParams' });
}

/** `token` of `encodeURIComponent(token)` */
function unescaped(value: NodePath): NodePath {
  const [first] = value.isCallExpression() ? (value.get('arguments') as NodePath[]) : [];
  const escapes =
    value.isCallExpression() && /^(?:encodeURI(?:Component)?|String)$/.test(String(value.get('callee')));
  return escapes && first ? unescaped(first) : value;
}

/** Tells whether a value is what the client keeps as its login token, or what it attaches as one elsewhere. */
function loginsAmong(sources: Sources, { accesses, headers }: KnownTokens): (value: NodePath) => boolean {
  const reads = new Map(
    accesses.filter(({ operation }) => operation === 'get').map(({ path, key }) => [path.node, key]),
  );
  const ends = ({ node }: NodePath) => reads.has(node);
  const cameFrom = (value: NodePath) =>
    originsOf(sources, unescaped(value), [], ends).filter((origin) => !isScheme(origin));
  const placeOf = (path: NodePath, trail: readonly string[]) => {
    const key = reads.get(path.node);
    const text = key === undefined ? textOf(sources.fileOf(path), path.node) : `stored ${key}`;
    return [text, ...trail].join('.');
  };
  const attached = new Set(
    headers
      .filter(({ foreign, form }) => !foreign && form !== 'delete')
      .flatMap(({ value }) => cameFrom(value))
      // A parameter's name says nothing of what it is handed.
      .flatMap(({ path, trail }) => (path.isIdentifier() && !trail.length ? [] : [placeOf(path, trail)])),
  );
  let texts: ReadonlySet<t.Node> | undefined;
  // What is followed from where it is read arrives in more places than can be followed back.
  const arrives = (value: NodePath) => {
    texts ??= new Set(
      accesses
        .filter(({ operation, key }) => operation === 'get' && key !== undefined && isLoginTokenName(key))
        .flatMap(({ path }) => usesOf(sources, path))
        .flatMap(({ kind, path, trail }) => (kind === 'text' && !trail.length ? [path.node] : [])),
    );
    return texts.has(unescaped(value).node);
  };
  return (value) =>
    arrives(value) ||
    cameFrom(value).some(({ path, trail }) => {
      const key = reads.get(path.node);
      if (key !== undefined && isLoginTokenName(trail.at(-1) ?? key)) return true;
      return attached.has(placeOf(path, trail)) && !(path.isIdentifier() && !trail.length);
    });
}
