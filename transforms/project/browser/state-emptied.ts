import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { keyName, ofBinding, propertyName } from '../definitions.js';
import { usesOf } from '../flow/follow.js';
import type { StoreSite } from '../site.js';
import type { Sources } from '../sources.js';
import { isAbsent } from './absent.js';

const DEEPEST = 4;

/**
 * The handlers that empty the state which an effect stores: `onClick={() => setToken('')}`. The effect put what is
 * nothing into storage, and so logged out.
 */
export function emptyingHandlers(sources: Sources, stores: readonly StoreSite[]): NodePath<t.Function>[] {
  const calls = stores.flatMap(({ access: { operation, value } }) =>
    operation === 'set' && value ? settersOf(value).flatMap((setter) => callsOfSetter(sources, setter)) : [],
  );
  const owners = calls.flatMap((call) => {
    const [value] = call.get('arguments');
    const owner = value && isAbsent(value) ? call.getFunctionParent() : undefined;
    return owner && isHandler(owner) ? [owner] : [];
  });
  return [...new Set(owners)];
}

/** Where `setToken` of `const [token, setToken] = useState()` is mentioned, from what is stored: `token`. */
function settersOf(value: NodePath): NodePath[] {
  const state = value.isIdentifier() ? value.scope.getBinding(value.node.name) : undefined;
  const id = state?.path.isVariableDeclarator() ? (state.path.get('id') as NodePath) : undefined;
  const setter = id?.isArrayPattern() ? id.get('elements')[1] : undefined;
  return setter?.isIdentifier() ? (setter.scope.getBinding(setter.node.name)?.referencePaths ?? []) : [];
}

/** The calls of a function by whatever name it has in the components that it is handed to. */
function callsOfSetter(sources: Sources, setter: NodePath, depth = 0): NodePath<t.CallExpression>[] {
  if (depth > DEEPEST) return [];
  const calls: NodePath<t.CallExpression>[] = [];
  usesOf(sources, setter, [], (path) => {
    const { parentPath: call } = path;
    if (path.key === 'callee' && call?.isCallExpression()) calls.push(call);
    else calls.push(...asProperty(sources, path).flatMap((name) => callsOfSetter(sources, name, depth + 1)));
    return path.key === 'callee';
  });
  return calls;
}

/** Where a component has what an attribute of its element hands it: `setToken` of `({ setToken }) => …`. */
function asProperty(sources: Sources, value: NodePath): NodePath[] {
  const attribute = isInAttribute(value) ? value.parentPath?.parentPath : undefined;
  const element = attribute?.parentPath;
  if (!attribute?.isJSXAttribute() || !element?.isJSXOpeningElement()) return [];
  const { name } = attribute.node.name;
  const tag = element.get('name');
  const binding = tag.isJSXIdentifier() ? tag.scope.getBinding(tag.node.name) : undefined;
  const component = binding && ofBinding(sources, binding);
  const [properties] = component?.kind === 'function' ? component.path.get('params') : [];
  if (properties?.isIdentifier())
    return (properties.scope.getBinding(properties.node.name)?.referencePaths ?? []).flatMap(
      ({ parentPath }) =>
        parentPath?.isMemberExpression() && propertyName(parentPath.node) === name ? [parentPath] : [],
    );
  const own = properties?.isObjectPattern()
    ? properties.node.properties.find((one) => keyName(one) === name)
    : undefined;
  return own?.type === 'ObjectProperty' && own.value.type === 'Identifier'
    ? (properties?.scope.getBinding(own.value.name)?.referencePaths ?? [])
    : [];
}

/** What an element of the page does when the user acts on it, written there or by name. */
function isHandler(owner: NodePath<t.Function>): boolean {
  if (isInAttribute(owner)) return true;
  const { parent } = owner;
  const name =
    parent.type === 'VariableDeclarator' ? parent.id : 'id' in owner.node ? owner.node.id : undefined;
  const binding = name?.type === 'Identifier' ? owner.parentPath?.scope.getBinding(name.name) : undefined;
  return Boolean(binding?.referencePaths.some(isInAttribute));
}

function isInAttribute({ parentPath: parent }: NodePath): boolean {
  return Boolean(parent?.isJSXExpressionContainer() && parent.parentPath.isJSXAttribute());
}
