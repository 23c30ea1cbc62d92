import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { propertyName } from '../definitions.js';
import type { SourceFile } from '../source.js';
import { unwrapped } from '../unwrapped.js';
import { isTokenName } from './names.js';

/** What a page opens by an address, to which script can set no header. */
const OPENERS = /^(?:Reconnecting)?(?:WebSocket|EventSource)$/;

/** `new WebSocket(`${url}?token=${token}`)`: where a token that the code was handed goes into an address. */
export function openedByAddress(file: SourceFile): NodePath<t.NewExpression>[] {
  if (!/WebSocket|EventSource/.test(file.text)) return [];
  const found: NodePath<t.NewExpression>[] = [];
  for (const path of file.paths.values()) {
    if (!path.isNewExpression()) continue;
    const { callee } = path.node;
    const name = t.isIdentifier(callee) ? callee.name : (propertyName(callee) ?? '');
    const [address] = path.get('arguments');
    if (OPENERS.test(name) && address && carriesToken(written(address))) found.push(path);
  }
  return found;
}

/** The address where it is put together: in the call, or in the variable that is handed over. */
export function written(address: NodePath): NodePath {
  const bare = unwrapped(address);
  if (!bare.isIdentifier()) return bare;
  const declarator = bare.scope.getBinding(bare.node.name)?.path;
  return declarator?.isVariableDeclarator() && declarator.node.init
    ? unwrapped(declarator.get('init') as NodePath)
    : bare;
}

function carriesToken(address: NodePath): boolean {
  if (address.isTemplateLiteral()) {
    const { quasis, expressions } = address.node;
    return expressions.some((one, index) => asksForToken(quasis[index]?.value.raw) && isHandedToken(one));
  }
  if (!address.isBinaryExpression({ operator: '+' })) return false;
  const { left, right } = address.node;
  const before = t.isBinaryExpression(left) ? left.right : left;
  const text = t.isStringLiteral(before) ? before.value : undefined;
  return (asksForToken(text) && isHandedToken(right)) || carriesToken(address.get('left'));
}

/** `?token=`, `&access_token=` */
function asksForToken(text: string | undefined): boolean {
  return /[?&]\w*(?:token|jwt|auth|authorization)=$/i.test(text ?? '');
}

/** A variable, or a property of what holds it; not what is a constant of the application. */
function isHandedToken(node: t.Node): boolean {
  if (t.isTSNonNullExpression(node)) return isHandedToken(node.expression);
  if (t.isCallExpression(node) && t.isIdentifier(node.callee, { name: 'encodeURIComponent' }))
    return node.arguments[0] !== undefined && isHandedToken(node.arguments[0]);
  if (t.isMemberExpression(node) && t.isIdentifier(node.property, { name: 'value' }))
    return isHandedToken(node.object);
  const name = t.isIdentifier(node) ? node.name : (propertyName(node) ?? '');
  return isTokenName(name) && name !== name.toUpperCase();
}
