import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { definitionOf, propertyName } from '../definitions.js';
import type { Sources } from '../sources.js';

/** The base of all addresses that axios, or what `axios.create()` made, is given by an assignment. */
interface DefaultBase {
  /** The call that made the instance; absent for axios itself. */
  readonly instance?: t.Node;
  readonly value: NodePath;
}

const remembered = new WeakMap<Sources, readonly DefaultBase[]>();

/** The value of `axios.defaults.baseURL = …`; of an instance where one is given. */
export function defaultBaseOf(
  sources: Sources,
  instance: NodePath<t.CallExpression> | undefined,
): NodePath | undefined {
  const known = remembered.get(sources) ?? allIn(sources);
  remembered.set(sources, known);
  return known.find((one) => one.instance === instance?.node)?.value;
}

function allIn(sources: Sources): DefaultBase[] {
  return sources
    .mentioning('defaults.baseURL')
    .flatMap((file) =>
      file.test ? [] : [...file.paths.values()].flatMap((path) => baseSet(sources, path) ?? []),
    );
}

function baseSet(sources: Sources, path: NodePath): DefaultBase | undefined {
  if (!path.isAssignmentExpression({ operator: '=' })) return undefined;
  const left = path.get('left');
  const defaults =
    left.isMemberExpression() && propertyName(left.node) === 'baseURL' ? left.get('object') : undefined;
  if (!defaults?.isMemberExpression() || propertyName(defaults.node) !== 'defaults') return undefined;
  const owner = definitionOf(sources, defaults.get('object'));
  if (owner.kind === 'value') return { instance: owner.path.node, value: path.get('right') };
  const own =
    owner.kind === 'package' && owner.module === 'axios' && !owner.name.some((one) => one !== 'default');
  return own ? { value: path.get('right') } : undefined;
}
