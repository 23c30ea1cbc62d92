import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { definitionOf, propertyName } from '../definitions.js';
import { type Holder, holderMade, holderOf, mentionsOf, nameGiven, viewAbove } from '../holders.js';
import type { Sources } from '../sources.js';
import { isInTemplate } from '../templates.js';
import { callbacksOf } from './emitted.js';
import type { Origin } from './origins.js';
import { returnsOf } from './returns.js';

/** What writes a holder: `subject.next(value)`, `signal.set(value)`. */
const WRITES = /^(?:next|set)$/;

/** Where the value comes from that code reads off a holder here: `subject.value`, `signal()`. */
export function fromHolder(sources: Sources, path: NodePath, trail: readonly string[]): Origin[] | undefined {
  // `ref(null)`, of which `value` is wanted
  const [head, ...inside] = trail;
  const made = head === 'value' && path.isCallExpression() ? holderMade(sources, path) : undefined;
  if (made?.kind === 'ref') return contentsOf(sources, made).map((one) => ({ path: one, trail: inside }));
  const holder = holderRead(sources, path);
  const contents = holder && contentsOf(sources, holder);
  return contents?.length ? contents.map((one) => ({ path: one, trail })) : undefined;
}

/** The holder whose value an expression is. */
export function holderRead(sources: Sources, path: NodePath): Holder | undefined {
  if (path.isMemberExpression() || path.isOptionalMemberExpression()) {
    if (propertyName(path.node) !== 'value') return undefined;
    const holder = holderOf(sources, path.get('object') as NodePath);
    return holder?.kind === 'subject' || holder?.kind === 'ref' ? holder : undefined;
  }
  if (!path.isCallExpression()) return undefined;
  const callee = path.get('callee') as NodePath;
  if (callee.isMemberExpression() && propertyName(callee.node) === 'getValue')
    return holderOf(sources, callee.get('object'));
  const [first] = path.get('arguments') as NodePath[];
  if (!first) {
    const called = holderOf(sources, callee);
    return called?.kind === 'signal' ? called : undefined;
  }
  const asked = definitionOf(sources, callee);
  return asked?.kind === 'package' && asked.module === 'svelte/store' && asked.name.at(-1) === 'get'
    ? holderOf(sources, first)
    : undefined;
}

/** Everything that a holder is seen to hold: what it is made with, and what is put into it. */
export function contentsOf(sources: Sources, holder: Holder): NodePath[] {
  const [first] = holder.made.get('arguments') as NodePath[];
  const made = first ? (holder.derived ? answersOf(sources, first) : [first]) : [];
  return [...made, ...mentionsOf(sources, holder).flatMap((path) => writtenAt(sources, path))];
}

/** `subject.next(value)`, `signal.update((old) => value)`, `ref.value = value` */
function writtenAt(sources: Sources, mention: NodePath): NodePath[] {
  const { parentPath: access } = mention;
  if (!access?.isMemberExpression() || mention.key !== 'object') return [];
  const { parentPath: whole } = access;
  const name = propertyName(access.node) ?? '';
  if (whole?.isAssignmentExpression({ operator: '=' }) && access.key === 'left')
    return name === 'value' ? [whole.get('right')] : [];
  const [first] = whole?.isCallExpression() ? (whole.get('arguments') as NodePath[]) : [];
  if (!first || access.key !== 'callee') return [];
  if (WRITES.test(name)) return [first];
  return name === 'update' ? answersOf(sources, first) : [];
}

function answersOf(sources: Sources, path: NodePath): NodePath[] {
  const definition = definitionOf(sources, path);
  return definition.kind === 'function' ? returnsOf(definition.path) : [];
}

/** An expression that is what a holder holds, or a callback that is handed it. */
export type Read =
  | { readonly path: NodePath; readonly into?: undefined }
  | { readonly path?: undefined; readonly into: NodePath<t.Function> };

/** Where a value goes on to be read that is handed to what makes or writes a holder. */
export function readsAfter(sources: Sources, argument: NodePath): readonly Read[] | undefined {
  const { parentPath: call } = argument;
  // `ref.value = value`
  const left =
    call?.isAssignmentExpression({ operator: '=' }) && argument.key === 'right'
      ? call.get('left')
      : undefined;
  if (left?.isMemberExpression() && propertyName(left.node) === 'value') {
    const ref = holderOf(sources, left.get('object'));
    return ref?.kind === 'ref' ? readsOf(sources, ref) : undefined;
  }
  if (argument.key !== 0 || argument.listKey !== 'arguments' || !call) return undefined;
  const holder = holderMade(sources, call) ?? holderWritten(sources, call);
  return holder && readsOf(sources, holder);
}

function holderWritten(sources: Sources, call: NodePath): Holder | undefined {
  const callee = call.isCallExpression() ? call.get('callee') : undefined;
  if (!callee?.isMemberExpression() || !/^(?:next|set|update)$/.test(propertyName(callee.node) ?? ''))
    return undefined;
  return holderOf(sources, callee.get('object'));
}

/** The expressions that are what a holder holds, and the parameters that it is handed into. */
export function readsOf(sources: Sources, holder: Holder): Read[] {
  const subscribed = holder.kind === 'store' ? subscriptionsOf(sources, holder) : [];
  return [
    ...subscribed.map((path): Read => ({ path })),
    ...mentionsOf(sources, holder).flatMap((mention) => {
      const path = viewAbove(mention) ?? mention;
      return [
        ...readAt(path, holder).map((read): Read => ({ path: read })),
        ...callbacksOf(path).map((callback): Read => ({ into: callback })),
      ];
    }),
  ];
}

/** `$token` in components of Svelte, which is what the store `token` holds. */
function subscriptionsOf(sources: Sources, { made }: Holder): NodePath[] {
  return nameGiven(made).flatMap((name) =>
    sources.naming(`$${name}`).flatMap((file) =>
      [...file.paths.values()].filter((path) => {
        if (!path.isIdentifier({ name: `$${name}` }) || !path.isReferencedIdentifier()) return false;
        const store = path.scope.getBinding(name)?.path;
        const named = store?.isImportSpecifier() ? store.get('local') : undefined;
        const declared = store?.isVariableDeclarator() ? (store.get('init') as NodePath) : named;
        return declared?.node ? holderOf(sources, declared)?.made.node === made.node : false;
      }),
    ),
  );
}

function readAt(path: NodePath, { kind }: Holder): NodePath[] {
  const { parentPath: parent } = path;
  if (!parent) return [];
  if (path.key === 'callee' && parent.isCallExpression()) return kind === 'signal' ? [parent] : [];
  // `firstValueFrom(subject)`, `get(store)`, `toSignal(subject)`
  if (path.listKey === 'arguments' && path.key === 0) return [parent];
  const access = parent.isMemberExpression() || parent.isOptionalMemberExpression() ? parent : undefined;
  if (kind === 'ref' && isInTemplate(path) && (!access || propertyName(access.node) !== 'value'))
    return [path];
  if (!access || path.key !== 'object') return [];
  const name = propertyName(access.node);
  if (name === 'value')
    return access.key === 'left' && access.parentPath?.isAssignmentExpression() ? [] : [access];
  const call = access.parentPath;
  if (!call?.isCallExpression() || access.key !== 'callee') return [];
  if (name === 'getValue') return [call];
  return [];
}
