import type { NodePath } from '@babel/traverse';
import { type Definition, definitionOf, keyName } from '../../definitions.js';
import type { Sources } from '../../sources.js';
import type { Kept } from '../keepers.js';
import { propertyIn } from '../requests.js';
import { fixedString } from '../strings.js';
import { stringsIn } from './options.js';

/**
 * `persistReducer({ key: 'root', storage }, reducer)`: each part of the state is JSON of its own in the JSON under
 * `persist:root`.
 *
 * @param tokens where the store has the tokens that are attached
 */
export function reduxOf(
  sources: Sources,
  path: NodePath,
  callee: Definition,
  tokens: readonly (readonly string[])[],
): Kept | undefined {
  if (callee.kind !== 'package' || !callee.module.startsWith('redux-persist')) return undefined;
  if (!/^persist(?:Combine)?Reducers?$/.test(callee.name.at(-1) ?? '')) return undefined;
  const [options] = path.isCallExpression() ? (path.get('arguments') as NodePath[]) : [];
  if (!options) return undefined;
  const named = (name: string) => propertyIn(sources, options, name);
  const key = named('key');
  const fixed = key && fixedString(sources, key);
  const storage = storageOf(sources, named('storage'));
  if (fixed === undefined || !storage || named('transforms') || named('serialize')) return undefined;
  const prefix = named('keyPrefix');
  const start = prefix ? fixedString(sources, prefix) : 'persist:';
  if (start === undefined) return undefined;
  const above = sliceOf(path);
  const allowed = stringsIn(sources, options, 'whitelist');
  const denied = stringsIn(sources, options, 'blacklist') ?? [];
  const trails = tokens.flatMap((token) => {
    const trail = above === undefined ? token : token[0] === above ? token.slice(1) : [];
    const [part] = trail;
    if (part === undefined || denied.includes(part) || (allowed && !allowed.includes(part))) return [];
    return [trail];
  });
  return { library: 'redux-persist', storage, key: start + fixed, trails };
}

/** The storage that redux-persist brings, or has made. */
function storageOf(sources: Sources, path: NodePath | undefined): Kept['storage'] | undefined {
  if (!path) return undefined;
  const definition = definitionOf(sources, path);
  if (definition.kind === 'package')
    return /^redux-persist\/(?:lib|es)\/storage(?:\/index)?$/.test(definition.module)
      ? 'local'
      : /^redux-persist\/(?:lib|es)\/storage\/session$/.test(definition.module)
        ? 'session'
        : undefined;
  const text = definition.kind === 'value' ? String(definition.path) : String(path);
  const made = /createWebStorage\(\s*['"](local|session)['"]/.exec(text)?.[1];
  return made === 'session' ? 'session' : made === 'local' ? 'local' : undefined;
}

/** The part of the state that a reducer is for: `auth` of `{ auth: persistReducer(…) }`, through a variable as well. */
function sliceOf(path: NodePath): string | undefined {
  const { parentPath: parent } = path;
  if (parent?.isObjectProperty()) return partNamed(parent);
  const name = parent?.isVariableDeclarator() ? parent.get('id') : undefined;
  if (!name?.isIdentifier()) return undefined;
  for (const { parentPath: holder } of name.scope.getBinding(name.node.name)?.referencePaths ?? []) {
    const part = holder?.isObjectProperty() ? partNamed(holder) : undefined;
    if (part !== undefined) return part;
  }
  return undefined;
}

/** `auth` of `{ auth: … }`; `reducer` is the option that takes the whole. */
function partNamed(path: NodePath): string | undefined {
  const name = keyName(path.node);
  const { parentPath: parts } = path;
  const isOption = name === 'reducer' && (parts?.node.type !== 'ObjectExpression' || isArgument(parts));
  return isOption ? undefined : name;
}

/** `configureStore({ … })` */
function isArgument({ listKey }: NodePath): boolean {
  return listKey === 'arguments';
}
