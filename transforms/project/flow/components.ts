import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { isAbsent } from '../browser/absent.js';
import { propertyName } from '../definitions.js';
import { holderOf } from '../holders.js';
import type { Sources } from '../sources.js';
import { isInTemplate } from '../templates.js';
import { unwrapped } from '../unwrapped.js';
import {
  type ComponentOptions,
  componentOf,
  optionNamed,
  ownMentions,
  partPlayed,
  templateMentions,
} from '../vue-components.js';
import { intoParameter } from './calls.js';
import type { Value } from './follow.js';
import type { Origin } from './origins.js';
import { returnsOf } from './returns.js';

/** Where a value goes on that a part of a component answers: `data() { return { token } }`, `computed: { token() { … } }`. */
export function outOfPart(sources: Sources, value: Value, owner: NodePath<t.Function>): Value[] | undefined {
  const part = partPlayed(owner);
  const options = part && part.part !== 'watch' ? componentOf(sources, owner) : undefined;
  if (!part || !options) return undefined;
  const trail = 'name' in part ? [part.name, ...value.trail] : value.trail;
  return intoComponent(sources, { ...value, trail }, options);
}

/** Where a component has what it holds: on `this`, in its template, in its watchers. */
export function intoComponent(sources: Sources, value: Value, options: ComponentOptions): Value[] {
  const [name, ...rest] = value.trail;
  if (name === undefined) return [];
  const plain = rest[0] === 'value' ? rest.slice(1) : rest;
  const watched = optionNamed(sources, options, 'watch');
  const watcher = watched?.isObjectExpression() ? optionNamed(sources, watched, name) : undefined;
  const handler = watcher?.isObjectExpression() ? optionNamed(sources, watcher, 'handler') : watcher;
  return [
    ...ownMentions(options).map((path): Value => ({ ...value, path, trail: [name, ...plain] })),
    ...templateMentions(sources.fileOf(options), name).map(
      (path): Value => ({ ...value, path, trail: plain }),
    ),
    ...(handler?.isFunction() ? intoParameter(sources, handler, 0, { ...value, trail: plain }) : []),
  ];
}

/** Where the value comes from that a component has under a name: `this.token`, or `token` in its template. */
export function fromComponent(
  sources: Sources,
  path: NodePath,
  trail: readonly string[],
): Origin[] | undefined {
  const member = path.isMemberExpression() || path.isOptionalMemberExpression();
  const own = member
    ? (path.get('object') as NodePath).isThisExpression()
    : path.isIdentifier() && isInTemplate(path);
  const name = member ? propertyName(path.node) : path.isIdentifier() ? path.node.name : undefined;
  const options = own && name !== undefined ? componentOf(sources, path) : undefined;
  if (!options || name === undefined) return undefined;
  const found = [
    ...answered(sources, optionNamed(sources, options, 'data'), name, trail),
    ...answered(sources, optionNamed(sources, options, 'setup'), name, trail),
    ...computedAs(sources, options, name, trail),
    ...assignedTo(options, name, trail),
  ].filter((one) => !isAbsent(one.path));
  return found.length ? found : undefined;
}

/** What the object has under a name that a function answers. */
function answered(
  sources: Sources,
  part: NodePath | undefined,
  name: string,
  trail: readonly string[],
): Origin[] {
  const objects = part?.isFunction() ? returnsOf(part).map(unwrapped) : part ? [part] : [];
  return objects.flatMap((object): Origin[] => {
    const value = object.isObjectExpression() ? optionAsWritten(object, name) : undefined;
    if (!value) return [];
    return [{ path: value, trail: holderOf(sources, value)?.kind === 'ref' ? ['value', ...trail] : trail }];
  });
}

function optionAsWritten(object: NodePath<t.ObjectExpression>, name: string): NodePath | undefined {
  for (const property of object.get('properties')) {
    const key = property.isObjectProperty() ? property.get('key') : undefined;
    if (!property.isObjectProperty() || !key || Array.isArray(key)) continue;
    if (key.isIdentifier({ name }) && !property.node.computed) return property.get('value') as NodePath;
  }
  return undefined;
}

function computedAs(
  sources: Sources,
  options: ComponentOptions,
  name: string,
  trail: readonly string[],
): Origin[] {
  const table = optionNamed(sources, options, 'computed');
  const one = table?.isObjectExpression() ? optionNamed(sources, table, name) : undefined;
  const getter = one?.isObjectExpression() ? optionNamed(sources, one, 'get') : one;
  return getter?.isFunction() ? returnsOf(getter).map((path) => ({ path, trail })) : [];
}

/** `this.token = token` */
function assignedTo(options: ComponentOptions, name: string, trail: readonly string[]): Origin[] {
  return ownMentions(options).flatMap(({ parentPath: access }): Origin[] => {
    const whole =
      access?.isMemberExpression() && propertyName(access.node) === name ? access.parentPath : undefined;
    return whole?.isAssignmentExpression({ operator: '=' }) && access?.key === 'left'
      ? [{ path: whole.get('right'), trail }]
      : [];
  });
}
