import type { NodePath } from '@babel/traverse';
import { definitionOf } from '../definitions.js';
import type { Project } from '../project.js';
import { isAbsent } from './absent.js';

/** Whether a statement does nothing but clear what keeps a login, or the browser's storage as a whole. */
export function clearsLogin({ sources, sites }: Project, statement: NodePath): boolean {
  const expression = statement.isExpressionStatement() ? statement.get('expression') : undefined;
  const call = expression?.isAwaitExpression() ? expression.get('argument') : expression;
  if (!call) return false;
  if (/^(?:window\.)?(?:local|session)Storage\.(?:clear|removeItem)\(/.test(String(call))) return true;
  const callee = call.isCallExpression() ? definitionOf(sources, call.get('callee') as NodePath) : undefined;
  return sites.some((site) => {
    if (site.kind !== 'web-storage' || site.access.operation === 'get') return false;
    const { path, operation, value } = site.access;
    if (operation === 'set' && !(value && isAbsent(value))) return false;
    return (
      path.node === call.node ||
      (callee?.kind === 'function' && callee.path.node === path.getFunctionParent()?.node)
    );
  });
}
