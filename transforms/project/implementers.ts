import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { definitionOf } from './definitions.js';
import { moduleName } from './exports.js';
import type { SourceFile } from './source.js';
import type { Sources } from './sources.js';

const implementers = new WeakMap<t.Node, readonly NodePath<t.Class>[]>();
const DEEPEST = 8;

/** The one class that implements an interface, or extends an abstract class, tests left aside. */
export function onlyClassOf(sources: Sources, type: NodePath): NodePath<t.Class> | undefined {
  const declared = type.isIdentifier() ? declaredType(sources, type) : undefined;
  // One of `Repository<User>` is none of `Repository<Order>`.
  const { parent } = type;
  if (!declared || (t.isTSTypeReference(parent) && parent.typeParameters)) return undefined;
  const known = implementers.get(declared.node);
  if (!known) implementers.set(declared.node, []);
  const found = known ?? classesOf(sources, declared, type);
  implementers.set(declared.node, found);
  return found.length === 1 ? found[0] : undefined;
}

/** The interface or abstract class that a name of a type stands for. */
function declaredType(sources: Sources, name: NodePath<t.Identifier>): NodePath | undefined {
  const found = interfaceNamed(sources, sources.fileOf(name), name.node.name, 0);
  if (found) return found;
  const definition = definitionOf(sources, name);
  return definition.kind === 'class' && definition.path.node.type === 'ClassDeclaration'
    ? definition.path.node.abstract
      ? definition.path
      : undefined
    : undefined;
}

/** An interface by its name in a file, or where the file has it from. */
function interfaceNamed(
  sources: Sources,
  file: SourceFile,
  name: string,
  depth: number,
): NodePath | undefined {
  if (depth > DEEPEST) return undefined;
  const from = (specifier: string, other: string) => {
    const module = sources.resolve(file, specifier);
    return module && interfaceNamed(sources, module, other, depth + 1);
  };
  for (const statement of file.program.get('body')) {
    const declaration = statement.isExportDeclaration() ? statement.get('declaration') : statement;
    if (!Array.isArray(declaration) && declaration.isTSInterfaceDeclaration()) {
      const whole = name === 'default' && statement.isExportDefaultDeclaration();
      if (whole || declaration.node.id.name === name) return declaration;
    }
    if (statement.isExportDefaultDeclaration() && name === 'default') {
      const exported = statement.node.declaration;
      if (t.isIdentifier(exported)) return interfaceNamed(sources, file, exported.name, depth + 1);
    }
    if (statement.isImportDeclaration()) {
      const one = statement.node.specifiers.find(({ local }) => local.name === name);
      if (t.isImportSpecifier(one)) return from(statement.node.source.value, moduleName(one.imported));
      if (t.isImportDefaultSpecifier(one)) return from(statement.node.source.value, 'default');
    }
    if (statement.isExportNamedDeclaration()) {
      const one = statement.node.specifiers.find(
        (each) => t.isExportSpecifier(each) && moduleName(each.exported) === name,
      );
      if (!t.isExportSpecifier(one)) continue;
      const source = statement.node.source?.value;
      if (source) return from(source, one.local.name);
      if (one.local.name !== name) return interfaceNamed(sources, file, one.local.name, depth + 1);
    }
    const passed = statement.isExportAllDeclaration() ? from(statement.node.source.value, name) : undefined;
    if (passed) return passed;
  }
  return undefined;
}

function classesOf(sources: Sources, declared: NodePath, type: NodePath): NodePath<t.Class>[] {
  const { node } = declared;
  const name = t.isTSInterfaceDeclaration(node) || t.isClassDeclaration(node) ? node.id?.name : undefined;
  if (!name) return [];
  const words = [name, ...(type.isIdentifier() ? [type.node.name] : [])];
  return sources
    .naming(...new Set(words))
    .filter((file) => !file.test)
    .flatMap((file) => [...file.paths.values()])
    .filter((path): path is NodePath<t.Class> => path.isClass() && isOf(sources, path, declared));
}

/** Whether a class says that it is of a type. */
function isOf(sources: Sources, path: NodePath<t.Class>, declared: NodePath): boolean {
  const above = path.get('superClass') as NodePath;
  const told = path.get('implements') as NodePath | NodePath[];
  const names = [
    ...(above.node ? [above] : []),
    ...(Array.isArray(told) ? told : []).map((one) => one.get('expression') as NodePath),
  ];
  return names.some((one) => one.isIdentifier() && declaredType(sources, one)?.node === declared.node);
}
