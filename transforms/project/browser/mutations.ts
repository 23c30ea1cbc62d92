import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { propertyOf } from '../acceptance/doors.js';
import { type CallPath, callsOf } from '../callers.js';
import { definitionOf, keyName, patternTrail, propertyName } from '../definitions.js';
import { originsOf } from '../flow/origins.js';
import { returnsOf } from '../flow/returns.js';
import type { Sources } from '../sources.js';

/** What makes a mutation, of a library of queries: `useMutation`, `useSWRMutation`. */
const MAKER = /^use\w*Mutation$/;
/** What sets a mutation going; all but the first yield a promise of the answer. */
const STARTING = /^(?:mutate|mutateAsync|trigger)$/;

/**
 * The callbacks that are handed what a function answers, as libraries of queries take both:
 * `useMutation({ mutationFn: login, onSuccess: (data) => … })`, `useMutation(login, { onSuccess })`,
 * `useMutation({ mutationFn: login, ...options })`, `mutate(form, { onSuccess })`.
 */
export function successesOf(sources: Sources, sending: NodePath<t.Function>): NodePath<t.Function>[] {
  const beside = sources
    .mentioning('onSuccess', 'mutationFn')
    .flatMap((file) => [...file.paths.values()])
    .flatMap((path) => {
      if (!path.isObjectExpression() || !mayTell(path)) return [];
      const sends = senderBeside(sources, path);
      if (!sends || !functionsAt(sources, sends, []).some(({ node }) => node === sending.node)) return [];
      return functionsAt(sources, path, ['onSuccess']);
    });
  const given = startsOf(sources, sending).flatMap((start) => {
    const options = (start.get('arguments') as NodePath[])[1];
    return options ? functionsAt(sources, options, ['onSuccess']) : [];
  });
  return [...beside, ...given];
}

/** What the function answers whose success a callback is told of, from the parameter of the callback: `data`. */
export function answersTold(sources: Sources, told: NodePath): NodePath[] {
  const parameter = told.isIdentifier() ? told.scope.getBinding(told.node.name)?.path : undefined;
  const { parentPath: callback } = parameter ?? {};
  if (!callback?.isFunction() || parameter?.listKey !== 'params' || parameter.key !== 0) return [];
  const property = callback.isObjectMethod() ? callback : callback.parentPath;
  const options = property?.parentPath;
  if (!property || keyName(property.node) !== 'onSuccess' || !options?.isObjectExpression()) return [];
  const sends = senderBeside(sources, options);
  return sends ? functionsAt(sources, sends, []).flatMap((one) => returnsOf(one)) : [];
}

/** The calls that yield what a function answers where a mutation is made of it: `await mutateAsync(form)`. */
export function startsOf(sources: Sources, sending: NodePath<t.Function>): CallPath[] {
  return sources
    .mentioning('mutate', 'trigger')
    .filter(({ test }) => !test)
    .flatMap((file) => callsOf(sources, file))
    .map(({ path }) => path)
    .filter((path) => mayStart(path))
    .filter((path) => madeOf(sources, path).some(({ node }) => node === sending.node));
}

/** Whether options have something to say of success, themselves or by others that are spread into them. */
function mayTell({ node }: NodePath<t.ObjectExpression>): boolean {
  return node.properties.some((one) => one.type === 'SpreadElement' || keyName(one) === 'onSuccess');
}

/** The function whose answer goes to the callbacks of some options. */
function senderBeside(sources: Sources, options: NodePath<t.ObjectExpression>): NodePath | undefined {
  const own = propertyOf(sources, options, 'mutationFn');
  if (own) return own;
  const { parentPath: call } = options;
  if (!call?.isCallExpression() || options.listKey !== 'arguments' || options.key === 0) return undefined;
  const first = call.get('arguments')[Number(options.key) - 1] as NodePath | undefined;
  return /mutation/i.test(String(call.get('callee'))) && first && keyName(first.node) === undefined
    ? first
    : undefined;
}

/** Whether a call may set a mutation going, by what is in sight: what it calls is taken from what a hook yields. */
function mayStart(path: CallPath): boolean {
  const callee = path.get('callee') as NodePath;
  if (!callee.isIdentifier()) return STARTING.test(propertyName(callee.node) ?? '');
  const binding = callee.scope.getBinding(callee.node.name);
  const declarator = binding?.path;
  if (!binding || !declarator?.isVariableDeclarator()) return false;
  const init = declarator.get('init');
  const hook = init.isCallExpression() ? init.get('callee') : undefined;
  const taken = patternTrail(declarator.node.id, binding.identifier) ?? [];
  return taken.length > 0 && /^use[A-Z]/.test(String(hook));
}

/** The functions of which the mutation is made that a call sets going. */
function madeOf(sources: Sources, start: CallPath): NodePath<t.Function>[] {
  return originsOf(sources, start.get('callee') as NodePath).flatMap(({ path, trail }) => {
    const [starting = '', ...further] = trail;
    if (!path.isCallExpression() || further.length || !STARTING.test(starting)) return [];
    const maker = definitionOf(sources, path.get('callee') as NodePath);
    if (maker.kind !== 'package' || !MAKER.test(maker.name.at(-1) ?? '')) return [];
    return (path.get('arguments') as NodePath[]).flatMap((given) => [
      ...functionsAt(sources, given, []),
      ...functionsAt(sources, given, ['mutationFn']),
    ]);
  });
}

/** The functions that a value, or what is further down in it, may be. */
function functionsAt(sources: Sources, value: NodePath, trail: readonly string[]): NodePath<t.Function>[] {
  return originsOf(sources, value, trail).flatMap(({ path, trail: left }) => {
    if (left.length) return [];
    if (path.isFunction()) return [path];
    const definition = definitionOf(sources, path);
    return definition.kind === 'function' ? [definition.path] : [];
  });
}
