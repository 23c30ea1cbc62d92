import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { definitionOf, propertyName } from '../definitions.js';
import type { Sources } from '../sources.js';
import { axiosCallee, type OutgoingRequest, propertyIn } from './requests.js';

/** What axios or one of its instances puts in front of the addresses that it is called with. */
export function baseOf(sources: Sources, { client, instance }: OutgoingRequest): NodePath | undefined {
  if (client !== 'axios') return undefined;
  const [options] = (instance?.get('arguments') ?? []) as NodePath[];
  const own = options && propertyIn(sources, options, 'baseURL');
  const set = basesSet(sources);
  const ofInstance = instance && set.find((one) => one.instance === instance.node);
  // What is made of axios begins with what axios itself was told.
  return ofInstance?.value ?? own ?? set.find((one) => !one.instance)?.value;
}

interface BaseSet {
  /** The `axios.create()` that made the instance; absent for axios itself. */
  readonly instance?: t.Node;
  readonly value: NodePath;
}

const remembered = new WeakMap<Sources, readonly BaseSet[]>();

/** The bases that are set after an instance was made: on its defaults, or on each request by an interceptor. */
function basesSet(sources: Sources): readonly BaseSet[] {
  const known = remembered.get(sources) ?? allIn(sources);
  remembered.set(sources, known);
  return known;
}

function allIn(sources: Sources): BaseSet[] {
  return sources.naming('baseURL').flatMap((file): BaseSet[] =>
    [...file.paths.values()].flatMap((path): BaseSet[] => {
      if (file.test || !path.isAssignmentExpression({ operator: '=' })) return [];
      const left = path.get('left');
      if (!left.isMemberExpression() || propertyName(left.node) !== 'baseURL') return [];
      const teller = tellerOf(left.get('object'));
      const callee = teller && axiosCallee(sources, definitionOf(sources, teller));
      if (!callee) return [];
      const { instance } = callee;
      return [{ ...(instance ? { instance: instance.node } : {}), value: path.get('right') }];
    }),
  );
}

/** `axios` of `axios.defaults`, and of `config` in `axios.interceptors.request.use((config) => …)`. */
function tellerOf(path: NodePath): NodePath | undefined {
  if (path.isMemberExpression() && propertyName(path.node) === 'defaults') return path.get('object');
  if (!path.isIdentifier()) return undefined;
  const owner = path.scope.getBinding(path.node.name)?.scope.path;
  const call = owner?.isFunction() && owner.listKey === 'arguments' ? owner.parentPath : undefined;
  const callee = call?.isCallExpression() ? (call.get('callee') as NodePath) : undefined;
  if (!callee?.isMemberExpression() || propertyName(callee.node) !== 'use') return undefined;
  const request = callee.get('object');
  const interceptors = request.isMemberExpression() ? request.get('object') : undefined;
  return interceptors?.isMemberExpression() && propertyName(interceptors.node) === 'interceptors'
    ? interceptors.get('object')
    : undefined;
}
