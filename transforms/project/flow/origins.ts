import type { Binding, NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { CUTS, PICKS } from '../cuts.js';
import { definitionOf, keyName, patternTrail, propertyName } from '../definitions.js';
import { holderOf } from '../holders.js';
import { calledBy } from '../injected.js';
import { isOfLogin, kindsOf, ownCallsOf } from '../kinds.js';
import { loginCallersOf, purposesOf } from '../purposes.js';
import type { Sources } from '../sources.js';
import { isInTemplate } from '../templates.js';
import { unwrapped } from '../unwrapped.js';
import { fromComponent } from './components.js';
import { emittedInto } from './emitted.js';
import { fieldContents } from './fields.js';
import { contentsOf, fromHolder } from './held.js';
import { fromPinia } from './pinia.js';
import { fromHook } from './react.js';
import { returnsOf } from './returns.js';
import { fromReactive } from './vue.js';

/** Where a value comes from: an expression that is not followed further, and where in it the value is. */
export interface Origin {
  readonly path: NodePath;
  readonly trail: readonly string[];
}

const DEEPEST = 30;
const IDENTITY = new Set(['String', 'JSON.stringify', 'JSON.parse', 'Promise.resolve']);

/**
 * Follows a value backward: through names, properties, calls and parameters, to where it comes into being.
 *
 * @param ends tells the places that it is not followed past
 */
export function originsOf(
  sources: Sources,
  path: NodePath,
  trail: readonly string[] = [],
  ends: (path: NodePath) => boolean = () => false,
): Origin[] {
  const found: Origin[] = [];
  const seen = new Set<string>();
  walk(path, trail, 0);
  return found;

  function walk(at: NodePath, names: readonly string[], depth: number): void {
    const key = `${sources.fileOf(at).path}:${at.node.start}:${at.node.end}:${names.join('.')}`;
    if (depth > DEEPEST || seen.has(key)) return;
    seen.add(key);
    const steps = ends(at) ? undefined : stepsBack(sources, at, names);
    if (!steps) {
      found.push({ path: at, trail: names });
      return;
    }
    for (const step of steps) walk(step.path, step.trail, depth + 1);
  }
}

/** The expressions a value is taken from; undefined where it starts. */
function stepsBack(sources: Sources, path: NodePath, trail: readonly string[]): Origin[] | undefined {
  const bare = unwrapped(path);
  if (bare !== path) return [{ path: bare, trail }];
  if (path.isAwaitExpression()) return [{ path: path.get('argument'), trail }];
  if (path.isLogicalExpression()) {
    const right = { path: path.get('right') as NodePath, trail };
    return path.node.operator === '&&' ? [right] : [{ path: path.get('left'), trail }, right];
  }
  if (path.isConditionalExpression()) {
    return [path.get('consequent'), path.get('alternate')].map((branch) => ({ path: branch, trail }));
  }
  if (path.isTemplateLiteral()) {
    const parts = path.get('expressions');
    return parts.length ? parts.map((part) => ({ path: part as NodePath, trail: [] })) : undefined;
  }
  if (path.isBinaryExpression({ operator: '+' })) {
    return [path.get('left') as NodePath, path.get('right')].map((part) => ({ path: part, trail: [] }));
  }
  if (path.isAssignmentExpression()) return [{ path: path.get('right'), trail }];
  if (path.isObjectExpression()) return fromObject(path, trail);
  if (path.isMemberExpression() || path.isOptionalMemberExpression()) return fromMember(sources, path, trail);
  if (path.isCallExpression() || path.isOptionalCallExpression()) return fromCall(sources, path, trail);
  if (path.isIdentifier()) return fromName(sources, path, trail);
  return undefined;
}

function fromObject(path: NodePath<t.ObjectExpression>, trail: readonly string[]): Origin[] | undefined {
  const [head, ...rest] = trail;
  if (head === undefined) return undefined;
  const spreads: Origin[] = [];
  for (const property of path.get('properties').toReversed()) {
    if (property.isObjectProperty() && keyName(property.node) === head) {
      return [{ path: property.get('value') as NodePath, trail: rest }, ...spreads];
    }
    if (property.isSpreadElement()) spreads.push({ path: property.get('argument'), trail });
  }
  return spreads.length ? spreads : undefined;
}

function fromMember(
  sources: Sources,
  path: NodePath<t.MemberExpression> | NodePath<t.OptionalMemberExpression>,
  trail: readonly string[],
): Origin[] | undefined {
  const held = fromHolder(sources, path, trail) ?? fromComponent(sources, path, trail);
  if (held) return held;
  const definition = definitionOf(sources, path);
  if (definition.kind === 'value' && definition.path.node !== path.node)
    return [{ path: definition.path, trail }];
  if (definition.kind === 'object') return [{ path: definition.path, trail }];
  if (
    definition.kind === 'function' &&
    (definition.path.isClassMethod({ kind: 'get' }) || definition.path.isObjectMethod({ kind: 'get' }))
  )
    return returnsOf(definition.path).map((returned) => ({ path: returned, trail }));
  const name = propertyName(path.node);
  const object = path.get('object') as NodePath;
  if (name === undefined) return undefined;
  if (isGlobalRoot(sources, object)) return undefined;
  const contents = definition.kind === 'member' ? fieldContents(sources, path) : [];
  if (contents.length) return contents.map((one) => ({ path: one, trail }));
  const steps = stepsBack(sources, object, [name, ...trail]);
  return (
    steps ??
    (object.isIdentifier() || object.isCallExpression()
      ? [{ path: object, trail: [name, ...trail] }]
      : undefined)
  );
}

/** `process.env`, `localStorage` and the like: the member access as a whole is the origin. */
function isGlobalRoot(sources: Sources, path: NodePath): boolean {
  return definitionOf(sources, path).kind === 'global';
}

function fromCall(
  sources: Sources,
  path: NodePath<t.CallExpression> | NodePath<t.OptionalCallExpression>,
  trail: readonly string[],
): Origin[] | undefined {
  const held =
    fromHolder(sources, path, trail) ??
    fromPinia(sources, path, trail) ??
    fromReactive(sources, path, trail) ??
    fromHook(sources, path, trail);
  if (held) return held;
  const callee = path.get('callee') as NodePath;
  const definition = calledBy(sources, path);
  if (definition.kind === 'function' && purposesOf(sources, definition.path)?.others.includes(path))
    return undefined;
  const kinds = definition.kind === 'function' ? kindsOf(sources, definition.path) : undefined;
  if (kinds && isOfLogin(kinds, path)) return undefined;
  if (definition.kind === 'function')
    return returnsOf(definition.path).map((returned) => ({ path: returned, trail }));
  const [first] = path.get('arguments') as NodePath[];
  if (definition.kind === 'global' && IDENTITY.has(definition.name.join('.')) && first)
    return [{ path: first, trail }];
  const method = propertyName(callee.node) ?? '';
  const cuts = (CUTS.has(method) || PICKS.has(method)) && definition.kind !== 'package';
  const isMember = callee.isMemberExpression() || callee.isOptionalMemberExpression();
  return cuts && isMember ? [{ path: callee.get('object') as NodePath, trail: [] }] : undefined;
}

function fromName(
  sources: Sources,
  path: NodePath<t.Identifier>,
  trail: readonly string[],
): Origin[] | undefined {
  const binding = path.scope.getBinding(path.node.name);
  if (!binding) return fromComponent(sources, path, trail);
  // A template takes what is in a ref by the name of the ref.
  const held = isInTemplate(path) ? holderOf(sources, path) : undefined;
  if (held?.kind === 'ref' && trail[0] !== 'value')
    return contentsOf(sources, held).map((one) => ({ path: one, trail }));
  const assigned = assignmentsTo(binding, trail);
  if (binding.kind === 'param') {
    const definition = definitionOf(sources, path);
    if (definition.kind !== 'parameter') return assigned.length ? assigned : undefined;
    const emitted =
      definition.index === 0
        ? emittedInto(sources, definition.function, [...definition.trail, ...trail])
        : [];
    if (emitted.length) return [...emitted, ...assigned];
    const kinds = kindsOf(sources, definition.function);
    const callers = kinds ? ownCallsOf(kinds) : loginCallersOf(sources, definition.function);
    const passed = callers.flatMap((call): Origin[] => {
      const argument = (call.get('arguments') as NodePath[])[definition.index];
      return argument ? [{ path: argument, trail: [...definition.trail, ...trail] }] : [];
    });
    return passed.length || assigned.length ? [...passed, ...assigned] : undefined;
  }
  const at = binding.path;
  if (at.isVariableDeclarator()) {
    const names = patternTrail(at.node.id, binding.identifier);
    const init = at.get('init');
    const from: Origin[] =
      init.node && names ? [{ path: init as NodePath, trail: [...names, ...trail] }] : [];
    return from.length || assigned.length ? [...from, ...assigned] : undefined;
  }
  const definition = definitionOf(sources, path);
  if (definition.kind === 'value' && definition.path.node !== path.node)
    return [{ path: definition.path, trail }];
  if (definition.kind === 'object') return [{ path: definition.path, trail }];
  return undefined;
}

function assignmentsTo(binding: Binding, trail: readonly string[]): Origin[] {
  return binding.constantViolations.flatMap((violation): Origin[] => {
    if (!violation.isAssignmentExpression()) return [];
    const names = patternTrail(violation.node.left, binding.identifier);
    const plain = t.isIdentifier(violation.node.left);
    return plain
      ? [{ path: violation.get('right'), trail }]
      : names
        ? [{ path: violation.get('right'), trail: [...names, ...trail] }]
        : [];
  });
}

/** The fixed string an expression yields, if every origin of it is that one string. */
export function stringOf(sources: Sources, path: NodePath): string | undefined {
  if (path.isTemplateLiteral() && !path.node.expressions.length)
    return path.node.quasis[0]?.value.cooked ?? undefined;
  const strings = originsOf(sources, path).map(({ path: origin, trail }) => {
    if (trail.length) return undefined;
    if (origin.isStringLiteral()) return origin.node.value;
    if (origin.isTemplateLiteral() && !origin.node.expressions.length)
      return origin.node.quasis[0]?.value.cooked;
    return undefined;
  });
  const [first] = strings;
  return first !== undefined && strings.every((string) => string === first) ? first : undefined;
}
