import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { methodsCalled } from '../callers.js';
import { type Definition, definitionOf, keyName, propertyName } from '../definitions.js';
import { readsOfMember } from '../holders.js';
import { calledBy } from '../injected.js';
import { isOfLogin, kindsOf } from '../kinds.js';
import { loginCallersOf, purposesOf } from '../purposes.js';
import type { Sources } from '../sources.js';
import { outOfPart } from './components.js';
import type { Passage, Through, Value } from './follow.js';
import { type Read, readsAfter } from './held.js';
import { intoPattern } from './names.js';
import { getterAround, optionsAround } from './stores.js';
import { throughVue } from './vue.js';

/** Calls that hand their argument on as it is. */
const IDENTITY = new Set([
  'String',
  'JSON.stringify',
  'JSON.parse',
  'Promise.resolve',
  'Promise.all',
  'Object.freeze',
]);

/** Arguments, returns and callbacks: where a value crosses from one function into another. */
export const throughCall: Through = (sources, value): Passage | undefined => {
  const { path } = value;
  const parent = path.parentPath;
  if (!parent) return {};
  if (path.listKey === 'arguments' && isCall(parent)) return intoCall(sources, value, parent);
  if (parent.isReturnStatement()) return outOfFunction(sources, value, parent.getFunctionParent());
  if (parent.isArrowFunctionExpression() && path.key === 'body') return outOfFunction(sources, value, parent);
  if (parent.isYieldExpression()) return { values: [{ ...value, path: parent }] };
  return { uses: [{ ...value, kind: 'other' }] };
};

function isCall(path: NodePath): path is NodePath<t.CallExpression> | NodePath<t.NewExpression> {
  return path.isCallExpression() || path.isOptionalCallExpression() || path.isNewExpression();
}

function intoCall(
  sources: Sources,
  value: Value,
  call: NodePath<t.CallExpression> | NodePath<t.NewExpression>,
): Passage {
  const callee = calledBy(sources, call);
  const used: Passage = { uses: [{ ...value, kind: 'argument' }] };
  const index = Number(value.path.key);
  // What is done there for another purpose is not done to a login token.
  if (callee.kind === 'function' && purposesOf(sources, callee.path)?.others.includes(call)) return used;
  // A call that checks for one kind is where that is checked: the function goes on checking the others.
  const kinds = callee.kind === 'function' ? kindsOf(sources, callee.path) : undefined;
  if (kinds && isOfLogin(kinds, call)) return used;
  const seen = throughVue(sources, value, call);
  if (seen) return { values: seen };
  if (callee.kind === 'function') return { values: intoParameter(sources, callee.path, index, value) };
  // `call(setToken, token)` of redux-saga
  const [effect] = call.get('arguments') as NodePath[];
  const carried =
    callee.kind === 'package' && callee.module.startsWith('redux-saga') && index > 0 && effect
      ? definitionOf(sources, effect)
      : undefined;
  if (carried?.kind === 'function') return { values: intoParameter(sources, carried.path, index - 1, value) };
  if (isRowMade(call, value)) return { values: [{ ...value, path: call }], ...used };
  if (callee.kind === 'global' && IDENTITY.has(callee.name.join('.')))
    return { values: [{ ...value, path: call }, ...thenParameters(sources, call, value)] };
  if (callee.kind === 'global' && callee.name.join('.') === 'Object.assign')
    return { values: [{ ...value, path: call }] };
  const methods = call.isNewExpression() ? [] : methodsCalled(sources, call, callee);
  if (methods.length)
    return { values: methods.flatMap((method) => intoParameter(sources, method, index, value)) };
  const made = madeOf(sources, callee);
  if (made) return { values: intoParameter(sources, made, index, value) };
  const held = readsAfter(sources, value.path);
  if (held)
    return {
      values: [
        ...readsInto(sources, held, value),
        ...(isStateHook(sources, call) ? intoState(sources, value, call) : []),
      ],
      ...used,
    };
  const setter = stateOfSetter(sources, call.get('callee') as NodePath);
  if (setter) return { values: intoPattern(sources, setter, value), ...used };
  if (isStateHook(sources, call)) return { values: intoState(sources, value, call) };
  // `resolve(token)` in `new Promise((resolve) => …)` is what the promise yields.
  const promise =
    callee.kind === 'parameter' && callee.index === 0 && !callee.trail.length
      ? callee.function.parentPath
      : null;
  if (promise?.isNewExpression() && promise.get('callee').isIdentifier({ name: 'Promise' })) {
    return { values: [{ ...value, path: promise }] };
  }
  return used;
}

/** The function that another is made of, by code of which nothing is in sight: `commit(mutations.setToken)`. */
function madeOf(sources: Sources, callee: Definition): NodePath<t.Function> | undefined {
  const made = callee.kind === 'value' ? callee.path : undefined;
  const call = made?.isVariableDeclarator() ? (made.get('init') as NodePath) : made;
  const [only, another] = call?.isCallExpression() ? (call.get('arguments') as NodePath[]) : [];
  if (!only || another || !(only.isIdentifier() || only.isMemberExpression())) return undefined;
  const definition = definitionOf(sources, only);
  return definition.kind === 'function' ? definition.path : undefined;
}

/** Where a holder hands its value on. */
export function readsInto(sources: Sources, reads: readonly Read[], value: Value): Value[] {
  return reads.flatMap(({ path, into }) =>
    into ? intoParameter(sources, into, 0, value) : [{ ...value, path }],
  );
}

/** `const row = await Token.create({ token })`: the row has what it is made of. */
function isRowMade(call: NodePath, { path, trail }: Value): boolean {
  const method = call.isCallExpression() ? propertyName(call.node.callee) : undefined;
  return method === 'create' && path.key === 0 && trail.length === 1;
}

/** Where argument `index` of a call arrives in the called function. */
export function intoParameter(
  sources: Sources,
  called: NodePath<t.Function>,
  index: number,
  value: Value,
): Value[] {
  const parameter = called.get('params')[index];
  if (parameter) {
    if (parameter.isRestElement())
      return intoPattern(sources, parameter.get('argument') as NodePath, {
        ...value,
        trail: ['0', ...value.trail],
      });
    return intoPattern(sources, parameter as NodePath, value);
  }
  return [];
}

/** A returned value appears at every call of the function; a callback's goes to whoever calls it. */
function outOfFunction(sources: Sources, value: Value, owner: NodePath | null): Passage {
  if (!owner?.isFunction()) return { uses: [{ ...value, kind: 'returned' }] };
  const holder = owner.parentPath;
  if (holder && isCall(holder) && owner.listKey === 'arguments') {
    const callee = holder.get('callee') as NodePath;
    const method = callee.isMemberExpression() ? propertyName(callee.node) : undefined;
    // `.then(() => token)` yields the token; so does `useMemo(() => token)` and `useState(() => token)`.
    if (method === 'then' || method === 'catch' || method === 'map')
      return { values: [{ ...value, path: holder }] };
    const seen = throughVue(sources, { ...value, path: owner }, holder);
    if (seen) return { values: seen };
    const held = readsAfter(sources, owner);
    if (held) return { values: readsInto(sources, held, value) };
    if (isStateHook(sources, holder)) return { values: intoState(sources, value, holder) };
    return { uses: [{ ...value, kind: 'returned' }] };
  }
  const stores = optionsAround(owner);
  if (stores.length)
    return { values: stores.map((path) => ({ ...value, path, trail: ['state', ...value.trail] })) };
  const read = getterAround(owner);
  if (read)
    return {
      values: read.options.map((path) => ({
        ...value,
        path,
        trail: ['getters', read.name, ...value.trail],
      })),
    };
  const parts = outOfPart(sources, value, owner);
  if (parts) return { values: parts };
  const getter = memberAnswered(owner);
  if (getter)
    return {
      values: readsOfMember(sources, getter.owner, getter.name).map((path) => ({ ...value, path })),
    };
  const callers = kindsOf(sources, owner)?.others ?? loginCallersOf(sources, owner);
  if (!callers.length) return { uses: [{ ...value, kind: 'returned' }] };
  return { values: callers.flatMap((path) => [{ ...value, path }, ...thenParameters(sources, path, value)]) };
}

/** The member of a class that a getter answers for. */
function memberAnswered(path: NodePath<t.Function>) {
  const name = path.isClassMethod({ kind: 'get' }) ? keyName(path.node) : undefined;
  const owner = path.findParent((above) => above.isClass());
  return name !== undefined && owner?.isClass() ? { owner, name } : undefined;
}

/** `call().then((token) => …)`: the first parameter of the callback. */
function thenParameters(sources: Sources, call: NodePath, value: Value): Value[] {
  const access = call.parentPath;
  const then = access?.parentPath;
  if (!access?.isMemberExpression() || propertyName(access.node) !== 'then') return [];
  if (!then?.isCallExpression()) return [];
  const [callback] = then.get('arguments');
  return callback?.isFunction() ? intoParameter(sources, callback, 0, value) : [];
}

/** `const [x] = useState(value)` and `const x = ref(value)`, the call being the hook's. */
function intoState(sources: Sources, value: Value, call: NodePath): Value[] {
  const declarator = call.parentPath;
  if (!declarator?.isVariableDeclarator()) return [];
  const id = declarator.get('id') as NodePath;
  const trail = [id.isArrayPattern() ? '0' : 'value', ...value.trail];
  return intoPattern(sources, id, { ...value, path: call, trail });
}

/** The name that `setX` of `const [x, setX] = useState()` sets. */
export function stateOfSetter(sources: Sources, callee: NodePath): NodePath | undefined {
  if (!callee.isIdentifier()) return undefined;
  const declarator = callee.scope.getBinding(callee.node.name)?.path;
  if (!declarator?.isVariableDeclarator()) return undefined;
  const id = declarator.get('id');
  const init = declarator.get('init');
  if (Array.isArray(id) || !id.isArrayPattern() || !init.isCallExpression()) return undefined;
  const [state, setter] = id.get('elements');
  if (!setter?.isIdentifier({ name: callee.node.name }) || !state?.node) return undefined;
  return isStateHook(sources, init) ? (state as NodePath) : undefined;
}

function isStateHook(
  sources: Sources,
  call: NodePath<t.CallExpression> | NodePath<t.NewExpression>,
): boolean {
  const callee = definitionOf(sources, call.get('callee') as NodePath);
  const name = callee.kind === 'package' ? (callee.name.at(-1) ?? '') : '';
  return ['useState', 'ref', 'shallowRef', 'signal', 'useRef'].includes(name);
}
