import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { definitionOf, keyName, propertyName } from '../definitions.js';
import type { Sources } from '../sources.js';
import { unwrapped } from '../unwrapped.js';

/** The fixed string that an expression is made of, without asking who calls the code around it. */
export function fixedString(sources: Sources, path: NodePath, depth = 0): string | undefined {
  if (depth > 6) return undefined;
  const bare = unwrapped(path);
  if (bare.isStringLiteral()) return bare.node.value;
  if (bare.isTemplateLiteral()) return ofTemplate(sources, bare, depth);
  if (bare.isBinaryExpression({ operator: '+' })) {
    const left = fixedString(sources, bare.get('left') as NodePath, depth + 1);
    const right = fixedString(sources, bare.get('right'), depth + 1);
    return left === undefined || right === undefined ? undefined : left + right;
  }
  if (!bare.isIdentifier() && !bare.isMemberExpression()) return undefined;
  const definition = definitionOf(sources, bare);
  if (definition.kind === 'value' && definition.path.node !== bare.node)
    return fixedString(sources, definition.path, depth + 1);
  if (definition.kind !== 'member' || !bare.isMemberExpression()) return enumMember(bare);
  return definition.of.kind === 'value'
    ? memberOfEnum(definition.of.path, definition.name)
    : enumMember(bare);
}

function ofTemplate(sources: Sources, path: NodePath<t.TemplateLiteral>, depth: number): string | undefined {
  const parts = path.get('expressions').map((one) => fixedString(sources, one as NodePath, depth + 1));
  if (parts.some((part) => part === undefined)) return undefined;
  return path.node.quasis.map((quasi, index) => (quasi.value.cooked ?? '') + (parts[index] ?? '')).join('');
}

/** `Keys.Token` of an enum in the same file. */
function enumMember(path: NodePath): string | undefined {
  if (!path.isMemberExpression()) return undefined;
  const object = path.get('object');
  const name = propertyName(path.node);
  const binding = object.isIdentifier() ? object.scope.getBinding(object.node.name) : undefined;
  return binding && name !== undefined ? memberOfEnum(binding.path, name) : undefined;
}

function memberOfEnum(path: NodePath, name: string): string | undefined {
  if (path.isTSEnumDeclaration()) {
    const member = path.node.members.find(
      ({ id }) => (t.isIdentifier(id) ? id.name : 'value' in id ? id.value : undefined) === name,
    );
    return t.isStringLiteral(member?.initializer) ? member.initializer.value : undefined;
  }
  const object = path.isCallExpression() ? (path.get('arguments')[0] as NodePath) : path;
  if (!object?.isObjectExpression()) return undefined;
  const property = object.node.properties.find((one) => keyName(one) === name);
  return t.isObjectProperty(property) && t.isStringLiteral(property.value) ? property.value.value : undefined;
}
