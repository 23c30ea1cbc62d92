import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { propertyName } from './definitions.js';
import type { FromNow } from './from-now.js';

/** How long the units of the methods are that set a part of a date. */
const PARTS: Readonly<Record<string, number>> = {
  Milliseconds: 1,
  Seconds: 1_000,
  Minutes: 60_000,
  Hours: 3_600_000,
  Date: 86_400_000,
  Month: 30 * 86_400_000,
};

/** `const expires = new Date(); expires.setSeconds(expires.getSeconds() + ttl);`: how long after now it is. */
export function setFromNow(path: NodePath<t.Identifier>): FromNow | undefined {
  const binding = path.scope.getBinding(path.node.name);
  const init = binding?.path.isVariableDeclarator() ? binding.path.get('init') : undefined;
  if (!binding?.constant || String(init) !== 'new Date()') return undefined;
  const moves = binding.referencePaths.flatMap((reference) => moveOf(reference) ?? []);
  const [only, ...others] = moves;
  if (!only || others.length) return undefined;
  const { confident, value }: { confident: boolean; value: unknown } = only.by.evaluate();
  if (confident && typeof value === 'number') return { kind: 'fixed', milliseconds: value * only.unit };
  return only.unit === 1_000 ? { kind: 'seconds', path: only.by } : undefined;
}

/** What a method that sets a part of a date adds to it, and in which unit. */
function moveOf(reference: NodePath): { readonly by: NodePath; readonly unit: number } | undefined {
  const member = reference.key === 'object' ? reference.parentPath : undefined;
  const call = member?.key === 'callee' ? member.parentPath : undefined;
  const [, part = ''] = /^set(?:UTC)?(\w+)$/.exec(propertyName(member?.node ?? reference.node) ?? '') ?? [];
  const unit = PARTS[part];
  const [to] = call?.isCallExpression() ? call.get('arguments') : [];
  if (unit === undefined || !to?.isBinaryExpression({ operator: '+' })) return undefined;
  const own = String(reference);
  const sides = [to.get('left') as NodePath, to.get('right')];
  const by = sides.find((side) => !String(side).startsWith(`${own}.get`));
  const isOwn = sides.some((side) => new RegExp(`^${own}\\.get(?:UTC)?${part}\\(\\)$`).test(String(side)));
  return by && isOwn ? { by, unit } : undefined;
}
