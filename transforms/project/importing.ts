import { posix } from 'node:path';
import type { Binding, NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { exportsOf, moduleName, requiredModule } from './exports.js';
import type { SourceFile } from './source.js';
import type { Sources } from './sources.js';

/** A name that an expression needs from another module, as the code that it is taken from imports it. */
export interface PortableImport {
  readonly local: string;
  readonly imported:
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'default' | 'namespace' | 'whole' };
  /** The file of the application that it comes from; absent for a package. */
  readonly file?: SourceFile;
  /** The specifier as it is written in `from`. */
  readonly specifier: string;
  readonly from: SourceFile;
  /** The declaration that has to be exported first: the file keeps it to itself. */
  readonly adds?: NodePath<t.VariableDeclarator>;
}

/** The import that binds a name, in either module system. */
export function importOf(sources: Sources, from: SourceFile, binding: Binding): PortableImport | undefined {
  const local = binding.identifier.name;
  const at = binding.path;
  const made = (specifier: string, imported: PortableImport['imported']): PortableImport => {
    const file = sources.resolve(from, specifier);
    return { local, imported, specifier, from, ...(file ? { file } : {}) };
  };
  const declaration = at.parentPath;
  if (declaration?.isImportDeclaration()) {
    const specifier = declaration.node.source.value;
    if (at.isImportSpecifier()) return made(specifier, { kind: 'name', name: moduleName(at.node.imported) });
    return made(specifier, { kind: at.isImportNamespaceSpecifier() ? 'namespace' : 'default' });
  }
  if (at.isTSImportEqualsDeclaration() && t.isTSExternalModuleReference(at.node.moduleReference))
    return made(at.node.moduleReference.expression.value, { kind: 'whole' });
  if (!at.isVariableDeclarator() || !at.node.init) return undefined;
  const { id, init } = at.node;
  const specifier = requiredModule(init);
  if (specifier !== undefined && t.isIdentifier(id)) return made(specifier, { kind: 'whole' });
  if (specifier !== undefined && t.isObjectPattern(id)) {
    const property = id.properties.find(
      (one): one is t.ObjectProperty => t.isObjectProperty(one) && one.value === binding.identifier,
    );
    if (property && t.isIdentifier(property.key))
      return made(specifier, { kind: 'name', name: property.key.name });
  }
  // `const secret = require('./config').secret`
  if (t.isMemberExpression(init) && t.isIdentifier(init.property) && !init.computed && t.isIdentifier(id)) {
    const inner = requiredModule(init.object);
    if (inner !== undefined)
      return made(
        inner,
        init.property.name === 'default' ? { kind: 'default' } : { kind: 'name', name: init.property.name },
      );
  }
  return undefined;
}

/** The way to import a name that a file exports itself. */
export function exportOf(sources: Sources, file: SourceFile, binding: Binding): PortableImport | undefined {
  const local = binding.identifier.name;
  for (const [name, exported] of exportsOf(file).names) {
    const same = exported.isIdentifier()
      ? exported.scope.getBinding(exported.node.name) === binding
      : exported.node === binding.path.node;
    if (same)
      return {
        local,
        file,
        from: file,
        specifier: ownSpecifier(sources, file),
        imported: name === 'default' ? { kind: 'default' } : { kind: 'name', name },
      };
  }
  const { whole } = exportsOf(file);
  if (!whole?.isObjectExpression()) return undefined;
  for (const property of whole.get('properties')) {
    if (!property.isObjectProperty() || !t.isIdentifier(property.node.key)) continue;
    const value = property.get('value') as NodePath;
    if (value.isIdentifier() && value.scope.getBinding(value.node.name) === binding)
      return {
        local,
        file,
        from: file,
        specifier: ownSpecifier(sources, file),
        imported: { kind: 'name', name: property.node.key.name },
      };
  }
  return undefined;
}

/** A file's own name as its neighbours import it. */
export function ownSpecifier(sources: Sources, file: SourceFile): string {
  const base = posix.basename(file.path);
  const script = base.replace(/\.([cm]?)tsx?$/, '.$1js');
  const extended = /(?:from|require\()\s*['"]\.{1,2}\/[^'"]+\.js['"]/.test(file.text);
  // Node itself, without a compiler, asks for the extension.
  const plain = script === base && file.system === 'module' && sources.packageOf(file)?.type === 'module';
  return `./${extended || plain || /\.mjs$/.test(base) ? script : base.replace(/\.[jt]sx?$/, '')}`;
}
