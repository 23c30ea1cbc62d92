import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { definitionOf, keyName, propertyName } from '../definitions.js';
import type { Sources } from '../sources.js';
import { axiosCallee, type OutgoingRequest, propertyIn } from './requests.js';

/**
 * What axios or one of its instances, or an interceptor of Angular, puts in front of the addresses that it is called
 * with; the end of it may be the address that comes.
 */
export function baseOf(sources: Sources, { client, instance }: OutgoingRequest): NodePath | undefined {
  if (client === 'angular') return basesSet(sources).find((one) => one.angular)?.value;
  if (client !== 'axios') return undefined;
  const [options] = (instance?.get('arguments') ?? []) as NodePath[];
  const own = options && propertyIn(sources, options, 'baseURL');
  const set = basesSet(sources);
  const ofInstance = instance && set.find((one) => one.instance === instance.node);
  // What is made of axios begins with what axios itself was told.
  return ofInstance?.value ?? own ?? set.find((one) => !one.instance && !one.angular)?.value;
}

/** Whether an interceptor of Angular completes addresses, so that others may see them without their beginning. */
export function areCompleted(sources: Sources): boolean {
  return basesSet(sources).some(({ angular }) => angular);
}

interface BaseSet {
  /** The `axios.create()` that made the instance; absent for axios itself. */
  readonly instance?: t.Node;
  readonly angular?: true;
  readonly value: NodePath;
}

const remembered = new WeakMap<Sources, readonly BaseSet[]>();

/** The bases that are set beside the making of an instance: on its defaults, or on each request by an interceptor. */
function basesSet(sources: Sources): readonly BaseSet[] {
  const known = remembered.get(sources) ?? allIn(sources);
  remembered.set(sources, known);
  return known;
}

function allIn(sources: Sources): BaseSet[] {
  const telling = sources
    .mentioning('baseURL', 'interceptors', 'HttpInterceptor')
    .filter(({ test }) => !test);
  return telling.flatMap((file): BaseSet[] =>
    [...file.paths.values()].flatMap((path): BaseSet[] => {
      if (path.isCallExpression()) return byClone(path);
      return path.isAssignmentExpression({ operator: '=' }) ? byAssignment(sources, path) : [];
    }),
  );
}

/** `axios.defaults.baseURL = base`; `config.url = base + config.url` in an interceptor. */
function byAssignment(sources: Sources, path: NodePath<t.AssignmentExpression>): BaseSet[] {
  const left = path.get('left');
  const value = path.get('right');
  const name = left.isMemberExpression() ? propertyName(left.node) : undefined;
  if (!left.isMemberExpression() || (name !== 'baseURL' && name !== 'url')) return [];
  if (name === 'url' && !endsWith(value, String(left))) return [];
  const teller = tellerOf(left.get('object'));
  const callee = teller && (axiosCallee(sources, definitionOf(sources, teller)) ?? putAt(sources, teller));
  if (!callee) return [];
  const { instance } = callee;
  return [{ ...(instance ? { instance: instance.node } : {}), value }];
}

/** What a file puts where it then speaks of it: `window.axios = axios`, `Vue.prototype.$http = require('axios')`. */
function putAt(sources: Sources, teller: NodePath): ReturnType<typeof axiosCallee> {
  if (!teller.isMemberExpression()) return undefined;
  const place = String(teller);
  for (const path of sources.fileOf(teller).paths.values()) {
    if (!path.isAssignmentExpression({ operator: '=' }) || String(path.get('left')) !== place) continue;
    return axiosCallee(sources, definitionOf(sources, path.get('right')));
  }
  return undefined;
}

/** `request.clone({ url: base + request.url })` in an interceptor of Angular. */
function byClone(path: NodePath<t.CallExpression>): BaseSet[] {
  const callee = path.get('callee');
  if (!callee.isMemberExpression() || propertyName(callee.node) !== 'clone') return [];
  const [options] = path.get('arguments');
  const property = options?.isObjectExpression()
    ? options.get('properties').find((one) => one.isObjectProperty() && keyName(one.node) === 'url')
    : undefined;
  const value = property?.isObjectProperty() ? (property.get('value') as NodePath) : undefined;
  return value && endsWith(value, `${callee.get('object')}.url`) ? [{ angular: true, value }] : [];
}

/** Whether an address is put together of something and, at its end, the one that came. */
function endsWith(value: NodePath, came: string): boolean {
  if (value.isBinaryExpression({ operator: '+' })) return String(value.get('right')) === came;
  if (!value.isTemplateLiteral()) return false;
  const last = (value.get('expressions') as NodePath[]).at(-1);
  return value.node.quasis.at(-1)?.value.raw === '' && last !== undefined && String(last) === came;
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
