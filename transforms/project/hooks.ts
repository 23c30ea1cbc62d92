import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import type { Definition } from './definitions.js';
import type { Sources } from './sources.js';

/** The packages that React's hooks come from. */
export const HOOK_LIBRARIES = /^(?:react|preact\/(?:hooks|compat))$/;

/** The expression that a call of a hook yields, where there is but one: what is kept, returned, or provided. */
export function yieldOfHook(
  sources: Sources,
  call: NodePath<t.CallExpression>,
  called: Definition,
): NodePath | undefined {
  if (called.kind === 'function') return isHook(called.path) ? onlyReturn(called.path) : undefined;
  if (called.kind !== 'package' || !HOOK_LIBRARIES.test(called.module)) return undefined;
  const name = called.name.at(-1);
  const [first] = call.get('arguments') as NodePath[];
  if (name === 'useCallback') return first;
  if (name === 'useMemo') return first?.isFunction() ? onlyReturn(first) : undefined;
  return name === 'useContext' && first?.isIdentifier() ? provided(sources, first.node.name) : undefined;
}

/** The call of `useCallback` around a function, if that is what keeps it. */
export function keptFunction(path: NodePath<t.Function>): NodePath<t.CallExpression> | undefined {
  const { parentPath: call } = path;
  if (!call?.isCallExpression() || path.listKey !== 'arguments' || path.key !== 0) return undefined;
  return /^(?:React\.)?useCallback$/.test(String(call.get('callee'))) ? call : undefined;
}

function isHook({ node, parent }: NodePath<t.Function>): boolean {
  const own = 'id' in node ? node.id?.name : undefined;
  const given = t.isVariableDeclarator(parent) && t.isIdentifier(parent.id) ? parent.id.name : undefined;
  return /^use[A-Z]/.test(own ?? given ?? '');
}

function onlyReturn(path: NodePath<t.Function>): NodePath | undefined {
  const body = path.get('body');
  if (Array.isArray(body) || path.node.async) return undefined;
  if (!body.isBlockStatement()) return body;
  const last = body.get('body').at(-1);
  let returns = 0;
  body.traverse({
    Function: (inner) => inner.skip(),
    ReturnStatement: () => {
      returns++;
    },
  });
  const argument = last?.isReturnStatement() && returns === 1 ? last.get('argument') : undefined;
  return argument?.node ? (argument as NodePath) : undefined;
}

/** The `value` of the one `<AuthContext.Provider value={…}>` that there is. */
function provided(sources: Sources, context: string): NodePath | undefined {
  const values = sources.mentioning(context).flatMap((file) =>
    [...file.paths.values()].flatMap((path): NodePath[] => {
      if (!path.isJSXOpeningElement() || nameOf(path.node.name) !== `${context}.Provider`) return [];
      return path.get('attributes').flatMap((attribute) => {
        const value = attribute.isJSXAttribute() ? attribute.get('value') : undefined;
        const named = attribute.isJSXAttribute() && attribute.get('name').isJSXIdentifier({ name: 'value' });
        return named && value?.isJSXExpressionContainer() ? [value.get('expression') as NodePath] : [];
      });
    }),
  );
  return values.length === 1 ? values[0] : undefined;
}

function nameOf(name: t.JSXOpeningElement['name']): string {
  if (t.isJSXIdentifier(name)) return name.name;
  return t.isJSXMemberExpression(name) && t.isJSXIdentifier(name.object)
    ? `${name.object.name}.${name.property.name}`
    : '';
}
