import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { keyName, propertyName } from '../../project/definitions.js';
import type { SourceFile } from '../../project/source.js';
import type { Edit } from '../edits.js';
import { withoutItem } from '../lists.js';
import { withoutDeclaration } from '../statements.js';
import { type Edited, isMade } from './leftover.js';

/**
 * What Angular injects into a class that reads it no more: `constructor(private auth: AuthService) {}`,
 * `private auth = inject(AuthService)`. The compiler may report it as it reports unused variables.
 */
export function unreadInjections(edited: Edited, file: SourceFile): Edit[][] {
  return [...file.paths.values()].flatMap((path): Edit[][] => {
    if (!path.isClass() || !path.node.decorators?.length || !isMade(edited, file, path)) return [];
    if (isMadeByHand(edited, path)) return [];
    return path
      .get('body')
      .get('body')
      .flatMap((member): Edit[][] => {
        if (member.isClassMethod({ kind: 'constructor' })) return parametersIn(edited, file, path, member);
        const name = member.isClassProperty() ? keyName(member.node) : undefined;
        if (name === undefined || !member.isClassProperty() || !isInjected(member)) return [];
        if (!isUnread(edited, file, path, name)) return [];
        return [[withoutDeclaration(file, member)]];
      });
  });
}

function parametersIn(
  edited: Edited,
  file: SourceFile,
  owner: NodePath<t.Class>,
  maker: NodePath<t.ClassMethod>,
): Edit[][] {
  const { params, body } = maker.node;
  return params.flatMap((parameter): Edit[][] => {
    if (!t.isTSParameterProperty(parameter) || parameter.accessibility !== 'private') return [];
    const held = t.isIdentifier(parameter.parameter) ? parameter.parameter : undefined;
    if (!held || parameter.decorators?.length || maker.scope.getBinding(held.name)?.referencePaths.length)
      return [];
    if (!isUnread(edited, file, owner, held.name)) return [];
    const alone = params.length === 1 && !body.body.length && !body.innerComments?.length;
    return [alone ? [withoutDeclaration(file, maker)] : withoutItem(file, params, parameter)];
  });
}

/** `private readonly auth = inject(AuthService)` */
function isInjected({ node }: NodePath<t.ClassProperty>): boolean {
  return (
    (node.accessibility === 'private' || t.isPrivateName(node.key)) &&
    t.isCallExpression(node.value) &&
    t.isIdentifier(node.value.callee, { name: 'inject' })
  );
}

/** Whether a class read its member before the edits, and does so no more. */
function isUnread({ before }: Edited, file: SourceFile, owner: NodePath<t.Class>, name: string): boolean {
  const old = before.at(file.path);
  const { id } = owner.node;
  const same = [...(old?.paths.values() ?? [])].find(
    (path) => path.isClass() && id && path.node.id?.name === id.name,
  );
  return Boolean(same?.isClass() && readsIn(same, name) && !readsIn(owner, name));
}

function readsIn(owner: NodePath<t.Class>, name: string): boolean {
  let reads = false;
  owner.traverse({
    MemberExpression(path) {
      if (propertyName(path.node) === name) reads = true;
    },
    OptionalMemberExpression(path) {
      if (propertyName(path.node) === name) reads = true;
    },
    ObjectPattern({ node }) {
      if (node.properties.some((one) => keyName(one) === name)) reads = true;
    },
  });
  return reads;
}

/** `new AuthInterceptor(service)` in a test gives what the constructor takes. */
function isMadeByHand({ sources }: Edited, { node: { id } }: NodePath<t.Class>): boolean {
  return !id || sources.listed.some(({ text }) => text.includes(`new ${id.name}(`));
}
