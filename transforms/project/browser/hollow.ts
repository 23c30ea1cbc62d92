import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { type CallPath, callersOf, escapes } from '../callers.js';
import type { Project } from '../project.js';
import type { StoreSite } from '../site.js';
import { isInTemplate } from '../templates.js';

/** A function of which nothing is left once no token is stored: `setToken(token)`, with all that calls it. */
export interface Hollow {
  /** The whole statement that declares it. */
  readonly declaration: NodePath;
  readonly calls: readonly CallPath[];
}

/** Finds the function around a place that stores a token, where it does nothing else and all callers are known. */
export function hollowAround(site: StoreSite, { sources, sites }: Project): Hollow | undefined {
  const owner = site.access.path.getFunctionParent();
  const declaration = owner && declarationOf(owner);
  if (!owner || !declaration || !isStoring(site)) return undefined;
  const body = owner.get('body');
  if (Array.isArray(body)) return undefined;
  const expressions = body.isBlockStatement()
    ? body.get('body').map((one) => (one.isExpressionStatement() ? one.get('expression') : undefined))
    : [body];
  const stores = (path: NodePath | undefined) =>
    sites.some((other) => other.kind === 'web-storage' && other.path === path && isStoring(other));
  if (!expressions.length || !expressions.every(stores)) return undefined;
  const calls = callersOf(sources, owner);
  const known =
    calls.length > 0 &&
    calls.every((call) => call.parentPath?.isExpressionStatement() && !isInTemplate(call));
  return known && !escapes(sources, owner) ? { declaration, calls } : undefined;
}

/** The call of such a function that a path is an argument of. */
export function hollowCall(path: NodePath, project: Project): CallPath | undefined {
  for (const site of project.sites) {
    if (site.kind !== 'web-storage' || site.access.operation !== 'set') continue;
    const call = hollowAround(site, project)?.calls.find((one) => path.isDescendant(one));
    if (call) return call;
  }
  return undefined;
}

function isStoring({ access, place, arrival }: StoreSite): boolean {
  return access.operation === 'set' && place?.field === undefined && arrival?.kind === 'answers';
}

/** The statement that declares nothing but a function under its own name. */
export function declarationOf(owner: NodePath<t.Function>): NodePath | undefined {
  const { parentPath: parent } = owner;
  const single =
    parent?.isVariableDeclarator() &&
    parent.parentPath.isVariableDeclaration() &&
    parent.parentPath.node.declarations.length === 1;
  const statement = owner.isFunctionDeclaration() ? owner : single ? parent.parentPath : undefined;
  const above = statement?.parentPath;
  if (above?.isExportNamedDeclaration()) return above;
  return above?.isProgram() ? (statement ?? undefined) : undefined;
}
