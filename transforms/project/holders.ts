import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { definitionOf, keyName, propertyName } from './definitions.js';
import type { Sources } from './sources.js';
import { unwrapped } from './unwrapped.js';

/**
 * What holds one value that changes, by the way in which it is read and written: a `subject` by `.value`, `.next()`
 * and whoever subscribes, a `signal` by a call of itself, a `ref` by its property `value`, a `store` by `set` and `$`.
 */
export interface Holder {
  readonly kind: 'subject' | 'signal' | 'ref' | 'store';
  /** The call that made it: `new BehaviorSubject(user)`, `signal(null)`. */
  readonly made: NodePath<t.CallExpression> | NodePath<t.NewExpression>;
  /** What it holds is worked out by the function that it is made with: `computed(() => …)`. */
  readonly derived: boolean;
}

const MAKERS: readonly (readonly [RegExp, RegExp, Holder['kind']])[] = [
  [/^rxjs$/, /^(?:Behavior|Replay|Async)?Subject$/, 'subject'],
  [/^@angular\/core$/, /^(?:signal|computed|linkedSignal)$/, 'signal'],
  [/^(?:vue|@vue\/(?:composition-api|reactivity)|#imports)$/, /^(?:ref|shallowRef|computed)$/, 'ref'],
  [/^@preact\/signals(?:-core|-react)?$/, /^(?:signal|computed|useSignal|useComputed)$/, 'ref'],
  [/^svelte\/store$/, /^(?:writable|readable|derived)$/, 'store'],
];

/** The holder that an expression is. */
export function holderOf(sources: Sources, path: NodePath): Holder | undefined {
  const definition = definitionOf(sources, path);
  return definition.kind === 'value' ? holderMade(sources, definition.path) : undefined;
}

/** The holder that a call makes, or a view of it that can't be written: `subject.asObservable()`. */
export function holderMade(sources: Sources, path: NodePath): Holder | undefined {
  if (!path.isCallExpression() && !path.isNewExpression()) return undefined;
  const callee = path.get('callee') as NodePath;
  if (callee.isMemberExpression() && VIEWS.test(propertyName(callee.node) ?? ''))
    return holderOf(sources, callee.get('object'));
  const maker = definitionOf(sources, callee);
  if (maker.kind !== 'package') return undefined;
  const name = maker.name.at(-1) ?? '';
  const known = MAKERS.find(([module, names]) => module.test(maker.module) && names.test(name));
  return known && { kind: known[2], made: path, derived: /^(?:computed|useComputed)$/.test(name) };
}

const VIEWS = /^as(?:Observable|Readonly)$/;

const mentionsByHolder = new WeakMap<t.Node, readonly NodePath[]>();

/** Where code anywhere in the application speaks of a holder or of a view of it; remembered with what made it. */
export function mentionsOf(sources: Sources, { made }: Holder): readonly NodePath[] {
  const known = mentionsByHolder.get(made.node);
  if (known) return known;
  const found: NodePath[] = [];
  mentionsByHolder.set(made.node, found);
  const names = new Set(nameGiven(made));
  for (const name of names) {
    for (const file of sources.naming(name)) {
      for (const path of file.paths.values()) {
        if (!isNamed(path, name)) continue;
        if (holderOf(sources, path)?.made.node !== made.node) continue;
        found.push(path);
        const view = viewAbove(path);
        const getter = getterAround(view ?? path);
        for (const other of [...(view ? nameGiven(view) : nameGiven(path)), ...(getter ? [getter] : [])])
          names.add(other);
      }
    }
  }
  return found;
}

/** The name that an expression is given where it stands: `user` of `this.user = …`, of a property, of a variable. */
export function nameGiven(path: NodePath): string[] {
  const { parentPath: parent } = path;
  if (!parent) return [];
  if (unwrapped(parent).node === path.node) return nameGiven(parent);
  if (parent.isVariableDeclarator() && path.key === 'init') {
    const id = parent.get('id');
    return !Array.isArray(id) && id.isIdentifier() ? [id.node.name] : [];
  }
  const key = path.key === 'value' ? keyName(parent.node) : undefined;
  if (key !== undefined) return [key];
  const left = parent.isAssignmentExpression() && path.key === 'right' ? parent.get('left') : undefined;
  const name = left?.node && propertyName(left.node);
  return name === undefined ? [] : [name];
}

/** `subject.asObservable()` around a mention of the subject. */
export function viewAbove(path: NodePath): NodePath | undefined {
  const { parentPath: access } = path;
  const call = access?.parentPath;
  if (!access?.isMemberExpression() || path.key !== 'object' || !call?.isCallExpression()) return undefined;
  return VIEWS.test(propertyName(access.node) ?? '') ? call : undefined;
}

/** The name of the getter that answers a holder. */
function getterAround({ parentPath: parent }: NodePath): string | undefined {
  const owner = parent?.isReturnStatement() ? parent.getFunctionParent() : undefined;
  return owner?.isClassMethod({ kind: 'get' }) ? keyName(owner.node) : undefined;
}

function isNamed(path: NodePath, name: string): boolean {
  if (path.isIdentifier()) return path.node.name === name && path.isReferencedIdentifier();
  return (path.isMemberExpression() || path.isOptionalMemberExpression()) && propertyName(path.node) === name;
}

/** Where a member of a class is read anywhere in the application. */
export function readsOfMember(sources: Sources, owner: NodePath<t.Class>, name: string): NodePath[] {
  return sources.naming(name).flatMap((file) =>
    [...file.paths.values()].filter((path) => {
      if (path.isIdentifier() || !isNamed(path, name)) return false;
      if (path.key === 'left' && path.parentPath?.isAssignmentExpression({ operator: '=' })) return false;
      const object = definitionOf(sources, path.get('object') as NodePath);
      return object.kind === 'instance' && descends(sources, object.of, owner);
    }),
  );
}

/** Whether a class is another, or extends it at whatever distance. */
function descends(sources: Sources, path: NodePath<t.Class>, owner: NodePath<t.Class>): boolean {
  if (path.node === owner.node) return true;
  const above = path.get('superClass');
  const parent = above.node ? definitionOf(sources, above as NodePath) : undefined;
  return parent?.kind === 'class' && descends(sources, parent.path, owner);
}
