import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { keyName, patternTrail, propertyName } from '../definitions.js';
import { type SourceFile, textOf } from '../source.js';
import { type Body, holderOf } from './bodies.js';
import { familyOfName, isLoginTokenName, isTokenName } from './names.js';
import { tokenTrails } from './token-trails.js';

/** What reducers call the token that actions bring: `accessToken` of `action.payload.accessToken`; one name, or none. */
export function nameInPayloads(files: readonly SourceFile[]): string | undefined {
  return onlyNameIn(files, isLoginTokenName);
}

/** The same of the token that renews it. */
export function refreshInPayloads(files: readonly SourceFile[]): string | undefined {
  return onlyNameIn(files, (name) => isTokenName(name) && familyOfName(name) === 'refresh');
}

function onlyNameIn(files: readonly SourceFile[], wanted: (name: string) => boolean): string | undefined {
  const names = new Set(
    files.flatMap((file) => [...file.paths.values()].flatMap((path) => namesFromPayload(file, path, wanted))),
  );
  return names.size === 1 ? [...names][0] : undefined;
}

function namesFromPayload(file: SourceFile, path: NodePath, wanted: (name: string) => boolean): string[] {
  if (path.isMemberExpression() || path.isOptionalMemberExpression()) {
    const name = propertyName(path.node) ?? '';
    return wanted(name) && isPayload(file, path.node.object) ? [name] : [];
  }
  if (!path.isVariableDeclarator() || !t.isObjectPattern(path.node.id) || !path.node.init) return [];
  if (!isPayload(file, path.node.init)) return [];
  return path.node.id.properties.map((one) => keyName(one) ?? '').filter(wanted);
}

function isPayload(file: SourceFile, node: t.Node): boolean {
  return /(?:^|\.)payload$/.test(textOf(file, node));
}

/**
 * The property names down to the token, as the code reads them from what an endpoint of RTK Query answers: where the
 * endpoint itself waits for its answer, and where components do that call it by its hook.
 */
export function trailFromEndpoint(
  files: readonly SourceFile[],
  name: string,
  options: NodePath<t.ObjectExpression>,
): readonly string[] | undefined {
  const read = [...fulfilledIn(options), ...files.flatMap((file) => triggeredIn(file, name))]
    .flatMap(readsOf)
    .filter((trail) => isLoginTokenName(trail.at(-1) ?? ''));
  return read[0];
}

/** `await queryFulfilled` */
function fulfilledIn(options: NodePath<t.ObjectExpression>): Body[] {
  const found: Body[] = [];
  options.traverse({
    Identifier(path) {
      if (path.node.name === 'queryFulfilled' && !path.parentPath.isObjectProperty())
        found.push({ path, names: ['data'] });
    },
  });
  return found;
}

/** `login(form)` and `login(form).unwrap()` of `const [login] = useLoginMutation()` */
function triggeredIn(file: SourceFile, name: string): Body[] {
  const hook = `use${name.charAt(0).toUpperCase()}${name.slice(1)}Mutation`;
  if (!file.text.includes(hook)) return [];
  return [...file.paths.values()].flatMap((path): Body[] => {
    if (!path.isVariableDeclarator() || !t.isArrayPattern(path.node.id)) return [];
    const init = path.get('init') as NodePath;
    const [trigger] = path.node.id.elements;
    if (!init.isCallExpression() || !init.get('callee').isIdentifier({ name: hook })) return [];
    if (!t.isIdentifier(trigger)) return [];
    const references = path.scope.getBinding(trigger.name)?.referencePaths ?? [];
    return references.flatMap((reference) => {
      const call = reference.key === 'callee' ? reference.parentPath : undefined;
      return call?.isCallExpression() ? [unwrappedCall(call) ?? { path: call, names: ['data'] }] : [];
    });
  });
}

function unwrappedCall(call: NodePath): Body | undefined {
  const { parentPath: member } = call;
  if (!member?.isMemberExpression() || propertyName(member.node) !== 'unwrap') return undefined;
  return member.parentPath.isCallExpression() ? { path: member.parentPath, names: [] } : undefined;
}

/** The ways to tokens in what a promise yields: by members, or by the pattern that receives it. */
function readsOf(body: Body): (readonly string[])[] {
  const holder = holderOf(body);
  if (holder && !holder.token) return tokenTrails(holder.function, holder.binding, holder.names);
  const declarator = body.path.parentPath?.isAwaitExpression() ? body.path.parentPath.parentPath : undefined;
  if (!declarator?.isVariableDeclarator()) return [];
  const { id } = declarator.node;
  return Object.values(t.getBindingIdentifiers(id)).flatMap((identifier) => {
    const trail = patternTrail(id, identifier) ?? [];
    const within = body.names.every((one, index) => trail[index] === one);
    return within ? [trail.slice(body.names.length)] : [];
  });
}
