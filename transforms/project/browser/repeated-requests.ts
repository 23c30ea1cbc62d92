import type { NodePath } from '@babel/traverse';
import { propertyName } from '../definitions.js';
import { unwrapped } from '../unwrapped.js';

/** Whether some code sends the request again, rather than only to renew. */
export function retries(code: NodePath, call: NodePath): boolean {
  let again = false;
  code.traverse({
    CallExpression(other) {
      if (other.node === call.node || /^(?:set|get|dispatch)/.test(propertyName(other.node.callee) ?? ''))
        return;
      if ((other.get('arguments') as NodePath[]).some(isRequest)) again = true;
    },
  });
  return again;
}

/** What was sent, by its name or by what it was taken from: `error.config`. */
export function isRequest(path: NodePath): boolean {
  // `next(request.clone({ … }))`, `next.handle(this.withToken(request, token))`
  if (path.isCallExpression()) {
    const callee = path.get('callee');
    const copied =
      callee.isMemberExpression() && propertyName(callee.node) === 'clone' ? [callee.get('object')] : [];
    return [...copied, ...(path.get('arguments') as NodePath[])].some(isRequest);
  }
  if (path.isMemberExpression()) return propertyName(path.node) === 'config';
  if (!path.isIdentifier()) return false;
  if (/config|req(?:uest)?$|request|args|url|input|options|operation|endpoint/i.test(path.node.name))
    return true;
  const declarator = path.scope.getBinding(path.node.name)?.path;
  if (!declarator?.isVariableDeclarator() || !declarator.node.init) return false;
  const init = declarator.get('init');
  // `new Request(request, options)`
  if (init.isNewExpression() && init.get('callee').isIdentifier({ name: 'Request' }))
    return (init.get('arguments') as NodePath[]).slice(0, 1).some(isRequest);
  return propertyName(unwrapped(declarator.get('init') as NodePath).node) === 'config';
}
