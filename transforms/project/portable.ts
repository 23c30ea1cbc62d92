import type { Binding, NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { keyName, propertyName } from './definitions.js';
import { requiredModule } from './exports.js';
import { exportOf, importOf, ownSpecifier, type PortableImport } from './importing.js';
import { memberChain, valuesOfMember } from './members.js';
import { handedToThis, ofParameter } from './portable-handed.js';
import { endOf, type SourceFile, startOf, textOf } from './source.js';
import type { Sources } from './sources.js';
import { unwrapped } from './unwrapped.js';

/** An expression that means the same in another file, with what must be imported for it there. */
export interface Portable {
  readonly text: string;
  readonly imports: readonly PortableImport[];
  /** Fixed strings in it: secrets, when the expression is a key. */
  readonly literals: readonly NodePath<t.StringLiteral>[];
  /** Names that it has from the place it is to stand in. */
  readonly given?: readonly string[];
}

interface Replacement {
  readonly node: t.Node;
  readonly portable: Portable;
}

const DEEPEST = 12;

/**
 * Takes an expression out of its file: names are imported, or stand for what they were made of.
 *
 * @param named what certain nodes are called in the other file, such as the parameter of a callback
 * @returns undefined where it depends on something that only that place has
 */
export function portableOf(
  sources: Sources,
  path: NodePath,
  named: ReadonlyMap<t.Node, string> = new Map(),
  depth = 0,
): Portable | undefined {
  if (depth > DEEPEST) return undefined;
  const { node } = path;
  const given = named.get(node);
  if (given !== undefined) return { text: given, imports: [], literals: [], given: [given] };
  const file = sources.fileOf(path);
  if (path.isStringLiteral()) return { text: textOf(file, node), imports: [], literals: [path] };
  if (path.isLiteral() && !path.isTemplateLiteral())
    return { text: textOf(file, node), imports: [], literals: [] };
  if (path.isIdentifier()) return ofName(sources, file, path, named, depth);
  // `import.meta.env` is one for all files; `import.meta.url` is each file's own.
  if (path.isMetaProperty())
    return propertyName(path.parent) === 'env'
      ? { text: 'import.meta', imports: [], literals: [] }
      : undefined;
  if (path.isThisExpression() || path.isFunction() || path.isAwaitExpression()) return undefined;
  if (path.isTSAsExpression() || path.isTSTypeAssertion() || path.isTSSatisfiesExpression()) {
    if (namesType(path.get('typeAnnotation') as NodePath)) return withoutType(sources, path, named, depth);
  }
  const held = valueOfThis(path) ?? valueInLiteral(path);
  if (held) return portableOf(sources, held, named, depth + 1);
  const handed = handedToThis(sources, path, named, depth);
  if (handed) return handed;
  const parts = partsOf(path);
  if (!parts) return undefined;
  const replacements: Replacement[] = [];
  for (const part of parts) {
    const portable = portableOf(sources, part, named, depth + 1);
    if (!portable) return undefined;
    replacements.push({ node: part.node, portable });
  }
  return spliced(file, node, replacements);
}

/** Whether a type is, or is made of, one that a file has to import. */
function namesType(type: NodePath): boolean {
  if (type.isTSTypeReference()) return true;
  let found = false;
  type.traverse({
    TSTypeReference() {
      found = true;
    },
  });
  return found;
}

/** `process.env.SECRET as Secret` → `process.env.SECRET!`: the type says no more than that it is there. */
function withoutType(
  sources: Sources,
  path: NodePath<t.TSAsExpression | t.TSTypeAssertion | t.TSSatisfiesExpression>,
  named: ReadonlyMap<t.Node, string>,
  depth: number,
): Portable | undefined {
  const inner = path.get('expression') as NodePath;
  const portable = portableOf(sources, inner, named, depth + 1);
  const plain = inner.isMemberExpression() || inner.isIdentifier();
  return portable && plain && !path.isTSSatisfiesExpression()
    ? { ...portable, text: `${portable.text}!` }
    : portable;
}

/** The one value that `this.name` has in its class. */
function valueOfThis(path: NodePath): NodePath | undefined {
  if (!path.isMemberExpression() || !path.get('object').isThisExpression()) return undefined;
  const owner = path.findParent((above) => above.isClass());
  const name = propertyName(path.node);
  if (!owner?.isClass() || name === undefined) return undefined;
  const values = valuesOfMember(owner, name);
  return values.length === 1 ? values[0] : undefined;
}

/** The variable of the environment that `config.jwt.secret` is, where `config` is written out in the same file. */
function valueInLiteral(path: NodePath): NodePath | undefined {
  const chain = memberChain(path);
  if (!chain) return undefined;
  const { root, names } = chain;
  const binding = root.isIdentifier() ? root.scope.getBinding(root.node.name) : undefined;
  const declarator = binding?.constant && binding.path.isVariableDeclarator() ? binding.path : undefined;
  let value =
    names.length && t.isIdentifier(declarator?.node.id) ? (declarator?.get('init') as NodePath) : undefined;
  for (const name of names) {
    const property = value?.isObjectExpression()
      ? value.get('properties').find((one) => keyName(one.node) === name)
      : undefined;
    value = property?.isObjectProperty() ? (property.get('value') as NodePath) : undefined;
  }
  return value && isPlainRead(value) ? value : undefined;
}

/** The expressions that an expression is made of; undefined for a kind that is not taken elsewhere. */
function partsOf(path: NodePath): NodePath[] | undefined {
  const bare = unwrapped(path);
  if (bare !== path) return [bare];
  if (path.isMemberExpression() || path.isOptionalMemberExpression()) {
    const object = path.get('object') as NodePath;
    return path.node.computed ? [object, path.get('property') as NodePath] : [object];
  }
  if (path.isLogicalExpression() || path.isBinaryExpression()) {
    return [path.get('left') as NodePath, path.get('right') as NodePath];
  }
  if (path.isUnaryExpression()) return [path.get('argument')];
  if (path.isConditionalExpression())
    return [path.get('test'), path.get('consequent'), path.get('alternate')];
  if (path.isTemplateLiteral()) return path.get('expressions') as NodePath[];
  if (path.isCallExpression() || path.isNewExpression()) {
    if (requiredModule(path.node) !== undefined) return undefined;
    return [path.get('callee') as NodePath, ...(path.get('arguments') as NodePath[])];
  }
  if (path.isArrayExpression())
    return path.get('elements').flatMap((one) => (one.node ? [one as NodePath] : []));
  if (path.isObjectExpression()) {
    const properties = path.get('properties');
    return properties.every((one) => one.isObjectProperty() && !one.node.computed && !one.node.shorthand)
      ? properties.map((one) => one.get('value') as NodePath)
      : undefined;
  }
  return undefined;
}

function spliced(file: SourceFile, node: t.Node, replacements: readonly Replacement[]): Portable {
  let text = '';
  let from = startOf(node);
  for (const { node: part, portable } of [...replacements].sort(
    (a, b) => startOf(a.node) - startOf(b.node),
  )) {
    text += file.text.slice(from, startOf(part)) + portable.text;
    from = endOf(part);
  }
  return {
    text: text + file.text.slice(from, endOf(node)),
    imports: replacements.flatMap(({ portable }) => portable.imports),
    literals: replacements.flatMap(({ portable }) => portable.literals),
    given: replacements.flatMap(({ portable }) => portable.given ?? []),
  };
}

function ofName(
  sources: Sources,
  file: SourceFile,
  path: NodePath<t.Identifier>,
  named: ReadonlyMap<t.Node, string>,
  depth: number,
): Portable | undefined {
  const { name } = path.node;
  const binding = path.scope.getBinding(name);
  if (!binding)
    return /^__(?:dirname|filename)$/.test(name) ? undefined : { text: name, imports: [], literals: [] };
  const imported = importOf(sources, file, binding);
  if (imported) return { text: imported.local, imports: [imported], literals: [] };
  if (binding.kind === 'param') return ofParameter(sources, path, named, depth);
  const exported = exportOf(sources, file, binding);
  const init = binding.path.isVariableDeclarator() ? binding.path.get('init') : undefined;
  const simple =
    binding.constant &&
    init?.node &&
    t.isIdentifier(binding.path.isVariableDeclarator() ? binding.path.node.id : null);
  if (exported && !(simple && init && isPlainRead(init as NodePath))) {
    return { text: exported.local, imports: [exported], literals: [] };
  }
  const taken = takenOut(binding);
  if (taken) {
    const from = portableOf(sources, taken.from, named, depth + 1);
    return from && { ...from, text: `${from.text}.${taken.name}` };
  }
  const inline = simple ? portableOf(sources, init as NodePath, named, depth + 1) : undefined;
  // What is read from a disk, hangs on a place, or comes out anew each time, is made once by the file that has it.
  const reads = !inline || inline.imports.some(({ adds }) => adds) || MADE_ONCE.test(inline.text);
  const opened = simple && reads ? opening(sources, file, binding) : undefined;
  if (!opened) return inline;
  return { text: opened.local, imports: [opened], literals: [] };
}

const MADE_ONCE = /\breadFile(?:Sync)?\b|random|generateKey|uuid|nanoid/i;

/** A constant that a file keeps to itself and may as well export: a key that it reads from a file next to it. */
function opening(
  sources: Sources,
  file: SourceFile,
  { path, scope, identifier }: Binding,
): PortableImport | undefined {
  const statement = path.parentPath;
  if (!scope.path.isProgram() || !path.isVariableDeclarator()) return undefined;
  if (!statement?.isVariableDeclaration() || statement.node.declarations.length !== 1) return undefined;
  const { name } = identifier;
  return {
    local: name,
    imported: { kind: 'name', name },
    specifier: ownSpecifier(sources, file),
    file,
    from: file,
    adds: path,
  };
}

/** `const { SECRET } = process.env` */
function takenOut({ path, constant, identifier }: Binding): { from: NodePath; name: string } | undefined {
  const init = constant && path.isVariableDeclarator() ? path.get('init') : undefined;
  const id = path.isVariableDeclarator() ? path.node.id : undefined;
  if (!init?.isMemberExpression() && !init?.isIdentifier()) return undefined;
  const property = t.isObjectPattern(id)
    ? id.properties.find((one) => t.isObjectProperty(one) && one.value === identifier)
    : undefined;
  const name = property && keyName(property);
  return name !== undefined && t.isValidIdentifier(name) ? { from: init, name } : undefined;
}

/** `process.env.SECRET` says as much as a name that is imported for it, and needs no import. */
function isPlainRead(path: NodePath): boolean {
  const bare = unwrapped(path);
  if (bare !== path) return isPlainRead(bare);
  return path.isMemberExpression() && /^process\.env\b/.test(String(path));
}
