import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { definitionOf, propertyName } from '../definitions.js';
import { isolated } from '../isolated.js';
import { requestParameter } from '../requests.js';
import type { LogoutRouteSite } from '../site.js';
import { type SourceFile, textOf } from '../source.js';
import type { Sources } from '../sources.js';

const LOGOUT = /(?:^|[/_-])(?:log|sign)[-_]?(?:out|off)(?:$|[/_?-])/i;
const ROUTES = /^(?:get|post|put|delete|patch|all|use)$/;

/** Finds the handlers of logout routes: `router.post('/logout', …, handler)`, the handler here or in another file. */
export function logoutSites(sources: Sources, files: readonly SourceFile[]): LogoutRouteSite[] {
  const sites = new Map<t.Node, LogoutRouteSite>();
  for (const file of files) {
    const handlers = isolated(sources, [file], () =>
      [...file.paths.values()].map((path) =>
        path.isCallExpression() ? logoutHandler(sources, path) : undefined,
      ),
    );
    for (const handler of handlers) {
      if (!handler || sites.has(handler.node)) continue;
      const own = sources.fileOf(handler);
      if (textOf(own, handler.node).includes('endSession(')) continue;
      sites.set(handler.node, {
        role: 'drop',
        kind: 'logout-route',
        family: 'session',
        evidence: 'it answers the logout route',
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
  const route = routeOf(call);
  if (route === undefined || !LOGOUT.test(route)) return undefined;
  const last = (call.get('arguments') as NodePath[]).at(-1);
  return last && handlerIn(sources, last);
}

/** The route of `router.get('/x', …)`, and of `router.route('/x').get(…)`. */
function routeOf(call: NodePath<t.CallExpression>): string | undefined {
  const [first] = call.get('arguments') as NodePath[];
  if (first?.isStringLiteral()) return first.node.value;
  const callee = call.get('callee');
  const object = callee.isMemberExpression() ? callee.get('object') : undefined;
  return object?.isCallExpression() ? routeOf(object) : undefined;
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
