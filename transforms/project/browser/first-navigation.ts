import type { NodePath } from '@babel/traverse';
import { definitionOf, keyName, propertyName } from '../definitions.js';
import type { Sources } from '../sources.js';
import { sendsWithin } from './early-calls.js';

const GUARDING = /^before(?:Each|Resolve|Enter)$/;

/**
 * Whether a statement installs a router of Vue 3 whose guards ask the server: `app.use(router)` goes to the first
 * page at once, before anything is mounted.
 */
export function navigatesFirst(sources: Sources, statement: NodePath): boolean {
  if (!statement.isExpressionStatement()) return false;
  return usedIn(statement.get('expression')).some((used) => isRouter(sources, used)) && guardsAsk(sources);
}

/** `store` and `router` of `app.use(store).use(router)` */
function usedIn(path: NodePath): NodePath[] {
  const callee = path.isCallExpression() ? path.get('callee') : undefined;
  if (!path.isCallExpression() || !callee?.isMemberExpression()) return [];
  const [used] = path.get('arguments');
  const here = propertyName(callee.node) === 'use' && used ? [used as NodePath] : [];
  return [...usedIn(callee.get('object')), ...here];
}

function isRouter(sources: Sources, used: NodePath): boolean {
  const made = definitionOf(sources, used);
  const declarator = made.kind === 'value' ? made.path : undefined;
  const value = declarator?.isVariableDeclarator() ? (declarator.get('init') as NodePath) : declarator;
  if (!value?.isCallExpression()) return false;
  const callee = definitionOf(sources, value.get('callee') as NodePath);
  return callee.kind === 'package' && callee.module === 'vue-router' && callee.name.at(-1) === 'createRouter';
}

function guardsAsk(sources: Sources): boolean {
  return sources
    .mentioning('beforeEach', 'beforeResolve', 'beforeEnter')
    .filter(({ test }) => !test)
    .flatMap((file) => [...file.paths.values()].flatMap(guardAt))
    .some((guard) => {
      const made = definitionOf(sources, guard);
      return made.kind === 'function' && sendsWithin(sources, made.path);
    });
}

/** `router.beforeEach(guard)`, `{ path, beforeEnter: guard }` */
function guardAt(path: NodePath): NodePath[] {
  if (path.isObjectMethod() && GUARDING.test(keyName(path.node) ?? '')) return [path];
  if (path.isObjectProperty() && GUARDING.test(keyName(path.node) ?? ''))
    return [path.get('value') as NodePath];
  if (!path.isCallExpression() || !GUARDING.test(propertyName(path.node.callee) ?? '')) return [];
  const [guard] = path.get('arguments') as NodePath[];
  return guard ? [guard] : [];
}
