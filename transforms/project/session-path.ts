import type { NodePath } from '@babel/traverse';
import { callsOf } from './callers.js';
import { definitionOf, propertyName } from './definitions.js';
import { type Application, applicationsOf } from './express/application.js';
import type { Registration } from './express/registrations.js';
import type { Project } from './project.js';
import type { Sources } from './sources.js';

const API_PREFIX = /^(?:api|rest|backend|v\d+)$/i;

/**
 * Where the shim's own endpoints are served: `/session`, or below the one prefix that all of the application's
 * routes share, since a proxy in front of it may pass nothing else on.
 */
export function sessionPathOf({ sources, sites }: Project): string {
  const site = sites.find((one) => one.kind === 'application');
  const application = site?.kind === 'application' ? site.application : applicationsOf(sources)[0];
  return application ? sessionPathFor(sources, application) : '/session';
}

/** The same for one application. */
export function sessionPathFor(sources: Sources, application: Application): string {
  const mounts = application.registrations
    .filter(({ kind }) => kind === 'route' || kind === 'reader' || kind === 'page')
    .flatMap((registration) => mountsOf(sources, registration));
  const routes = mounts.filter((mount) => !/^\/?$|^[^/]|\*/.test(mount));
  const prefixes = new Set(routes.map((route) => route.split('/')[1] ?? ''));
  const [prefix = ''] = prefixes;
  const base = prefixes.size === 1 && API_PREFIX.test(prefix) ? `/${prefix}` : '';
  return routes.some((route) => route === `${base}/session`) ? `${base}/jwt-session` : `${base}/session`;
}

/** The paths of a registration; those of a router that is mounted without one are its own routes'. */
function mountsOf(sources: Sources, registration: Registration): string[] {
  const { mount, handlers } = registration;
  if (mount !== undefined && mount !== '/') return [mount];
  return handlers.flatMap((handler) => routerMounts(sources, handler, 0));
}

function routerMounts(sources: Sources, handler: NodePath, depth: number): string[] {
  if (depth > 3) return [];
  const definition = definitionOf(sources, handler);
  const made = definition.kind === 'value' ? definition.path : handler;
  const router = chainStart(made);
  const file = sources.fileOf(router);
  return callsOf(sources, file).flatMap(({ path }) => {
    const callee = path.get('callee') as NodePath;
    if (
      !callee.isMemberExpression() ||
      !/^(?:use|get|post|put|delete|patch|all|route)$/.test(propertyName(callee.node) ?? '')
    )
      return [];
    const start = chainStart(callee.get('object'));
    const known = definitionOf(sources, start);
    if (
      start.node !== router.node &&
      !(known.kind === 'value' && chainStart(known.path).node === router.node)
    )
      return [];
    const [first, ...rest] = path.get('arguments') as NodePath[];
    if (first?.isStringLiteral() && first.node.value !== '/') return [first.node.value];
    const inner = first?.isStringLiteral() ? rest : first ? [first, ...rest] : [];
    return inner.flatMap((one) => routerMounts(sources, one, depth + 1));
  });
}

/** `Router()` of `Router().use(a).use(b)`. */
function chainStart(path: NodePath): NodePath {
  if (!path.isCallExpression()) return path;
  const callee = path.get('callee');
  if (!callee.isMemberExpression()) return path;
  const object = callee.get('object');
  return object.isCallExpression() ? chainStart(object) : path;
}
