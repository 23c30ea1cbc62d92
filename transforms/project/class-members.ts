import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { keyName, propertyName } from './definitions.js';

/** What a class says of one of its members: the code of it, the parameter that it is handed as, or only its type. */
export type ClassMember =
  | { readonly kind: 'method'; readonly path: NodePath<t.ClassMethod | t.ClassPrivateMethod> }
  | { readonly kind: 'getter'; readonly path: NodePath<t.ClassMethod | t.ClassPrivateMethod> }
  | { readonly kind: 'value'; readonly path: NodePath }
  | {
      readonly kind: 'handed';
      readonly maker: NodePath<t.ClassMethod>;
      readonly index: number;
      readonly type?: NodePath;
    }
  | { readonly kind: 'type'; readonly path: NodePath };

/** Finds a member in the body of a class, or where its constructor makes it or is handed it. */
export function classMember(
  path: NodePath<t.Class>,
  name: string,
  isStatic: boolean,
): ClassMember | undefined {
  let declared: NodePath | undefined;
  for (const member of path.get('body').get('body')) {
    if (member.isClassMethod() && member.node.kind === 'constructor' && !isStatic) {
      const made = inConstructor(member, name);
      if (made) return made;
    }
    const isMethod = member.isClassMethod() || member.isClassPrivateMethod();
    if (!isMethod && !member.isClassProperty() && !member.isClassPrivateProperty()) continue;
    if (keyName(member.node) !== name || Boolean(member.node.static) !== isStatic) continue;
    if (isMethod && member.node.kind === 'set') continue;
    if (isMethod) return { kind: member.node.kind === 'get' ? 'getter' : 'method', path: member };
    const value = member.get('value') as NodePath;
    // What is assigned again is no one thing.
    if (value.node)
      return isAssigned(path, name) || isSetOutside(member.node) ? undefined : { kind: 'value', path: value };
    declared = member;
  }
  const type = declared && typeOf(declared);
  return type && { kind: 'type', path: type };
}

/** `@Input() token = ''`, `@property() token = ''`: whoever shows a component sets it. */
export function isSetOutside(member: t.ClassProperty | t.ClassPrivateProperty): boolean {
  return Boolean(
    member.decorators?.some(({ expression }) => {
      const named = t.isCallExpression(expression) ? expression.callee : expression;
      return t.isIdentifier(named) && /^(?:Input|Prop|property)$/.test(named.name);
    }),
  );
}

/** What objects of a class hold by themselves, as its constructor and its fields say: what a spread copies. */
export function fieldsOf(path: NodePath<t.Class>): { readonly name: string; readonly value?: NodePath }[] {
  const found = new Map<string, NodePath | undefined>();
  for (const member of path.get('body').get('body')) {
    const name = member.isClassProperty() && !member.node.static ? keyName(member.node) : undefined;
    if (name !== undefined) found.set(name, undefined);
    if (!member.isClassMethod() || member.node.kind !== 'constructor') continue;
    for (const parameter of member.get('params')) {
      if (!parameter.isTSParameterProperty()) continue;
      const given = parameter.get('parameter');
      const held = given.isAssignmentPattern() ? (given.get('left') as NodePath) : given;
      if (held.isIdentifier()) found.set(held.node.name, undefined);
    }
    for (const statement of member.get('body').get('body')) {
      const assignment = statement.isExpressionStatement() ? statement.get('expression') : undefined;
      if (!assignment?.isAssignmentExpression({ operator: '=' })) continue;
      const left = assignment.get('left');
      const own = left.isMemberExpression() && left.get('object').isThisExpression();
      const assigned = own ? propertyName(left.node) : undefined;
      if (assigned !== undefined && !assigned.startsWith('#')) found.set(assigned, assignment.get('right'));
    }
  }
  return [...found].map(([name, value]) => ({ name, ...(value ? { value } : {}) }));
}

/** What a getter answers that does nothing else: `get user() { return this.subject.value; }`. */
export function onlyAnswer(getter: NodePath<t.ClassMethod | t.ClassPrivateMethod>): NodePath | undefined {
  const [only, ...others] = getter.get('body').get('body');
  const answer = only?.isReturnStatement() && !others.length ? only.get('argument') : undefined;
  return answer?.node ? (answer as NodePath) : undefined;
}

/** Whether the code of a class puts something else into a member of its objects. */
function isAssigned(path: NodePath<t.Class>, name: string): boolean {
  let found = false;
  path.traverse({
    AssignmentExpression({ node: { left } }) {
      const own = t.isMemberExpression(left) && t.isThisExpression(left.object) && !left.computed;
      if (own && t.isIdentifier(left.property, { name })) found = true;
    },
  });
  return found;
}

/** `constructor(private readonly users: UserService)`, `this.users = new UserService()`. */
function inConstructor(maker: NodePath<t.ClassMethod>, name: string): ClassMember | undefined {
  for (const [index, parameter] of maker.get('params').entries()) {
    if (!parameter.isTSParameterProperty()) continue;
    const given = parameter.get('parameter');
    const held = given.isAssignmentPattern() ? (given.get('left') as NodePath) : given;
    if (!held.isIdentifier({ name })) continue;
    const type = typeOf(held);
    return { kind: 'handed', maker, index, ...(type ? { type } : {}) };
  }
  for (const statement of maker.get('body').get('body')) {
    const assignment = statement.isExpressionStatement() ? statement.get('expression') : undefined;
    if (!assignment?.isAssignmentExpression({ operator: '=' })) continue;
    const left = assignment.get('left');
    if (!left.isMemberExpression() || !left.get('object').isThisExpression()) continue;
    // `this.enter = this.enter.bind(this)` is the method still.
    const bound = new RegExp(`^this\\.${name}\\.bind\\(`).test(String(assignment.get('right')));
    if (propertyName(left.node) === name && !bound) return { kind: 'value', path: assignment.get('right') };
  }
  return undefined;
}

/** The name of the class or interface that a declaration says it is of. */
function typeOf(path: NodePath): NodePath | undefined {
  const annotation = path.get('typeAnnotation');
  if (Array.isArray(annotation) || !annotation.isTSTypeAnnotation()) return undefined;
  const type = annotation.get('typeAnnotation');
  return type.isTSTypeReference() ? (type.get('typeName') as NodePath) : undefined;
}

/** The class of which a static method such as `getInstance()` makes and returns the one object that there is. */
export function singleOf(called: NodePath<t.Function>): NodePath<t.Class> | undefined {
  if (!called.isClassMethod({ static: true }) || called.node.async) return undefined;
  const owner = called.parentPath.parentPath;
  if (!owner?.isClass() || !t.isIdentifier(called.node.key) || !/instance/i.test(called.node.key.name))
    return undefined;
  let made = false;
  called.traverse({
    NewExpression({ node: { callee } }) {
      const own = t.isIdentifier(callee) && callee.name === owner.node.id?.name;
      if (own || t.isThisExpression(callee)) made = true;
    },
  });
  return made ? owner : undefined;
}

/** What a member of an `enum` is, where it is written out. */
export function enumValue(path: NodePath, name: string): { kind: 'value'; path: NodePath } | undefined {
  if (!path.isTSEnumDeclaration()) return undefined;
  const named = path
    .get('members')
    .find(({ node: { id } }) => (t.isIdentifier(id) ? id.name : id.value) === name);
  const value = named?.get('initializer');
  return value?.node ? { kind: 'value', path: value as NodePath } : undefined;
}
