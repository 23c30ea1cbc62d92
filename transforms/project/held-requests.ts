import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { keyName, propertyName } from './definitions.js';
import { socketDoorAt } from './sockets.js';

const REQUEST = /^_?(?:req|request)$/;
const PARTS = /^(?:headers|cookies|signedCookies|get|header)$/;
/** How the Fetch API asks headers. */
const ASKS = /^(?:get|has|entries|forEach)$/;

/** A request that a parameter holds: `context` and `req`. */
interface HeldRequest {
  readonly holder: NodePath<t.Identifier>;
  readonly name: string;
}

/**
 * The request where something that is handed in holds it, and code beside asks it for what came: `context.req` of a
 * resolver; undefined where there are several.
 */
export function heldRequestAt(path: NodePath): string | undefined {
  if (socketDoorAt(path)) return undefined;
  for (let owner = path.getFunctionParent(); owner; owner = owner.getFunctionParent()) {
    const found = new Set<string>();
    owner.traverse({
      MemberExpression(member) {
        const held = requestAskedBy(member);
        if (held && isNamedAlike(held.holder, path)) found.add(`${held.holder.node.name}.${held.name}`);
      },
    });
    const [only, ...others] = found;
    if (only !== undefined) return others.length ? undefined : only;
  }
  return undefined;
}

/** `context.req` of `context.req.headers`, where it is no request of the Fetch API. */
function requestAskedBy(member: NodePath<t.MemberExpression>): HeldRequest | undefined {
  if (!PARTS.test(propertyName(member.node) ?? '')) return undefined;
  const asked = member.key === 'object' ? propertyName(member.parent) : undefined;
  if (propertyName(member.node) === 'headers' && ASKS.test(asked ?? '')) return undefined;
  const request = member.get('object');
  return request.isIdentifier() ? takenFrom(request) : inMember(request);
}

/** `req` of `const { req } = context` */
function takenFrom(request: NodePath<t.Identifier>): HeldRequest | undefined {
  const binding = request.scope.getBinding(request.node.name);
  const declarator = binding?.constant && binding.path.isVariableDeclarator() ? binding.path : undefined;
  const init = declarator?.get('init') as NodePath | undefined;
  if (!declarator || !init?.node) return undefined;
  const { id } = declarator.node;
  if (t.isIdentifier(id)) return inMember(init);
  const property = t.isObjectPattern(id)
    ? id.properties.find((one) => t.isObjectProperty(one) && one.value === binding?.identifier)
    : undefined;
  const name = property && keyName(property);
  return name !== undefined && REQUEST.test(name) && init.isIdentifier()
    ? ofParameter(init, name)
    : undefined;
}

function inMember(request: NodePath): HeldRequest | undefined {
  if (!request.isMemberExpression({ computed: false })) return undefined;
  const name = propertyName(request.node) ?? '';
  const holder = request.get('object');
  return REQUEST.test(name) && holder.isIdentifier() ? ofParameter(holder, name) : undefined;
}

function ofParameter(holder: NodePath<t.Identifier>, name: string): HeldRequest | undefined {
  // What a socket was opened with has passed no middleware.
  if (/socket|client|conn|handshake|^_?ws$|^_?info$/i.test(holder.node.name)) return undefined;
  return holder.scope.getBinding(holder.node.name)?.kind === 'param' ? { holder, name } : undefined;
}

/** Whether a name means the same at another place. */
function isNamedAlike({ scope, node: { name } }: NodePath<t.Identifier>, path: NodePath): boolean {
  return path.scope.getBinding(name) === scope.getBinding(name);
}
