import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { definitionOf, propertyName } from '../../definitions.js';
import { returnsOf } from '../../flow/returns.js';
import type { Sources } from '../../sources.js';
import { unwrapped } from '../../unwrapped.js';
import { isAbsent } from '../absent.js';
import { chainOf } from '../answers.js';
import type { AttachedHeader } from '../headers.js';
import { isTokenName } from '../names.js';
import { propertyIn } from '../requests.js';

/** The ways down from a store's state to what headers attach: `token`, `userInfo.token`. */
export function attachedFrom(
  sources: Sources,
  made: NodePath,
  headers: readonly AttachedHeader[],
): string[][] {
  return headers.flatMap(({ value, foreign }): string[][] => {
    if (foreign) return [];
    const found: string[][] = [];
    const look = (path: NodePath, depth: number): void => {
      const { root, names } = chainOf(path);
      if (names.length && isTokenName(names.at(-1) ?? '') && isStore(sources, root, made)) found.push(names);
      else if (!names.length && root.isIdentifier() && depth < 2) {
        const declarator = root.scope.getBinding(root.node.name)?.path;
        const init = declarator?.isVariableDeclarator() ? (declarator.get('init') as NodePath) : undefined;
        if (init?.node && declarator?.get('id').isIdentifier()) look(init, depth + 1);
      } else if (root.isTemplateLiteral())
        for (const one of root.get('expressions')) look(one as NodePath, depth);
      else if (root.isBinaryExpression())
        for (const side of ['left', 'right'] as const) look(root.get(side), depth);
    };
    look(value, 0);
    return found;
  });
}

/**
 * Where code empties what a store has a token in: `this.token = null`, `store.$reset()`, `token.value = ''` in its
 * setup. One place a function: what it does besides belongs to it.
 */
export function emptiedIn(sources: Sources, made: NodePath, fields: readonly string[]): NodePath[] {
  const found = new Map<t.Node | undefined, NodePath>();
  for (const { path, value } of changesIn(sources, made, fields)) {
    if (value && !isEmpty(value)) continue;
    const owner = path.getFunctionParent()?.node;
    if (!found.has(owner)) found.set(owner, path);
  }
  return [...found.values()];
}

/** What code gives a store to keep under a name. */
export function filledIn(sources: Sources, made: NodePath, field: string): NodePath[] {
  return changesIn(sources, made, [field]).flatMap(({ value }) => (value && !isEmpty(value) ? [value] : []));
}

interface Change {
  readonly path: NodePath;
  /** What is put there; absent where all goes back to how it was made. */
  readonly value?: NodePath;
}

function changesIn(sources: Sources, made: NodePath, fields: readonly string[]): Change[] {
  const names = new Set(fields);
  const refs = refsOf(sources, made, names);
  const files = sources.naming(...names, '$reset').filter(({ test }) => !test);
  return files.flatMap((file) =>
    [...file.paths.values()].flatMap((path): Change[] => {
      if (path.isAssignmentExpression({ operator: '=' }))
        return isPartOf(sources, path.get('left') as NodePath, made, names, refs)
          ? [{ path, value: path.get('right') }]
          : [];
      const callee = path.isCallExpression() ? path.get('callee') : undefined;
      if (!callee?.isMemberExpression() || !path.isCallExpression()) return [];
      const method = propertyName(callee.node);
      if ((method !== '$reset' && method !== '$patch') || !isStore(sources, callee.get('object'), made))
        return [];
      if (method === '$reset') return [{ path }];
      const [changes] = path.get('arguments') as NodePath[];
      return fields.flatMap((name) => {
        const value = changes && propertyIn(sources, changes, name);
        return value ? [{ path, value }] : [];
      });
    }),
  );
}

/** `this.token` and `store.token` of a store, `token.value` in its setup. */
function isPartOf(
  sources: Sources,
  left: NodePath,
  made: NodePath,
  fields: ReadonlySet<string>,
  refs: ReadonlySet<t.Node>,
): boolean {
  const { root, names } = chainOf(left);
  const [first = '', ...rest] = names;
  if (rest.length) return false;
  if (fields.has(first)) return isStore(sources, root, made);
  const binding = root.isIdentifier() ? root.scope.getBinding(root.node.name) : undefined;
  return first === 'value' && binding !== undefined && refs.has(binding.identifier);
}

/** `null`, `''`, and an object with nothing in it. */
function isEmpty(value: NodePath): boolean {
  return isAbsent(value) || (value.isObjectExpression() && !value.node.properties.length);
}

/** The names that a store's setup has for the refs that it hands out. */
function refsOf(sources: Sources, made: NodePath, fields: ReadonlySet<string>): ReadonlySet<t.Node> {
  const [, setup] = made.isCallExpression() ? (made.get('arguments') as NodePath[]) : [];
  const returned = setup?.isFunction() ? returnsOf(setup).map(unwrapped) : [];
  const values = returned.flatMap((object) =>
    [...fields].flatMap((name) => propertyIn(sources, object, name) ?? []),
  );
  return new Set(
    values.flatMap((value) => {
      const binding = value.isIdentifier() ? value.scope.getBinding(value.node.name) : undefined;
      return binding ? [binding.identifier] : [];
    }),
  );
}

/** Whether an expression is a store: what a call of it answers, or `this` in one of its functions. */
function isStore(sources: Sources, path: NodePath, made: NodePath): boolean {
  if (path.isThisExpression()) {
    const owner = path.findParent((above) => above.isFunction() && !above.isArrowFunctionExpression());
    return Boolean(owner?.isDescendant(made) && made.isCallExpression());
  }
  const binding = path.isIdentifier() ? path.scope.getBinding(path.node.name)?.path : undefined;
  const init = binding?.isVariableDeclarator() ? (binding.get('init') as NodePath) : undefined;
  if (init?.node) return isStore(sources, init, made);
  if (!path.isCallExpression()) return false;
  const callee = definitionOf(sources, path.get('callee') as NodePath);
  return callee.kind === 'value' && callee.path.node === made.node;
}
