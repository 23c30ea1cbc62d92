import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { keyName, lastNameOf, propertyName } from '../definitions.js';
import type { Sources } from '../sources.js';

/**
 * The name of the model whose function `this` is in: `RefreshToken.createToken = function …`,
 * `tokenSchema.statics.createToken = function …` of the model that is made of the schema, `static createToken()`.
 */
export function modelOfThis(path: NodePath): string | undefined {
  const owner = functionOfThis(path);
  return owner && modelOfOwner(owner);
}

function modelOfOwner(owner: NodePath<t.Function>): string | undefined {
  if (owner.isClassMethod({ static: true })) {
    const { parent } = owner.parentPath;
    return t.isClass(parent) ? parent.id?.name : undefined;
  }
  return modelOfFunction(owner);
}

/** The name of the model that an assignment hangs a function on. */
function modelOfFunction(owner: NodePath): string | undefined {
  const assignment = owner.key === 'right' ? owner.parentPath : undefined;
  const left = assignment?.isAssignmentExpression() ? assignment.get('left') : undefined;
  const holder = left?.isMemberExpression() ? left.get('object') : undefined;
  if (!holder) return undefined;
  if (holder.isIdentifier()) return isModel(holder) ? holder.node.name : undefined;
  const isStatics = holder.isMemberExpression() && propertyName(holder.node) === 'statics';
  const schema = isStatics ? holder.get('object') : undefined;
  return schema?.isIdentifier() ? modelOfSchema(schema) : undefined;
}

/** `const RefreshToken = sequelize.define(…)`, `mongoose.model(…)` */
function isModel(path: NodePath<t.Identifier>): boolean {
  const declarator = path.scope.getBinding(path.node.name)?.path;
  const init = declarator?.isVariableDeclarator() ? declarator.get('init') : undefined;
  return init?.isCallExpression() === true && /^(?:define|model)$/.test(propertyName(init.node.callee) ?? '');
}

/** `mongoose.model('RefreshToken', schema)` */
function modelOfSchema(schema: NodePath<t.Identifier>): string | undefined {
  for (const reference of schema.scope.getBinding(schema.node.name)?.referencePaths ?? []) {
    const call = reference.listKey === 'arguments' ? reference.parentPath : undefined;
    if (!call?.isCallExpression() || lastNameOf(call.get('callee') as NodePath) !== 'model') continue;
    const declarator = call.parent;
    if (t.isVariableDeclarator(declarator) && t.isIdentifier(declarator.id)) return declarator.id.name;
    const [name] = call.node.arguments;
    if (t.isStringLiteral(name)) return name.value;
  }
  return undefined;
}

function functionOfThis(path: NodePath): NodePath<t.Function> | undefined {
  let owner = path.getFunctionParent();
  while (owner?.isArrowFunctionExpression()) owner = owner.getFunctionParent();
  return owner ?? undefined;
}

/** The functions that an application has given a model, by their names. */
export function functionsOnModel(sources: Sources, model: string): ReadonlyMap<string, NodePath> {
  const found = new Map<string, NodePath>();
  for (const file of sources.naming(model)) {
    for (const path of file.test ? [] : file.paths.values()) {
      if (!path.isFunction()) continue;
      const name = path.isClassMethod({ static: true }) ? keyName(path.node) : nameOnModel(path);
      if (name !== undefined && modelOfOwner(path) === model) found.set(name, path);
    }
  }
  return found;
}

/** The name under which a function is hung on a model, if it is. */
export function nameOnModel(owner: NodePath): string | undefined {
  const left =
    t.isAssignmentExpression(owner.parent) && owner.key === 'right' ? owner.parent.left : undefined;
  return left && modelOfFunction(owner) !== undefined ? propertyName(left) : undefined;
}
