import type { NodePath } from '@babel/traverse';
import { classMember } from '../class-members.js';
import { type Definition, definitionOf, propertyName } from '../definitions.js';
import type { Sources } from '../sources.js';

/** A class of a package that Angular makes an object of, and injects. */
export interface Service {
  readonly module: string;
  readonly name: string;
}

/** The service that an expression is: `this.storage` of `constructor(private storage: LocalStorageService)`, or injected. */
export function serviceOf(sources: Sources, path: NodePath): Service | undefined {
  const injected = injectedBy(sources, path) ?? memberType(path);
  const definition = injected && definitionOf(sources, injected);
  return definition && ofPackage(definition);
}

/** The class that `inject(LocalStorageService)` names. */
function injectedBy(sources: Sources, path: NodePath): NodePath | undefined {
  const definition = definitionOf(sources, path);
  const call = definition.kind === 'value' ? definition.path : undefined;
  if (!call?.isCallExpression() || !call.get('callee').isIdentifier({ name: 'inject' })) return undefined;
  return call.get('arguments')[0] as NodePath | undefined;
}

/** The class that a member is declared to be of. */
function memberType(path: NodePath): NodePath | undefined {
  if (!path.isMemberExpression() || !path.get('object').isThisExpression()) return undefined;
  const name = propertyName(path.node);
  const owner = path.findParent((above) => above.isClass());
  const member = name !== undefined && owner?.isClass() ? classMember(owner, name, false) : undefined;
  if (member?.kind === 'handed') return member.type;
  return member?.kind === 'type' ? member.path : undefined;
}

function ofPackage(definition: Definition): Service | undefined {
  const name = definition.kind === 'package' ? definition.name.at(-1) : undefined;
  return definition.kind === 'package' && name !== undefined
    ? { module: definition.module, name }
    : undefined;
}
