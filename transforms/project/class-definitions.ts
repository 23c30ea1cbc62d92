import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { classMember, onlyAnswer } from './class-members.js';
import { type Definition, definitionOf, keyName } from './definitions.js';
import { onlyClassOf } from './implementers.js';
import { handedIn } from './injected.js';
import type { Sources } from './sources.js';

/** What a class has under a name: its own, what it is handed when one of it is made, or what it inherits. */
export function memberOfClass(
  sources: Sources,
  path: NodePath<t.Class>,
  name: string,
  isStatic: boolean,
  depth: number,
): Definition | undefined {
  const member = classMember(path, name, isStatic);
  if (member?.kind === 'method') return { kind: 'function', path: member.path };
  if (member?.kind === 'value') {
    const value = definitionOf(sources, member.path, depth + 1);
    const made = value.kind === 'parameter' ? handedIn(sources, value, depth + 1) : undefined;
    return made ?? value;
  }
  if (member?.kind === 'getter') {
    const answer = onlyAnswer(member.path);
    if (!answer) return { kind: 'function', path: member.path };
    const answered = definitionOf(sources, answer, depth + 1);
    return answered.kind === 'member' ? { kind: 'value', path: answer } : answered;
  }
  if (member?.kind === 'handed') {
    const { maker, index, type } = member;
    const parameter = { kind: 'parameter', function: maker, index, trail: [] } as const;
    return handedIn(sources, parameter, depth + 1) ?? (type && ofType(sources, type, depth)) ?? parameter;
  }
  const type = member && ofType(sources, member.path, depth);
  if (type) return type;
  const parent = path.get('superClass');
  if (parent.node) {
    const above = definitionOf(sources, parent as NodePath, depth + 1);
    if (above.kind === 'class') return memberOfClass(sources, above.path, name, isStatic, depth + 1);
  }
  return undefined;
}

/** `this` in the code of a class: the class itself in what is static, else one of it. */
export function ofThis(path: NodePath<t.ThisExpression>): Definition {
  const member = path.findParent((above) => above.parentPath?.isClassBody() === true);
  const owner = member?.parentPath?.parentPath;
  if (!owner?.isClass()) return { kind: 'value', path };
  const isStatic = member?.isStaticBlock() || (member && 'static' in member.node && member.node.static);
  return isStatic ? { kind: 'class', path: owner } : { kind: 'instance', of: owner };
}

/** The method of that name in the object whose method some code is: `this.save()` among a store's actions. */
export function besideInObject(path: NodePath, name: string): NodePath<t.Function> | undefined {
  const own = path.findParent((above) => above.isFunction() && !above.isArrowFunctionExpression());
  const method = own?.isObjectMethod() ? own : own?.parentPath;
  const object = method?.parentPath;
  if (!object?.isObjectExpression() || (method !== own && !method?.isObjectProperty())) return undefined;
  for (const one of object.get('properties')) {
    if (keyName(one.node) !== name) continue;
    const value = one.isObjectProperty() ? (one.get('value') as NodePath) : one;
    return value.isFunction() ? value : undefined;
  }
  return undefined;
}

/** What is declared to be of a class, or of an interface that one class implements. */
function ofType(sources: Sources, type: NodePath, depth: number): Definition | undefined {
  const only = onlyClassOf(sources, type);
  if (only) return { kind: 'instance', of: only };
  const definition = definitionOf(sources, type, depth + 1);
  return definition.kind === 'class' ? { kind: 'instance', of: definition.path } : undefined;
}
