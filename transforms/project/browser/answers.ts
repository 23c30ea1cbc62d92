import type { Binding, NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { propertyOf } from '../acceptance/doors.js';
import { callersOf } from '../callers.js';
import { classMember } from '../class-members.js';
import { definitionOf, keyName, lastNameOf, patternTrail, propertyName } from '../definitions.js';
import { holderRead } from '../flow/held.js';
import { holderOf } from '../holders.js';
import { type SourceFile, textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { unwrapped } from '../unwrapped.js';
import { payloadsOf } from '../vuex-functions.js';
import { isAbsent } from './absent.js';
import { isNamedReceiver } from './named-receivers.js';
import { chainedOperatorOf, operatorOf } from './operators.js';

/** Where the answer to a login comes into the code: a variable that holds it, or something taken from it. */
export interface LoginAnswer {
  readonly file: SourceFile;
  readonly function: NodePath<t.Function>;
  readonly binding: Binding;
  /** The declaration that receives it; absent when it is a parameter of the function. */
  readonly declaration?: NodePath<t.VariableDeclaration>;
  /** Code for the object that holds the token, such as `response.data`; absent when the variable is the token. */
  readonly container?: string;
  /** Property names from the container to the token. */
  readonly trail: readonly string[];
  /** The code reads the token from it by name. */
  readonly shown?: boolean;
  /** Nothing shows that there is a token in it: a registration may be answered with a message alone. */
  readonly unsure?: boolean;
}

/** What a stored or attached value comes from. */
export type Arrival =
  /** Answers to requests, each at the place where the code receives it. */
  | { readonly kind: 'answers'; readonly answers: readonly LoginAnswer[] }
  /** The application's own state, or the storage itself. */
  | { readonly kind: 'state' }
  /** A parameter that nobody is seen to fill, or not everybody: an action, a mutation, an event. */
  | { readonly kind: 'handed'; readonly answers: readonly LoginAnswer[] }
  /** Nothing shows where. */
  | { readonly kind: 'unknown' };

const DEEPEST = 5;
const STATE =
  /getState\(|\bstate\b|State\b|\bprops\b|useSelector|useContext|use(?:Reducer|Atom|Recoil|Signal|Store)|create(?:Signal|Store)\(|\bstore\b|Storage\b/;

/** Follows a token (`trail` further down from `path`) back to where the code receives it. */
export function arrivalOf(sources: Sources, path: NodePath, trail: readonly string[] = []): Arrival {
  const answers: LoginAnswer[] = [];
  let unknown = false;
  let handed = false;
  let unseen = false;
  const walk = (at: NodePath, names: readonly string[], depth: number, asked: boolean): void => {
    const found = depth > DEEPEST ? undefined : received(sources, at, names);
    if (found === undefined && asked) handed = true;
    else if (found === undefined) unknown = true;
    else if (found === 'handed') {
      handed = true;
      unseen ||= !asked;
    } else if (typeof found === 'object' && 'binding' in found) answers.push(found);
    else if (typeof found === 'object')
      for (const one of found.from) walk(one.path, one.trail, depth + 1, asked || found.asked === true);
  };
  walk(path, trail, 0, false);
  if (unknown) return { kind: 'unknown' };
  // Where some callers are not seen to bring an answer, it is accepted where all of them hand it to.
  if (handed) return { kind: 'handed', answers: unseen ? [] : answers };
  return answers.length ? { kind: 'answers', answers } : { kind: 'state' };
}

interface Further {
  readonly from: readonly { path: NodePath; trail: readonly string[] }[];
  /** It is handed over by a name, which others may use as well. */
  readonly asked?: true;
}

function received(
  sources: Sources,
  path: NodePath,
  trail: readonly string[],
): LoginAnswer | Further | 'state' | 'handed' | undefined {
  const { root, names } = chainOf(path);
  const whole = [...names, ...trail];
  const text = textOf(sources.fileOf(path), path.node);
  // `setToken(null)` hands over no token at all.
  if (isAbsent(root)) return 'state';
  // `keep({ user, token })`: the token goes on in an object that is made for it.
  const [name, ...rest] = whole;
  const given = name !== undefined && root.isObjectExpression() ? propertyOf(sources, root, name) : undefined;
  if (given) return { from: [{ path: given, trail: rest }] };
  const handed =
    name !== undefined && root.isNewExpression() ? constructedFrom(sources, root, name) : undefined;
  if (handed) return { from: [{ path: handed, trail: rest }] };
  // `{ ...this.user, ...changes }`
  const spreads = root.isObjectExpression()
    ? root.get('properties').filter((one) => one.isSpreadElement())
    : [];
  if (name !== undefined && spreads.length)
    return { from: spreads.map((one) => ({ path: one.get('argument'), trail: whole })) };
  if (isHeld(sources, path)) return 'state';
  if (!root.isIdentifier()) return STATE.test(text) || isAsked(root) ? 'state' : undefined;
  const binding = root.scope.getBinding(root.node.name);
  if (!binding) return STATE.test(text) ? 'state' : undefined;
  const owner = root.getFunctionParent();
  if (binding.kind === 'param') {
    const holder = binding.scope.path;
    if (!holder.isFunction()) return undefined;
    if (watchesState(sources, holder)) return 'state';
    if (takesActions(holder)) return 'handed';
    if (isReceiver(holder)) return answerAt(sources, holder, binding, whole);
    const definition = definitionOf(sources, root);
    if (definition.kind !== 'parameter') return undefined;
    const calls = callersOf(sources, definition.function);
    const further = [...definition.trail, ...whole];
    const payloads =
      calls.length || definition.index !== 1 ? undefined : payloadsOf(sources, definition.function);
    if (payloads?.length)
      return { from: payloads.map((one) => ({ path: one, trail: further })), asked: true };
    if (!calls.length)
      return hearsMessages(definition.function) ? answerAt(sources, holder, binding, whole) : 'handed';
    const from = calls.flatMap((call) => {
      const argument = (call.get('arguments') as NodePath[])[definition.index];
      return argument ? [{ path: argument, trail: further }] : [];
    });
    return { from };
  }
  const at = binding.path;
  if (!at.isVariableDeclarator()) return undefined;
  const init = at.get('init') as NodePath;
  if (!init.node) return undefined;
  const taken = patternTrail(at.node.id, binding.identifier) ?? [];
  const inner = unwrapped(init);
  const code = textOf(sources.fileOf(init), init.node);
  if (holdsAwait(inner) || (owner && isParsedThere(inner, owner))) {
    return owner ? answerAt(sources, owner, binding, whole) : undefined;
  }
  if (STATE.test(code)) return 'state';
  const deeper = received(sources, inner, [...taken, ...whole]);
  // `const { token } = response.data`: from here on the token goes by its own name.
  if (typeof deeper === 'object' && 'binding' in deeper && owner?.node === deeper.function.node) {
    return answerAt(sources, owner, binding, whole);
  }
  return deeper;
}

/** What a constructor is handed for a field: `token` of `new User(name, token)`. */
function constructedFrom(
  sources: Sources,
  made: NodePath<t.NewExpression>,
  name: string,
): NodePath | undefined {
  const called = definitionOf(sources, made.get('callee') as NodePath);
  const member = called.kind === 'class' ? classMember(called.path, name, false) : undefined;
  const set = member?.kind === 'value' ? definitionOf(sources, member.path) : undefined;
  const index =
    member?.kind === 'handed'
      ? member.index
      : set?.kind === 'parameter' && !set.trail.length
        ? set.index
        : undefined;
  return index === undefined ? undefined : (made.get('arguments') as NodePath[])[index];
}

function answerAt(
  sources: Sources,
  owner: NodePath<t.Function>,
  binding: Binding,
  whole: readonly string[],
): LoginAnswer | undefined {
  const declaration = binding.path.isVariableDeclarator() ? binding.path.parentPath : undefined;
  const { name } = binding.identifier;
  return {
    file: sources.fileOf(owner),
    function: owner,
    binding,
    ...(declaration?.isVariableDeclaration() ? { declaration } : {}),
    ...(whole.length ? { container: [name, ...whole.slice(0, -1)].join('.') } : {}),
    trail: whole.slice(-1),
  };
}

/** `token()` of `const [token, setToken] = createSignal(null)` */
function isAsked(path: NodePath): boolean {
  const callee = path.isCallExpression() ? path.get('callee') : undefined;
  const declared = callee?.isIdentifier() ? callee.scope.getBinding(callee.node.name)?.path : undefined;
  const made = declared?.isVariableDeclarator() ? declared.get('init') : undefined;
  return Boolean(made?.isCallExpression() && STATE.test(`${String(made.get('callee'))}(`));
}

/**
 * `window.addEventListener('message', this.onMessage)`: what comes in is what another window says, such as the one in
 * which a user logs in at a provider.
 */
function hearsMessages(owner: NodePath<t.Function>): boolean {
  const name = owner.isFunctionDeclaration()
    ? owner.node.id?.name
    : (keyName(owner.node) ?? nameGiven(owner));
  let hears = false;
  owner.scope.getProgramParent().path.traverse({
    CallExpression(call) {
      const [event, listener] = call.get('arguments') as NodePath[];
      if (lastNameOf(call.get('callee') as NodePath) !== 'addEventListener' || !listener) return;
      if (!event?.isStringLiteral({ value: 'message' })) return;
      if (listener.node === owner.node || (name !== undefined && lastNameOf(listener) === name)) hears = true;
    },
  });
  return hears;
}

/** The name of what a function is the value of. */
function nameGiven({ parent }: NodePath): string | undefined {
  if (parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier') return parent.id.name;
  return keyName(parent);
}

/** What a subject, a signal or the like holds is the application's own state. */
function isHeld(sources: Sources, path: NodePath): boolean {
  const read = unwrapped(path);
  const definition = definitionOf(sources, read);
  return holderRead(sources, definition.kind === 'value' ? definition.path : read) !== undefined;
}

/** `a.b.c` as its root and the property names from it. */
export function chainOf(path: NodePath): { root: NodePath; names: string[] } {
  const bare = unwrapped(path);
  if (bare !== path) return chainOf(bare);
  if (path.isMemberExpression() || path.isOptionalMemberExpression()) {
    const name = propertyName(path.node);
    if (name !== undefined) {
      const { root, names } = chainOf(path.get('object') as NodePath);
      return { root, names: [...names, name] };
    }
  }
  return { root: path, names: [] };
}

function holdsAwait(path: NodePath): boolean {
  const { root } = chainOf(path);
  return root.isAwaitExpression() || root.isYieldExpression();
}

/** `response.json()` of Angular's old Http, which has the body at once; `response.json() && response.json().token`. */
function isParsedThere(path: NodePath, owner: NodePath<t.Function>): boolean {
  if (!chainedOperatorOf(owner)) return false;
  if (path.isLogicalExpression({ operator: '&&' })) return isParsedThere(path.get('right'), owner);
  const { root } = chainOf(path);
  const callee = root.isCallExpression() ? root.get('callee') : undefined;
  if (!callee?.isMemberExpression() || propertyName(callee.node) !== 'json') return false;
  const object = callee.get('object');
  const binding = object.isIdentifier() ? object.scope.getBinding(object.node.name) : undefined;
  return binding?.kind === 'param' && binding.scope.path === owner;
}

/** Callbacks whose parameter is what a request answered, and whose result nobody needs at once. */
const RECEIVERS = /^(?:then|subscribe|done|success|onSuccess|onCompleted|next|tap|fulfilled)$/;

function isReceiver(owner: NodePath<t.Function>): boolean {
  const { parentPath: parent } = owner;
  if (operatorOf(owner) || chainedOperatorOf(owner) || isNamedReceiver(owner)) return true;
  if (parent?.isCallExpression() && owner.listKey === 'arguments')
    return owner.key === 0 && RECEIVERS.test(propertyName(parent.node.callee) ?? '');
  return RECEIVERS.test(keyName(owner.node) ?? (parent ? keyName(parent.node) : undefined) ?? '');
}

/** `token.subscribe((value) => …)` of a store: what is handed on is the application's own state. */
function watchesState(sources: Sources, owner: NodePath<t.Function>): boolean {
  const { parentPath: call } = owner;
  const callee = call?.isCallExpression() && owner.key === 0 ? call.get('callee') : undefined;
  if (!callee?.isMemberExpression() || propertyName(callee.node) !== 'subscribe') return false;
  return holderOf(sources, callee.get('object')) !== undefined;
}

/**
 * `actions$.pipe(ofType(loggedIn), tap((action) => …))`, `store.subscribe((mutation) => …)`: what comes in is an
 * action or a mutation.
 */
function takesActions(owner: NodePath<t.Function>): boolean {
  const { parentPath: call } = owner;
  const callee = call?.isCallExpression() && owner.key === 0 ? call.get('callee') : undefined;
  if (callee?.isMemberExpression() && propertyName(callee.node) === 'subscribe')
    return /store$/i.test(lastNameOf(callee.get('object')) ?? '');
  const passed = operatorOf(owner)?.pipe.get('arguments') ?? [];
  return passed.some(
    (one) =>
      one.isCallExpression() &&
      one.get('callee').isIdentifier({ name: 'ofType' }) &&
      one !== owner.parentPath,
  );
}

/** The property names that are read one after another from an expression, and the outermost of these reads. */
export function membersAbove(path: NodePath): { path: NodePath; names: string[] } {
  const names: string[] = [];
  let at = path;
  for (;;) {
    const { parentPath: parent } = at;
    if (at.key !== 'object' || !(parent?.isMemberExpression() || parent?.isOptionalMemberExpression())) break;
    const name = propertyName(parent.node);
    if (name === undefined) break;
    names.push(name);
    at = parent;
  }
  return { path: at, names };
}
