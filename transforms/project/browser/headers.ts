import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { callersOf, escapes } from '../callers.js';
import { definitionOf, keyName, lastNameOf, propertyName } from '../definitions.js';
import { type Origin, originsOf } from '../flow/origins.js';
import { returnsOf } from '../flow/returns.js';
import { type SourceFile, textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { isAbsent } from './absent.js';
import { isHeyApi } from './makers.js';
import { isForeignName, isPlainTokenHeader, isTokenHeader } from './names.js';
import { providerOf } from './strangers.js';
import { fixedString } from './strings.js';

/** A header that carries a token, put into an outgoing request, or taken out of its defaults. */
export interface AttachedHeader {
  readonly file: SourceFile;
  /** The property, assignment, call or `delete`; in an address the token itself. */
  readonly path: NodePath;
  readonly form: 'property' | 'assignment' | 'call' | 'delete' | 'getter' | 'address';
  readonly header: string;
  readonly value: NodePath;
  /** The function that hands out the token for this and for nothing else. */
  readonly giver?: NodePath<t.Function>;
  /** Why the token is somebody else's; absent for a login token. */
  readonly foreign?: string;
}

const SETTERS = /^(?:set|append|setRequestHeader|setHeader|header)$/;
const NOTHING = /^(?:null|undefined|false|''|""|``)$/;

/** Finds where a file puts a token into a header. */
export function attachedHeaders(sources: Sources, file: SourceFile): AttachedHeader[] {
  const found: AttachedHeader[] = [];
  for (const path of file.paths.values()) {
    const attached = attachedBy(sources, path);
    if (!attached) continue;
    const foreign = attached.form === 'delete' ? undefined : foreignToken(sources, attached.value);
    found.push({ file, ...attached, ...(foreign ? { foreign } : {}) });
  }
  return found;
}

type Attached = Pick<AttachedHeader, 'path' | 'form' | 'header' | 'value' | 'giver'>;

function attachedBy(sources: Sources, path: NodePath): Attached | undefined {
  const asked = askedFor(sources, path) ?? ofUser(sources, path) ?? ofGenerated(sources, path);
  if (asked) return asked;
  if (path.isObjectProperty() && path.parentPath.isObjectExpression()) {
    const header = keyName(path.node) ?? computedName(sources, path);
    if (header === undefined) return undefined;
    const value = path.get('value') as NodePath;
    const named = /^(?:authorization|x-)/i.test(header) && isTokenHeader(header);
    // `{ isToken: false }` tells an interceptor what to do.
    const plain = isPlainTokenHeader(header) && !value.isBooleanLiteral();
    if (!named && !(plain && isHeadersObject(path.parentPath))) return undefined;
    return { path, form: 'property', header, value };
  }
  if (path.isAssignmentExpression({ operator: '=' })) {
    const header = headerOfMember(sources, path.get('left') as NodePath);
    return header === undefined ? undefined : { path, form: 'assignment', header, value: path.get('right') };
  }
  if (path.isUnaryExpression({ operator: 'delete' })) {
    const header = headerOfMember(sources, path.get('argument'));
    return header === undefined ? undefined : { path, form: 'delete', header, value: path.get('argument') };
  }
  if (!path.isCallExpression()) return undefined;
  const callee = path.get('callee');
  if (!callee.isMemberExpression()) return undefined;
  const [first, second] = path.get('arguments') as NodePath[];
  // `request.get(url).auth(token, { type: 'bearer' })`
  if (propertyName(callee.node) === 'auth' && first && second && isBearer(second))
    return { path, form: 'call', header: 'Authorization', value: first };
  // `api.auth(`Bearer ${token}`)` of wretch
  if (propertyName(callee.node) === 'auth' && first && !second && isOfWretch(sources, path))
    return { path, form: 'call', header: 'Authorization', value: first };
  // `$axios.setToken(token, 'Bearer')` of Nuxt 2
  if (propertyName(callee.node) === 'setToken' && first && lastNameOf(callee.get('object')) === '$axios')
    return { path, form: 'call', header: 'Authorization', value: first };
  if (!SETTERS.test(propertyName(callee.node) ?? '')) return undefined;
  const header = first && fixedString(sources, first);
  if (header === undefined || !second || !isTokenHeader(header)) return undefined;
  // `storage.set('token', token)` is no header.
  if (!/^(?:authorization|x-.*)$/i.test(header)) return undefined;
  // Socket.IO before version 3 is told so who is let in: `io.set('authorization', …)`.
  if (second.isFunction() || /^(?:\w+\.)*_?io$/.test(String(callee.get('object')))) return undefined;
  return { path, form: 'call', header, value: second };
}

/** `JwtModule.forRoot({ config: { tokenGetter } })`: this library attaches what it is answered. */
function askedFor(sources: Sources, path: NodePath): Attached | undefined {
  if (!path.isObjectProperty() && !path.isObjectMethod()) return undefined;
  if (keyName(path.node) !== 'tokenGetter' || !path.parentPath.isObjectExpression()) return undefined;
  if (!sources.fileOf(path).text.includes('@auth0/angular-jwt')) return undefined;
  const given = path.isObjectProperty() ? (path.get('value') as NodePath) : path;
  const definition = definitionOf(sources, given);
  const giver = definition.kind === 'function' ? definition.path : undefined;
  const value = giver && returnsOf(giver).find((returned) => !isAbsent(returned));
  if (!giver || !value) return undefined;
  return {
    path,
    form: 'getter',
    header: 'Authorization',
    value,
    ...(isForThis(sources, giver, given) ? { giver } : {}),
  };
}

/** `options.user = { authenticated: true, token }`: react-admin's `fetchJson()` makes a header of it. */
function ofUser(sources: Sources, path: NodePath): Attached | undefined {
  if (!path.isObjectProperty() || keyName(path.node) !== 'token') return undefined;
  const { parentPath: object } = path;
  const holder = object.parentPath;
  if (!holder || !object.isObjectExpression() || !/\bfetchJson\b/.test(sources.fileOf(path).text))
    return undefined;
  if (!object.node.properties.some((one) => keyName(one) === 'authenticated')) return undefined;
  const common = { header: 'Authorization', value: path.get('value') as NodePath } as const;
  if (holder.isAssignmentExpression({ operator: '=' }) && propertyName(holder.node.left) === 'user')
    return { ...common, path: holder, form: 'assignment' };
  if (holder.isObjectProperty() && keyName(holder.node) === 'user')
    return { ...common, path: holder, form: 'property' };
  // `const user = { authenticated: true, token }`: without the token no header is made of it.
  return holder.isVariableDeclarator() ? { ...common, path, form: 'property', header: 'token' } : undefined;
}

/** `client.setConfig({ auth: () => token })`: what hey-api generates makes a header of it. */
function ofGenerated(sources: Sources, path: NodePath): Attached | undefined {
  if (!path.isObjectProperty() || keyName(path.node) !== 'auth') return undefined;
  const call = path.parentPath.parentPath;
  if (!call?.isCallExpression() || path.parentPath.key !== 0 || !isHeyApi(sources, call)) return undefined;
  const given = path.get('value') as NodePath;
  const definition = definitionOf(sources, given);
  const returned = definition.kind === 'function' ? returnsOf(definition.path) : [given];
  const value = returned.find((one) => !isAbsent(one));
  return value && { path, form: 'property', header: 'Authorization', value };
}

/** Whether nobody but the one mention asks a function of the same file. */
function isForThis(sources: Sources, giver: NodePath<t.Function>, mention: NodePath): boolean {
  if (giver === mention || !giver.isFunctionDeclaration()) return false;
  if (callersOf(sources, giver).length || sources.fileOf(giver) !== sources.fileOf(mention)) return false;
  return !escapes(sources, giver, (path) => path.node === mention.node);
}

function isOfWretch(sources: Sources, path: NodePath): boolean {
  return sources.packageOf(sources.fileOf(path))?.dependencies.has('wretch') === true;
}

/** `{ type: 'bearer' }` */
function isBearer(path: NodePath): boolean {
  if (!path.isObjectExpression()) return false;
  return path.node.properties.some(
    (one) =>
      keyName(one) === 'type' && t.isObjectProperty(one) && t.isStringLiteral(one.value, { value: 'bearer' }),
  );
}

/** The header that `config.headers.Authorization` names. */
function headerOfMember(sources: Sources, path: NodePath): string | undefined {
  if (!path.isMemberExpression()) return undefined;
  const name =
    propertyName(path.node) ??
    (path.node.computed ? fixedString(sources, path.get('property') as NodePath) : undefined);
  if (name === undefined || !isTokenHeader(name)) return undefined;
  const holder = String(path.get('object'));
  return /headers?$|headers?(?:\.|\?\.|\[['"])(?:common|get|post|put|patch|delete)/i.test(holder)
    ? name
    : undefined;
}

function computedName(sources: Sources, path: NodePath<t.ObjectProperty>): string | undefined {
  return path.node.computed ? fixedString(sources, path.get('key') as NodePath) : undefined;
}

/** Whether an object is the value of `headers`, or is handed to `new Headers()`. */
function isHeadersObject(path: NodePath): boolean {
  const { parentPath: parent } = path;
  if (parent?.isObjectProperty()) return /headers?$/i.test(keyName(parent.node) ?? '');
  if (parent?.isVariableDeclarator())
    return t.isIdentifier(parent.node.id) && /headers?$/i.test(parent.node.id.name);
  return Boolean(parent?.isNewExpression() && parent.get('callee').isIdentifier({ name: 'Headers' }));
}

/** Why a token is not one of this application's logins: a fixed key, an environment variable, a foreign name. */
function foreignToken(sources: Sources, value: NodePath): string | undefined {
  const file = sources.fileOf(value);
  const text = textOf(file, value.node);
  if (NOTHING.test(text)) return undefined;
  if (/^[`'"]Basic\b/.test(text)) return 'it carries a name and a password, no token';
  const origins = originsOf(sources, value).filter((origin) => !isScheme(origin));
  if (!origins.length) return 'its value is fixed';
  if (origins.every((origin) => isConfigured(sources, origin)))
    return 'its value is a key from the configuration';
  const provider = providerOf(sources, value);
  if (provider) return `its value is a token that ${provider} hands out`;
  return isForeignName(text) ? `${text} is the token of another service` : undefined;
}

/** `'Bearer '`, `''`, `null`: what stands around or instead of a token. */
export function isScheme({ path, trail }: Origin): boolean {
  if (trail.length) return false;
  if (path.isNullLiteral() || path.isIdentifier({ name: 'undefined' }) || path.isBooleanLiteral())
    return true;
  return path.isStringLiteral() && /^(?:(?:Bearer|Token|JWT)?:?\s*)$/i.test(path.node.value);
}

function isConfigured(sources: Sources, { path, trail }: Origin): boolean {
  if (path.isStringLiteral()) return true;
  const text = [textOf(sources.fileOf(path), path.node), ...trail].join('.');
  return /^(?:process\.env|import\.meta\.env|window\.(?:env|_env_|config))\b|environment\./.test(text);
}

/** The last name under which an attached token is known: `token` of `userInfo.token`. */
export function tokenNameOf(value: NodePath): string | undefined {
  if (value.isTemplateLiteral())
    return value.get('expressions').map((one) => tokenNameOf(one as NodePath))[0];
  if (value.isBinaryExpression()) return tokenNameOf(value.get('right'));
  if (value.isConditionalExpression()) return tokenNameOf(value.get('consequent'));
  if (value.isTSNonNullExpression() || value.isTSAsExpression())
    return tokenNameOf(value.get('expression') as NodePath);
  return value.isIdentifier() ? value.node.name : propertyName(value.node);
}
