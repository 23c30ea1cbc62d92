import type { Binding, NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { type CallPath, callersOf, escapes } from '../callers.js';
import { definitionOf } from '../definitions.js';
import type { Project } from '../project.js';
import type { AttachSite } from '../site.js';

/** A parameter that only hands a token on to headers that go, and every call that fills it. */
export interface IdleParameter {
  readonly function: NodePath<t.Function>;
  readonly index: number;
  readonly calls: readonly CallPath[];
}

const DEEPEST = 4;

/** The parameters, through all functions on the way, that a header's token came by and that nothing else needs. */
export function idleParameters(project: Project, site: AttachSite): IdleParameter[] {
  const found: IdleParameter[] = [];
  site.attached.path.traverse({
    Identifier(path) {
      if (!path.isReferencedIdentifier()) return;
      const binding = path.scope.getBinding(path.node.name);
      const idle = binding && idleParameter(project, binding, 0);
      if (idle) found.push(...withCallers(project, idle, 0));
    },
  });
  return found;
}

/** Whether an expression is read for nothing but to be handed on to such parameters. */
export function isPassedInVain(project: Project, path: NodePath): boolean {
  const { parentPath: parent } = path;
  if (parent?.isVariableDeclarator() && t.isIdentifier(parent.node.id)) {
    const binding = parent.scope.getBinding(parent.node.id.name);
    return Boolean(binding?.constant && isUsedInVain(project, binding, 0));
  }
  return isIdleArgument(project, path, 0);
}

function idleParameter(project: Project, binding: Binding, depth: number): IdleParameter | undefined {
  if (binding.kind !== 'param' || !binding.constant || depth > DEEPEST) return undefined;
  const owner = binding.scope.path;
  if (!owner.isFunction()) return undefined;
  const index = owner.node.params.indexOf(binding.identifier);
  if (index < 0 || escapes(project.sources, owner) || !isUsedInVain(project, binding, depth))
    return undefined;
  const calls = callersOf(project.sources, owner);
  const filled = calls.every((call) =>
    call.node.arguments.slice(0, index + 1).every((argument) => !t.isSpreadElement(argument)),
  );
  return calls.length && filled ? { function: owner, index, calls } : undefined;
}

function isUsedInVain(project: Project, binding: Binding, depth: number): boolean {
  return (
    binding.referencePaths.length > 0 &&
    binding.referencePaths.every(
      (reference) => isAttached(project, reference) || isIdleArgument(project, reference, depth + 1),
    )
  );
}

function isAttached({ sites }: Project, path: NodePath): boolean {
  return sites.some(
    (site) => site.kind === 'header' && site.family === 'session' && path.isDescendant(site.path),
  );
}

function isIdleArgument(project: Project, path: NodePath, depth: number): boolean {
  const { parentPath: call } = path;
  if (depth > DEEPEST || path.listKey !== 'arguments' || !call?.isCallExpression()) return false;
  const called = definitionOf(project.sources, call.get('callee') as NodePath);
  if (called.kind !== 'function') return false;
  const parameter = called.path.get('params')[Number(path.key)];
  const binding = parameter?.isIdentifier() ? called.path.scope.getBinding(parameter.node.name) : undefined;
  return Boolean(binding && idleParameter(project, binding, depth));
}

/** The parameters of the callers, where what they hand in is a parameter of theirs with no other purpose. */
function withCallers(project: Project, idle: IdleParameter, depth: number): IdleParameter[] {
  if (depth > DEEPEST) return [idle];
  const above = idle.calls.flatMap((call) => {
    const argument = (call.get('arguments') as NodePath[])[idle.index];
    const binding = argument?.isIdentifier() ? argument.scope.getBinding(argument.node.name) : undefined;
    const next = binding && idleParameter(project, binding, depth + 1);
    return next ? withCallers(project, next, depth + 1) : [];
  });
  return [idle, ...above];
}
