import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { type CallPath, callersOf } from '../callers.js';
import { definitionOf, patternTrail, propertyName } from '../definitions.js';
import { surroundingNames } from '../families.js';
import { originsOf } from '../flow/origins.js';
import { returnsOf } from '../flow/returns.js';
import type { Sources } from '../sources.js';
import { chainOf, membersAbove } from './answers.js';
import { type Body, holderOf, unwrappedUp } from './bodies.js';
import { isLoginName, isRenewalName } from './names.js';

const DEEPEST = 3;

/**
 * The calls of the application's own functions around a request, each with where the answer's body is in what it
 * yields, that log a user in: `request('/login', { method: 'POST' })`, `http.post('/users/login', body)`.
 */
export function wrappedLogins(sources: Sources, body: Body, sends: boolean, depth = 0): Body[] {
  const handed = handedOut(sources, body);
  const owner = handed?.path.getFunctionParent();
  if (!handed || !owner || depth >= DEEPEST) return [];
  return callersOf(sources, owner).flatMap((call) => {
    const outer: Body = { path: call, names: handed.names };
    const sending = sends || isSending(call);
    const called = namesOfCall(call);
    if (called.some(isRenewalName) || (sending && called.some(isLoginName))) return [{ ...outer, called }];
    const [address] = call.get('arguments') as NodePath[];
    const here = sending && address && leadsToLogin(sources, address) ? [outer] : [];
    return [...here, ...wrappedLogins(sources, outer, sending, depth + 1)];
  });
}

/** Whether an address that is handed in by callers is, by one of them, that of a login: `enter('/auth/login', form)`. */
export function leadsToLogin(sources: Sources, address: NodePath): boolean {
  return originsOf(sources, address).some(
    ({ path, trail }) => path.isStringLiteral() && !trail.length && isLoginName(path.node.value),
  );
}

/** What the function around a request answers, where that is the body or holds it. */
export function handedOut(sources: Sources, body: Body): Body | undefined {
  const { path, names } = unpacked(sources, body);
  const { parentPath: parent } = path;
  if (parent?.isReturnStatement() || (parent?.isArrowFunctionExpression() && path.key === 'body'))
    return { path, names };
  const promised = returnedByName(path);
  if (promised) return { path: promised, names };
  const holder = holderOf({ path, names });
  if (!holder || holder.function !== path.getFunctionParent()) return undefined;
  for (const reference of holder.binding.referencePaths) {
    const read = membersAbove(reference);
    const whole = read.names.every((name, index) => holder.names[index] === name);
    if (whole && read.path.parentPath?.isReturnStatement())
      return { path: read.path, names: holder.names.slice(read.names.length) };
  }
  return undefined;
}

/** `const promise = request(); promise.cancel = stop; return promise;` */
function returnedByName({ parentPath: declarator, key }: NodePath): NodePath | undefined {
  if (!declarator?.isVariableDeclarator() || key !== 'init' || !t.isIdentifier(declarator.node.id))
    return undefined;
  const binding = declarator.scope.getBinding(declarator.node.id.name);
  return binding?.referencePaths.find(({ parentPath }) => parentPath?.isReturnStatement());
}

/** `request.then((response) => response.data)` yields what is taken from the answer. */
function unpacked(sources: Sources, body: Body): Body {
  const taken = takenAtOnce(body);
  if (taken) return taken;
  const { parentPath: access } = body.path;
  const call = access?.parentPath;
  if (!access?.isMemberExpression() || body.path.key !== 'object' || !call?.isCallExpression()) return body;
  const method = propertyName(access.node);
  if (method === 'catch' || method === 'finally') return unpacked(sources, { ...body, path: call });
  const [first] = call.get('arguments') as NodePath[];
  const taking = method === 'then' && first ? definitionOf(sources, first) : undefined;
  if (taking?.kind !== 'function') return body;
  const [parameter] = taking.path.node.params;
  for (const returned of returnsOf(taking.path)) {
    const { root, names } = chainOf(returned);
    const binding = root.isIdentifier() ? root.scope.getBinding(root.node.name) : undefined;
    const taken = binding && parameter && patternTrail(parameter, binding.identifier);
    const all = taken && [...taken, ...names];
    if (all?.every((name, index) => body.names[index] === name))
      return unpacked(sources, { path: call, names: body.names.slice(all.length) });
  }
  return body;
}

/** `(await request).data`, of which the body is taken where it is awaited. */
export function takenAtOnce({ path, names, ...rest }: Body): Body | undefined {
  const { parentPath: awaited } = path;
  if (!awaited?.isAwaitExpression()) return undefined;
  const read = membersAbove(unwrappedUp(awaited));
  const whole = read.names.length > 0 && read.names.every((name, index) => names[index] === name);
  return whole ? { ...rest, path: read.path, names: names.slice(read.names.length) } : undefined;
}

/** Whether a call says that it sends something: by its name, or by the method that it gives, among options or alone. */
function isSending(call: CallPath): boolean {
  const { callee } = call.node;
  const name = propertyName(callee) ?? (t.isIdentifier(callee) ? callee.name : '');
  const given = call.get('arguments') as NodePath[];
  const verb = given.some((one) => one.isStringLiteral() && /^(?:post|put)$/i.test(one.node.value));
  return verb || /^(?:post|put)/i.test(name) || /\bmethod\b\W+(?:post|put)/i.test(String(call));
}

function namesOfCall(call: CallPath): string[] {
  const given = (call.get('arguments') as NodePath[]).filter(
    (one) => one.isStringLiteral() || one.isTemplateLiteral(),
  );
  return [...given.map((one) => String(one).replace(/[`'"]/g, '')), ...surroundingNames(call as NodePath)];
}
