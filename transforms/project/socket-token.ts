import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { identifiersIn } from './acceptance/carried-code.js';
import { CUTS, PICKS } from './cuts.js';
import { propertyName } from './definitions.js';
import type { CheckSite } from './site.js';
import type { SocketDoor } from './sockets.js';
import { textOf } from './source.js';

/** Where a door asks whether a token came: the expressions that are true when one did. */
export interface SocketToken {
  readonly asked: readonly NodePath[];
}

/**
 * How a door comes by its token, where it goes on working for a socket that brings a session's cookie and no
 * token; undefined where it may not.
 */
export function socketTokenOf({ token, file }: CheckSite, door: SocketDoor): SocketToken | undefined {
  if (!token) return undefined;
  const asked: NodePath[] = [];
  const seen = new Set<t.Node>();
  const visit = (value: NodePath): boolean => {
    if (value.isIdentifier()) return visitName(value);
    if (!standsAbsence(value)) return false;
    const text = textOf(file, value.node);
    const same: NodePath[] = [];
    door.function.traverse({
      enter(path) {
        if (path.node !== value.node && path.isExpression() && textOf(file, path.node) === text)
          same.push(path);
      },
    });
    return (
      (value.isMemberExpression() || value.isOptionalMemberExpression() ? same : []).every(visitMention) &&
      identifiersIn(value).every(visitName)
    );
  };
  const visitName = (name: NodePath<t.Identifier>): boolean => {
    const binding = name.scope.getBinding(name.node.name);
    // What stands outside of the door is there whatever comes.
    if (!binding || binding.scope.getFunctionParent() !== door.function.scope) return true;
    if (seen.has(binding.identifier)) return true;
    seen.add(binding.identifier);
    if (binding.kind === 'param') return true;
    const { path } = binding;
    if (!binding.constant || !path.isVariableDeclarator()) return false;
    const init = path.get('init') as NodePath;
    // An address is there whatever is in it.
    const there = init.isNewExpression() || (init.isCallExpression() && /\bparse$/.test(calleeOf(init)));
    return Boolean(init.node) && (there || binding.referencePaths.every(visitMention)) && visit(init);
  };
  /** Whether a mention is fine as it is, or as a question. */
  const visitMention = (mention: NodePath): boolean => {
    const parent = mention.parentPath;
    if (!parent || mention.isDescendant(token) || mention.node === token.node) return true;
    if (isQuestion(mention)) {
      asked.push(mention);
      return true;
    }
    // `header.startsWith('Bearer ')` fails where there is none.
    const taken = mention.key === 'object' && parent.isMemberExpression();
    return !parent.isBinaryExpression() && (!taken || isGuarded(mention));
  };
  return visit(token) ? { asked } : undefined;
}

function calleeOf(call: NodePath<t.CallExpression>): string {
  return String(call.get('callee'));
}

/** Whether an expression yields nothing, and does not fail, where no token came. */
function standsAbsence(value: NodePath): boolean {
  let fine = true;
  const consider = (path: NodePath) => {
    if (path.isFunction()) path.skip();
    if (path.isAwaitExpression() || path.isAssignmentExpression()) fine = false;
    const method = path.isCallExpression() ? (propertyName(path.node.callee) ?? '') : '';
    const cut = CUTS.has(method) || PICKS.has(method);
    if (cut && !isGuarded(path)) fine = false;
  };
  consider(value);
  value.traverse({ enter: consider });
  return fine;
}

/** `header && header.split(' ')[1]`, `header ? … : undefined` */
function isGuarded(path: NodePath): boolean {
  for (let at: NodePath = path; at.parentPath?.isExpression(); at = at.parentPath) {
    if (at.parentPath.isLogicalExpression({ operator: '&&' }) && at.key === 'right') return true;
    if (at.parentPath.isConditionalExpression() && at.key !== 'test') return true;
  }
  return false;
}

/** `!token`, `token && …` in a test, `if (token)` */
function isQuestion(path: NodePath): boolean {
  if (path.parentPath?.isUnaryExpression({ operator: '!' })) return true;
  let at = path;
  while (at.parentPath?.isLogicalExpression()) at = at.parentPath;
  return at.key === 'test' && at.parentPath?.isIfStatement() === true;
}
