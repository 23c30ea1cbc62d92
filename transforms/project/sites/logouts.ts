import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { definitionOf, keyName, propertyName } from '../definitions.js';
import { stringOf } from '../flow/origins.js';
import { isolated } from '../isolated.js';
import { requestParameter } from '../requests.js';
import type { LogoutRouteSite } from '../site.js';
import { type SourceFile, textOf } from '../source.js';
import type { Sources } from '../sources.js';

const LOGOUT = /(?:^|[/_-])(?:log|sign)[-_]?(?:out|off)(?:$|[/_?-])/i;
/** A handler's name where its route does not say it: `router.get('/', handleLogout)`, mounted elsewhere. */
const LOGOUT_HANDLER =
  /^(?:(?:handle|do|on|user|auth|post|get)_?)?(?:log|sign)_?(?:out|off)(?:_?(?:user|handler|controller))?$/i;
/** `router.delete('/session', …)` */
const SESSION = /^[^:]*\/session\/?$/i;
const TOKEN = /^(?:access_?|auth_?)?token$/i;
const ROUTES = /^(?:get|post|put|delete|patch|all|use)$/;

/** What a file that routes logouts, or answers one, says somewhere. */
export const LOGOUT_WORDS = [
  ...["'", '"', '`'].map((quote) => `/session${quote}`),
  ...['token', 'Token'].map((name) => `${name}: null`),
  ...['log', 'Log', 'sign', 'Sign'].flatMap((start) =>
    ['out', 'Out', '-out', '_out', 'off', 'Off'].map((end) => start + end),
  ),
];

/** Finds the handlers of logout routes: `router.post('/logout', …, handler)`, the handler here or in another file. */
export function logoutSites(sources: Sources, files: readonly SourceFile[]): LogoutRouteSite[] {
  const sites = new Map<t.Node, LogoutRouteSite>();
  for (const file of files) {
    const handlers = isolated(sources, [file], () =>
      [...file.paths.values()].map((path) => {
        if (path.isCallExpression()) return logoutHandler(sources, path);
        return path.isFunction() && (isLogoutResolver(path) || answersNoToken(path)) ? path : undefined;
      }),
    );
    for (const handler of handlers) {
      if (!handler || sites.has(handler.node)) continue;
      const own = sources.fileOf(handler);
      if (textOf(own, handler.node).includes('endSession(')) continue;
      sites.set(handler.node, {
        role: 'drop',
        kind: 'logout-route',
        family: 'session',
        evidence: 'it answers a logout',
        file: own,
        path: handler,
        function: handler,
      });
    }
  }
  return [...sites.values()];
}

function logoutHandler(sources: Sources, call: NodePath<t.CallExpression>): NodePath<t.Function> | undefined {
  const callee = call.get('callee');
  if (!callee.isMemberExpression() || !ROUTES.test(propertyName(callee.node) ?? '')) return undefined;
  const method = propertyName(callee.node) ?? '';
  const route = routeOf(sources, call);
  const last = (call.get('arguments') as NodePath[]).at(-1);
  if (route === undefined || !last) return undefined;
  if (LOGOUT.test(route) || LOGOUT_HANDLER.test(handlerName(last))) return handlerIn(sources, last);
  if (method === 'delete' && SESSION.test(route)) return handlerIn(sources, last);
  return undefined;
}

/** Whether a handler answers one thing, in which there is a place for the token and no token: `{ accessToken: null }`. */
function answersNoToken(handler: NodePath<t.Function>): boolean {
  if (!requestParameter(handler)) return false;
  const bodies: t.Node[] = [];
  let refuses = false;
  handler.traverse({
    CallExpression(call) {
      const [given] = call.node.arguments;
      const method = propertyName(call.node.callee) ?? '';
      if (/^(?:json|send)$/.test(method)) bodies.push(given ?? call.node);
      if (method === 'status' && t.isNumericLiteral(given) && given.value >= 400) refuses = true;
    },
  });
  const [only, ...others] = bodies;
  if (refuses || others.length || !t.isObjectExpression(only)) return false;
  return only.properties.some(
    (one) => TOKEN.test(keyName(one) ?? '') && t.isObjectProperty(one) && t.isNullLiteral(one.value),
  );
}

/** `Mutation: { logout() {} }`, and a method `logout` that is decorated as a mutation. */
function isLogoutResolver(path: NodePath<t.Function>): boolean {
  const named = path.isClassMethod() || path.isObjectMethod() ? path : path.parentPath;
  if (!named || !LOGOUT_HANDLER.test(keyName(named.node) ?? '')) return false;
  if (path.isClassMethod())
    return (path.node.decorators ?? []).some((one) => decoratorName(one) === 'Mutation');
  const table = named.parentPath?.parentPath;
  return table?.isObjectProperty() === true && keyName(table.node) === 'Mutation';
}

function decoratorName({ expression }: t.Decorator): string | undefined {
  const named = t.isCallExpression(expression) ? expression.callee : expression;
  return t.isIdentifier(named) ? named.name : propertyName(named);
}

/** What the code calls a handler: `auth.logout`, `catchAsync(logout)`. */
function handlerName(path: NodePath): string {
  if (path.isIdentifier()) return path.node.name;
  if (path.isMemberExpression()) return propertyName(path.node) ?? '';
  const [wrapped] = path.isCallExpression() ? (path.get('arguments') as NodePath[]) : [];
  return wrapped ? handlerName(wrapped) : '';
}

/** The route of `router.get('/x', …)`, and of `router.route('/x').get(…)`. */
function routeOf(sources: Sources, call: NodePath<t.CallExpression>): string | undefined {
  const [first, second] = call.get('arguments') as NodePath[];
  // `${this.path}/logout`: what goes before it may end with a slash.
  if (first?.isTemplateLiteral()) return first.node.quasis.map(({ value }) => value.raw).join('/');
  const written = first && stringOf(sources, first);
  if (written !== undefined) return written;
  const callee = call.get('callee');
  const object = callee.isMemberExpression() ? callee.get('object') : undefined;
  const outer = object?.isCallExpression() ? routeOf(sources, object) : undefined;
  // A path that is kept elsewhere: the handler's name may say it.
  return outer ?? (second && first?.isMemberExpression() ? '' : undefined);
}

/** The function itself, or the one that a wrapper such as `asyncHandler(fn)` is given. */
function handlerIn(sources: Sources, path: NodePath): NodePath<t.Function> | undefined {
  const definition = definitionOf(sources, path);
  if (definition.kind === 'function') return requestParameter(definition.path) ? definition.path : undefined;
  const call = definition.kind === 'value' ? definition.path : path;
  if (!call.isCallExpression()) return undefined;
  const [wrapped] = call.get('arguments') as NodePath[];
  return wrapped && wrapped.node !== path.node ? handlerIn(sources, wrapped) : undefined;
}
