import type { Binding, NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { isRenewalName } from '../browser/names.js';
import { definitionOf } from '../definitions.js';
import { endOf, type SourceFile, startOf, textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { fillsOf, withoutScheme } from './attached.js';
import { type CarriedToken, isNothing, type TestLogin } from './carried.js';
import { type Making, wholeOf } from './requests.js';

/** What logs in once and keeps the session's cookie, where a test took the token from the answer to a login. */
export interface LoggedInAgent {
  readonly login: TestLogin;
  readonly file: SourceFile;
  /** The statement that sends the login, or the arrow function whose body does. */
  readonly at: NodePath;
  /** Where the agent is known by a name of its own. */
  readonly scope: NodePath;
  /** The variable that held the token, and whether the agent takes its place or stands beside it. */
  readonly holder?: { readonly binding: Binding; readonly beside: boolean };
  /** How it is declared where the login is sent; absent where its variable is declared elsewhere. */
  readonly declared?: 'const' | 'let';
  /** The call that is given a hook to close it after the tests, where it holds a port open. */
  readonly hook?: NodePath<t.CallExpression>;
  /** Code that makes it. */
  readonly made: string;
  /** The login is prolonged: the agent that has logged in sends the request. */
  readonly renews?: true;
}

/** Where the agents of a token's logins are made, or why that can't be said. */
export function agentsOf(sources: Sources, token: CarriedToken): LoggedInAgent[] | string {
  const agents: LoggedInAgent[] = [];
  for (const binding of token.names) {
    const why = unlikeNames(sources, token, binding);
    if (why) return why;
  }
  for (const login of token.logins) {
    const agent = agentOf(sources, token, login);
    if (typeof agent === 'string') return agent;
    agents.push(agent);
  }
  return agents;
}

function isTaken({ takes }: TestLogin, fill: NodePath): boolean {
  return takes.some(({ node }) => node === withoutScheme(fill).node);
}

function unlikeNames(sources: Sources, token: CarriedToken, binding: Binding): string | undefined {
  const { name } = binding.identifier;
  const file = sources.fileOf(binding.path);
  const type = t.isIdentifier(binding.identifier) ? binding.identifier.typeAnnotation : undefined;
  const taken = (fill: NodePath) => token.logins.some((login) => isTaken(login, fill));
  const fills = fillsOf(binding);
  if (token.shown.has(binding) && fills.some((fill) => taken(fill) === false && !isNothing(fill.node)))
    return `more is done with ${name} than to send it`;
  const declared = binding.path.isVariableDeclarator() ? binding.path.get('init') : undefined;
  const apart = declared?.node && taken(declared as NodePath) && fills.some((fill) => !taken(fill));
  if (apart) return `${name} is filled in several ways`;
  if (
    type &&
    /\bstring\b/.test(textOf(file, type)) &&
    !token.logins.some(({ request }) => request.file === file)
  )
    return `the type of ${name} is written out`;
  return undefined;
}

function agentOf(sources: Sources, token: CarriedToken, login: TestLogin): LoggedInAgent | string {
  const { request } = login;
  const { file, making } = request;
  const whole = wholeOf(request);
  const at = standsAt(whole);
  if (!at) return 'there is no place for a statement before the login';
  if (sources.fileOf(making.call) !== file) return 'the login is sent by a client that another file makes';
  const made = makingText(file, making);
  const block = at.isFunction() ? at : at.parentPath;
  if (!block) return 'there is no place for a statement before the login';
  const binding = token.names.find((one) => fillsOf(one).some((fill) => isTaken(login, fill)));
  const base = { login, file, at, made };
  const agent = binding
    ? held(token, login, base, binding, block)
    : { ...base, scope: block, declared: 'const' as const };
  if (typeof agent === 'string') return agent;
  if (isRenewal(login)) {
    const others = binding
      ? token.logins.filter(
          (other) => other !== login && fillsOf(binding).some((fill) => isTaken(other, fill)),
        )
      : [];
    const renewed = others.length > 0 && !others.some(isRenewal) && !agent.declared && !agent.holder?.beside;
    return renewed
      ? { ...agent, renews: true }
      : 'a request renews it, and not for an agent that is known there';
  }
  if (making.library === 'supertest') return agent;
  if (!isExpressFunction(sources, making))
    return 'what the requests are sent to may be a server that is open already';
  const hook = hookAround(whole);
  if (!hook || agent.declared) return 'the login is not in a hook, so that nothing would close its agent';
  return { ...agent, hook };
}

/** Whether a request prolongs a login: `/auth/refresh`. */
function isRenewal({ request }: TestLogin): boolean {
  const [asked] = request.links;
  const [path] = (asked?.get('arguments') ?? []) as NodePath[];
  return Boolean(path?.isStringLiteral() && isRenewalName(path.node.value));
}

function held(
  token: CarriedToken,
  login: TestLogin,
  base: Pick<LoggedInAgent, 'login' | 'file' | 'at' | 'made'>,
  binding: Binding,
  block: NodePath,
): LoggedInAgent | string {
  const beside = token.shown.has(binding);
  const init = binding.path.isVariableDeclarator() ? binding.path.get('init') : undefined;
  const here = init?.node && isTaken(login, init as NodePath);
  if (here) {
    if (!isWithin(binding.path, block)) return 'the login is sent where its answer is not taken';
    const declared = binding.constant ? 'const' : 'let';
    return { ...base, scope: block, declared, holder: { binding, beside } };
  }
  if (base.at.scope.getBinding(binding.identifier.name) !== binding)
    return `${binding.identifier.name} is not known where the login is sent`;
  return { ...base, scope: binding.scope.path, holder: { binding, beside } };
}

/** The statement around a request in its own function, or the arrow function that consists of it. */
function standsAt(whole: NodePath): NodePath | undefined {
  const statement = whole.getStatementParent();
  const owner = whole.getFunctionParent();
  if (statement && statement.getFunctionParent() === owner)
    return statement.listKey === 'body' || statement.listKey === 'consequent' ? statement : undefined;
  return owner?.isArrowFunctionExpression() && !t.isBlockStatement(owner.node.body) ? owner : undefined;
}

/** `request.agent(app)` for `request(app)`, `chai.request.agent(app)` for `chai.request.execute(app)`. */
function makingText(file: SourceFile, { call }: Making): string {
  const callee = textOf(file, call.node.callee)
    .replace(/\s*\n\s*/g, '')
    .replace(/\.execute$/, '');
  return `${callee}.agent${file.text.slice(endOf(call.node.callee), endOf(call.node))}`;
}

function isExpressFunction(sources: Sources, { call }: Making): boolean {
  const [given] = call.get('arguments') as NodePath[];
  const definition = given && definitionOf(sources, given);
  if (definition?.kind !== 'value' || !definition.path.isCallExpression()) return false;
  const called = definitionOf(sources, definition.path.get('callee') as NodePath);
  return (
    called.kind === 'package' && called.module === 'express' && called.name.every((one) => one === 'default')
  );
}

const HOOK = /^before(?:All|Each)?$/;

function hookAround(path: NodePath): NodePath<t.CallExpression> | undefined {
  const hook = path.findParent(
    (above) =>
      above.isCallExpression() && t.isIdentifier(above.node.callee) && HOOK.test(above.node.callee.name),
  );
  return hook?.isCallExpression() && hook.parentPath.isExpressionStatement() ? hook : undefined;
}

function isWithin({ node }: NodePath, { node: around }: NodePath): boolean {
  return startOf(around) <= startOf(node) && endOf(node) <= endOf(around);
}
