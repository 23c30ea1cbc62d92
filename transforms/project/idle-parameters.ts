import type { Binding, NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { type CallPath, callersOf, escapes } from './callers.js';
import { classMember } from './class-members.js';
import { propertyName } from './definitions.js';
import { calledBy } from './injected.js';
import type { Sources } from './sources.js';

/** A parameter that has no purpose any more, and every call that fills it. */
export interface IdleParameter {
  readonly function: NodePath<t.Function>;
  readonly index: number;
  readonly calls: readonly CallPath[];
}

/** Tells the mentions of a parameter that go, and whether a parameter can be taken out of its function. */
export interface Going {
  readonly mention: (path: NodePath) => boolean;
  readonly parameter?: (idle: IdleParameter) => boolean;
}

const DEEPEST = 4;

/** The parameter that a name is, and where it came by as a parameter of the callers, those too that need it for nothing else. */
export function idleParametersFrom(
  sources: Sources,
  name: NodePath,
  going: Going,
  depth = 0,
): IdleParameter[] {
  const binding = name.isIdentifier() ? name.scope.getBinding(name.node.name) : undefined;
  const idle =
    binding && depth <= DEEPEST
      ? idleParameter(sources, binding, going, depth)
      : idleProperty(sources, name, going);
  if (!idle) return [];
  const above = idle.calls.flatMap((call) => {
    const argument = (call.get('arguments') as NodePath[])[idle.index];
    const given = argument && onlyValueOf(argument);
    return given ? idleParametersFrom(sources, given, going, depth + 1) : [];
  });
  return [idle, ...above];
}

/** `this.secret` of `constructor(private readonly secret: string)`, where nothing else in the class reads it. */
function idleProperty(sources: Sources, path: NodePath, going: Going): IdleParameter | undefined {
  if (!path.isMemberExpression() || !path.get('object').isThisExpression()) return undefined;
  const owner = path.findParent((above) => above.isClass());
  const name = propertyName(path.node);
  const member = owner?.isClass() && name !== undefined ? classMember(owner, name, false) : undefined;
  if (!owner?.isClass() || member?.kind !== 'handed') return undefined;
  const { maker, index } = member;
  const parameter = maker.node.params[index];
  if (!t.isTSParameterProperty(parameter, { accessibility: 'private' }) || parameter.decorators?.length)
    return undefined;
  const inVain = [...sources.fileOf(owner).paths.values()]
    .filter((one) => one.isDescendant(owner) && one.isMemberExpression())
    .every((one) => propertyName(one.node) !== name || going.mention(one));
  const parameters = maker.scope.bindings[name ?? '']?.referencePaths ?? [];
  const calls = callersOf(sources, maker);
  const idle: IdleParameter = { function: maker, index, calls };
  const goes = inVain && !parameters.length && calls.length && (going.parameter?.(idle) ?? true);
  return goes ? idle : undefined;
}

/** Whether an expression is read for nothing but to be handed on to such parameters. */
export function isPassedInVain(sources: Sources, path: NodePath, going: Going): boolean {
  const { parentPath: parent } = path;
  if (parent?.isVariableDeclarator() && t.isIdentifier(parent.node.id)) {
    const binding = parent.scope.getBinding(parent.node.id.name);
    return Boolean(binding?.constant && isUsedInVain(sources, binding, going, 0));
  }
  return isIdleArgument(sources, path, going, 0);
}

/** `{ token }` as an argument is the token; anything else is itself. */
export function onlyValueOf(argument: NodePath): NodePath {
  const [only, ...others] = argument.isObjectExpression() ? argument.get('properties') : [];
  return only?.isObjectProperty() && !others.length ? (only.get('value') as NodePath) : argument;
}

/** `({ token }) => …` */
function isOnlyNameOf(parameter: t.Node, { identifier }: Binding): boolean {
  if (!t.isObjectPattern(parameter)) return false;
  const [only, ...others] = parameter.properties;
  return t.isObjectProperty(only) && only.value === identifier && !others.length;
}

function idleParameter(
  sources: Sources,
  binding: Binding,
  going: Going,
  depth: number,
): IdleParameter | undefined {
  if (binding.kind !== 'param' || !binding.constant || depth > DEEPEST) return undefined;
  const owner = binding.scope.path;
  if (!owner.isFunction()) return undefined;
  const index = owner.node.params.findIndex(
    (one) => one === binding.identifier || isOnlyNameOf(one, binding),
  );
  if (index < 0 || escapes(sources, owner) || !isUsedInVain(sources, binding, going, depth)) return undefined;
  const calls = callersOf(sources, owner);
  const filled = calls.every((call) =>
    call.node.arguments.slice(0, index + 1).every((argument) => !t.isSpreadElement(argument)),
  );
  const idle: IdleParameter = { function: owner, index, calls };
  return calls.length && filled && (going.parameter?.(idle) ?? true) ? idle : undefined;
}

function isUsedInVain(sources: Sources, binding: Binding, going: Going, depth: number): boolean {
  return (
    binding.referencePaths.length > 0 &&
    binding.referencePaths.every(
      (reference) => going.mention(reference) || isIdleArgument(sources, reference, going, depth + 1),
    )
  );
}

function isIdleArgument(sources: Sources, path: NodePath, going: Going, depth: number): boolean {
  const { parentPath: call } = path;
  if (depth > DEEPEST || path.listKey !== 'arguments' || !call?.isCallExpression()) return false;
  const called = calledBy(sources, call);
  if (called.kind !== 'function') return false;
  const parameter = called.path.get('params')[Number(path.key)];
  const binding = parameter?.isIdentifier() ? called.path.scope.getBinding(parameter.node.name) : undefined;
  return Boolean(binding && idleParameter(sources, binding, going, depth));
}
