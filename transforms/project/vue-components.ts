import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { definitionOf, keyName, propertyName } from './definitions.js';
import type { SourceFile } from './source.js';
import type { Sources } from './sources.js';
import { attributeAround, isInTemplate } from './templates.js';

/** The options of a component of Vue: `{ data() { … }, computed: { … }, methods: { … } }`. */
export type ComponentOptions = NodePath<t.ObjectExpression>;

const MAKING = /^(?:defineComponent|extend|component|mixin|Vue|createApp)$/;
const TELLING = /^(?:data|computed|methods|props|setup|template|render|mounted|created)$/;

/** The component that code is of: the options around it, or those of the file whose template it stands in. */
export function componentOf(sources: Sources, path: NodePath): ComponentOptions | undefined {
  if (isInTemplate(path)) return optionsIn(sources.fileOf(path));
  const found = path.find((above) => above.isObjectExpression() && isComponent(above));
  return found?.isObjectExpression() ? found : undefined;
}

function isComponent(path: ComponentOptions): boolean {
  if (!path.node.properties.some((one) => TELLING.test(keyName(one) ?? ''))) return false;
  const { parentPath: parent } = path;
  if (parent?.isExportDefaultDeclaration()) return true;
  if (path.listKey !== 'arguments' || !(parent?.isCallExpression() || parent?.isNewExpression()))
    return false;
  const { callee } = parent.node;
  const name =
    callee.type === 'Identifier'
      ? callee.name
      : callee.type === 'MemberExpression' && callee.property.type === 'Identifier'
        ? callee.property.name
        : '';
  return MAKING.test(name);
}

/** The options that a file of a component exports. */
function optionsIn(file: SourceFile): ComponentOptions | undefined {
  for (const statement of file.program.get('body')) {
    if (!statement.isExportDefaultDeclaration()) continue;
    const exported = statement.get('declaration') as NodePath;
    const [first] = exported.isCallExpression() ? (exported.get('arguments') as NodePath[]) : [exported];
    if (first?.isObjectExpression()) return first;
  }
  return undefined;
}

/** What a component has among its options under a name. */
export function optionNamed(
  sources: Sources,
  options: NodePath<t.ObjectExpression>,
  name: string,
): NodePath | undefined {
  const own = options.get('properties').find(({ node }) => keyName(node) === name);
  if (own?.isObjectMethod()) return own;
  if (!own?.isObjectProperty()) return undefined;
  const definition = definitionOf(sources, own.get('value') as NodePath);
  return definition.kind === 'function' || definition.kind === 'object'
    ? definition.path
    : (own.get('value') as NodePath);
}

/** A method of a component: `this.download`, or `download` in its template. */
export function methodNamed(
  sources: Sources,
  path: NodePath,
): { readonly kind: 'function'; readonly path: NodePath<t.Function> } | undefined {
  const member = path.isMemberExpression() || path.isOptionalMemberExpression();
  const name = member ? propertyName(path.node) : path.isIdentifier() ? path.node.name : undefined;
  const own = member ? (path.get('object') as NodePath).isThisExpression() : isInTemplate(path);
  const options = own && name !== undefined ? componentOf(sources, path) : undefined;
  const methods = options && optionNamed(sources, options, 'methods');
  const method =
    methods?.isObjectExpression() && name !== undefined ? optionNamed(sources, methods, name) : undefined;
  return method?.isFunction() ? { kind: 'function', path: method } : undefined;
}

/** Which part of a component a function is: what `data` and `setup` answer is the component's, a `computed` by its name. */
export function partPlayed(
  path: NodePath<t.Function>,
):
  | { readonly part: 'data' | 'setup' }
  | { readonly part: 'computed' | 'watch'; readonly name: string }
  | undefined {
  const property = path.isObjectMethod() ? path : path.parentPath;
  if (!property?.isObjectMethod() && !property?.isObjectProperty()) return undefined;
  const name = keyName(property.node);
  const { parentPath: holder } = property;
  if (name === undefined || !holder?.isObjectExpression()) return undefined;
  if ((name === 'data' || name === 'setup') && isComponent(holder)) return { part: name };
  const { parentPath: table } = holder;
  const called = table?.isObjectProperty() ? keyName(table.node) : undefined;
  // `token: { get() { … }, set() { … } }`
  if ((name === 'get' || name === 'handler') && called !== undefined) {
    const outer = table?.parentPath?.parentPath;
    const part = outer?.isObjectProperty() ? keyName(outer.node) : undefined;
    return isTable(outer?.parentPath, part) ? { part, name: called } : undefined;
  }
  return isTable(table?.parentPath, called) ? { part: called, name } : undefined;
}

function isTable(
  options: NodePath | null | undefined,
  part: string | undefined,
): part is 'computed' | 'watch' {
  return (
    (part === 'computed' || part === 'watch') &&
    Boolean(options?.isObjectExpression() && isComponent(options))
  );
}

/** The mentions of `this` that are the component. */
export function ownMentions(options: ComponentOptions): NodePath[] {
  const found: NodePath[] = [];
  options.traverse({
    Class: (inner) => inner.skip(),
    ThisExpression(at) {
      found.push(at);
    },
  });
  return found;
}

/** Where the template of a file speaks of what its component has under a name. */
export function templateMentions(file: SourceFile, name: string): NodePath[] {
  return [...file.paths.values()].filter(
    (path) =>
      path.isIdentifier({ name }) &&
      path.isReferencedIdentifier() &&
      !path.scope.hasBinding(name, true) &&
      isInTemplate(path),
  );
}

/** The file of the component that a tag of a template names, and the name of the property that it is handed there. */
export function handedTo(
  sources: Sources,
  path: NodePath,
): { readonly file: SourceFile; readonly name: string } | undefined {
  const file = sources.fileOf(path);
  const attribute = attributeAround(file.text, path);
  const name = attribute && /^(?::|v-bind:)([\w-]+)(?:\.sync)?$/.exec(attribute.name)?.[1];
  if (!attribute || name === undefined) return undefined;
  const child = componentNamed(sources, file, attribute.tag);
  return child && { file: child, name: camelCase(name) };
}

function componentNamed(sources: Sources, file: SourceFile, tag: string): SourceFile | undefined {
  const camel = camelCase(tag);
  for (const name of [`${camel.slice(0, 1).toUpperCase()}${camel.slice(1)}`, camel]) {
    const binding = file.program.scope.getBinding(name);
    const declaration = binding?.path.parentPath;
    if (declaration?.isImportDeclaration()) return sources.resolve(file, declaration.node.source.value);
  }
  return undefined;
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Where a component's script takes in what it is handed: the call of `defineProps`, or the parameter of `setup`. */
export function propsOf(file: SourceFile): NodePath[] {
  const found: NodePath[] = [];
  for (const path of file.paths.values()) {
    if (!path.isCallExpression()) continue;
    if (path.get('callee').isIdentifier({ name: 'defineProps' })) {
      const { parentPath: around } = path;
      const defaults =
        around.isCallExpression() && around.get('callee').isIdentifier({ name: 'withDefaults' });
      found.push(defaults ? around : path);
    }
  }
  const options = optionsIn(file);
  return options ? [...found, ...ownMentions(options)] : found;
}

/** The options that a file of a component exports, and the function `setup` among them. */
export function setupOf(sources: Sources, file: SourceFile): NodePath<t.Function> | undefined {
  const options = optionsIn(file);
  const setup = options && optionNamed(sources, options, 'setup');
  return setup?.isFunction() ? setup : undefined;
}
