import type { Binding, NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import type { Project } from '../project/project.js';
import { endOf, type SourceFile, startOf, textOf } from '../project/source.js';
import type { Sources } from '../project/sources.js';
import type { LoggedInAgent } from '../project/tests/agents.js';
import { fillsOf, type TestAttachment, withoutScheme } from '../project/tests/attached.js';
import { isNothing } from '../project/tests/carried.js';
import { type TestToken, testTokens } from '../project/tests/tokens.js';
import type { AgentNames } from './agent-names.js';
import type { Edit } from './edits.js';
import { withoutItems } from './lists.js';
import { asBlock, beforeStatement, withoutDeclaration, withoutStatement } from './statements.js';
import { indentationAt, styleOf } from './style.js';

/** Lets agents that log in once send what was sent with a token. */
export function agentEdits(project: Project, token: TestToken, names: AgentNames): Edit[] {
  const { sources } = project;
  return [
    ...token.agents.flatMap((agent) => [...loginEdits(agent, names), ...takeEdits(agent, token, names)]),
    ...token.attachments.flatMap((attachment) => sendEdits(attachment, token, names)),
    ...senderEdits(project, token),
    ...token.functions.flatMap((called) => resultEdits(sources, called, token)),
    ...token.names
      .filter((binding) => !token.shown.has(binding))
      .flatMap((binding) => renameEdits(sources, binding, token, names)),
  ];
}

/** The agent is made right before it logs in. */
function loginEdits(agent: LoggedInAgent, names: AgentNames): Edit[] {
  const { file, at, login, declared, holder, made } = agent;
  const { semicolon } = styleOf(file.text);
  const name = names.of(agent);
  const statement = `${declared ? `${declared} ` : ''}${name} = ${made}${semicolon}`;
  const { sender } = login.request;
  const sent: Edit = { file: file.path, start: startOf(sender.node), end: endOf(sender.node), text: name };
  if (agent.renews) return [sent];
  const edits: Edit[] = [
    sent,
    ...(at.isFunction()
      ? asBlock(file, at, [statement])
      : beforeStatement(file, at, statement).map((edit) => ({ ...edit, stays: true }))),
  ];
  const variable = holder?.binding.path.parentPath;
  if (holder?.beside && !declared && variable)
    edits.push(
      ...beforeStatement(file, variable, `let ${name}${typeText(file, holder.binding, agent)}${semicolon}`),
    );
  return [...edits, ...closingEdits(agent, name)];
}

/** `after(() => { agent.close(); });`, since an agent of chai-http holds a port open. */
function closingEdits({ file, hook }: LoggedInAgent, name: string): Edit[] {
  const called = hook && t.isIdentifier(hook.node.callee) ? hook.node.callee.name : undefined;
  const statement = hook?.parentPath;
  if (!called || !statement) return [];
  const { newline, semicolon, indent } = styleOf(file.text);
  const closer = called.replace('before', 'after');
  const outer = indentationAt(file, startOf(statement.node));
  const line = newline + outer;
  const text = `${newline}${line}${closer}(() => {${line}${indent}${name}.close()${semicolon}${line}})${semicolon}`;
  const at = endOf(statement.node);
  const module = importedFrom(hook, called);
  const needs = module === undefined ? [] : [{ module, name: closer, local: closer }];
  return [{ file: file.path, start: at, end: at, text, needs, stays: true }];
}

/** The module that a hook is imported from, where it is no global. */
function importedFrom(hook: NodePath, called: string): string | undefined {
  const at = hook.scope.getBinding(called)?.path;
  if (at?.parentPath?.isImportDeclaration()) return at.parentPath.node.source.value;
  const init = at?.isVariableDeclarator() ? at.node.init : undefined;
  const [specifier] = t.isCallExpression(init) ? init.arguments : [];
  return t.isStringLiteral(specifier) ? specifier.value : undefined;
}

/** Where the token was taken from the answer, there is nothing to take, or the agent is handed on. */
function takeEdits(agent: LoggedInAgent, token: TestToken, names: AgentNames): Edit[] {
  const { file, login, holder } = agent;
  const name = names.of(agent);
  return login.takes.flatMap((take): Edit[] => {
    if (token.attachments.some((attachment) => attachment.token.node === take.node)) return [];
    const filled = token.names.find((one) =>
      fillsOf(one).some((fill) => withoutScheme(fill).node === take.node),
    );
    if (filled && token.shown.has(filled)) return [];
    const value = filled ? fillOf(filled, take) : take;
    if (filled && filled === holder?.binding) return removalOf(file, value);
    return [
      { file: file.path, start: startOf(value.node), end: endOf(value.node), text: name },
      ...withoutParameter(file, value),
    ];
  });
}

function fillOf(binding: Binding, take: NodePath): NodePath {
  return fillsOf(binding).find((fill) => withoutScheme(fill).node === take.node) ?? take;
}

/** An assignment goes; a declaration goes by itself when nothing uses its name any more. */
function removalOf(file: SourceFile, fill: NodePath): Edit[] {
  const assignment = fill.parentPath;
  if (!assignment?.isAssignmentExpression()) return [];
  // The login stands in it: `token = (await request(app).post('/login')).body.token`.
  const answer = fill.node;
  const awaited = rootOf(answer);
  if (t.isAwaitExpression(awaited)) {
    return [
      { file: file.path, start: startOf(assignment.node), end: startOf(awaited), text: '' },
      { file: file.path, start: endOf(awaited), end: endOf(assignment.node), text: '' },
    ];
  }
  return [withoutStatement(file, assignment)];
}

function rootOf(node: t.Node): t.Node {
  return t.isMemberExpression(node) || t.isOptionalMemberExpression(node) ? rootOf(node.object) : node;
}

/** `.then((res) => res.body.token)` → `.then(() => agent)` */
function withoutParameter(file: SourceFile, take: NodePath): Edit[] {
  const owner = take.getFunctionParent();
  const [parameter, ...more] = owner?.node.params ?? [];
  const root = rootOf(take.node);
  if (
    !owner?.isArrowFunctionExpression() ||
    more.length ||
    !t.isIdentifier(parameter) ||
    !t.isIdentifier(root)
  )
    return [];
  const binding = owner.scope.getOwnBinding(parameter.name);
  if (binding?.references !== 1 || root.name !== parameter.name) return [];
  const text = file.text.slice(startOf(owner.node), startOf(owner.node.body));
  const arrow = text.lastIndexOf('=>');
  const start = startOf(owner.node) + (owner.node.async ? text.indexOf('async') + 6 : 0);
  return [{ file: file.path, start, end: startOf(owner.node) + arrow, text: '() ' }];
}

/** The agent sends what was sent with the token. */
function sendEdits(attachment: TestAttachment, token: TestToken, names: AgentNames): Edit[] {
  const { request, link, property } = attachment;
  const { file, sender } = request;
  const { node } = link;
  const edits: Edit[] = [
    {
      file: file.path,
      start: startOf(sender.node),
      end: endOf(sender.node),
      text: senderText(attachment, token, names),
    },
  ];
  const list = property?.parentPath?.node;
  if (property && t.isObjectExpression(list))
    return [...edits, ...withoutItems(file, list.properties, new Set([property.node]))];
  const before = t.isMemberExpression(node.callee) ? endOf(node.callee.object) : startOf(node);
  return [...edits, { file: file.path, start: before, end: endOf(node), text: '', covers: true }];
}

function senderText({ token: sent, request }: TestAttachment, token: TestToken, names: AgentNames): string {
  const binding = sent.isIdentifier()
    ? token.names.find(({ referencePaths }) => referencePaths.includes(sent))
    : undefined;
  if (binding && !token.shown.has(binding)) return names.for(binding);
  const agent = token.agents.find(
    ({ holder, login }) =>
      (binding && holder?.binding === binding) || login.takes.some(({ node }) => node === sent.node),
  );
  if (agent) return names.of(agent);
  return `(${textOf(request.file, sent.node)})`;
}

/** A client with a name goes where nothing is sent by it any more. */
function senderEdits({ sources, sites }: Project, token: TestToken): Edit[] {
  const { replaced } = testTokens(sources, sites);
  const requests = replaced.flatMap(({ logins, attachments }) => [
    ...logins.map(({ request }) => request),
    ...attachments.map(({ request }) => request),
  ]);
  const senders = new Set(requests.map(({ sender }) => sender.node));
  const own = [...token.logins, ...token.attachments].map(({ request }) => request.sender);
  const bindings = new Set(
    own.flatMap((sender) => (sender.isIdentifier() ? (sender.scope.getBinding(sender.node.name) ?? []) : [])),
  );
  return [...bindings].flatMap(({ path, referencePaths }): Edit[] => {
    const statement = path.isVariableDeclarator() ? path.parentPath : undefined;
    const alone = statement?.isVariableDeclaration() && statement.node.declarations.length === 1;
    if (!alone || !referencePaths.every(({ node }) => senders.has(node))) return [];
    return [withoutDeclaration(sources.fileOf(path), statement)];
  });
}

/** What returned a string returns an agent. */
function resultEdits(sources: Sources, called: NodePath<t.Function>, token: TestToken): Edit[] {
  const { returnType: type } = called.node;
  const [agent] = token.agents;
  if (!type || !agent) return [];
  const file = sources.fileOf(called);
  return [
    { file: file.path, start: startOf(type), end: endOf(type), text: agentType(textOf(file, type), agent) },
  ];
}

/** A variable or parameter that held the token holds the agent. */
function renameEdits(sources: Sources, binding: Binding, token: TestToken, names: AgentNames): Edit[] {
  const file = sources.fileOf(binding.path);
  const name = names.for(binding);
  const because = 'what logs in by a request is handed around here in place of a token';
  const rename = (node: t.Node): Edit => ({
    file: file.path,
    start: startOf(node),
    end: startOf(node) + binding.identifier.name.length,
    text: name,
    because,
  });
  const [agent] = token.agents;
  const declarator = binding.path.isVariableDeclarator() ? binding.path.node : undefined;
  const taken =
    declarator?.init &&
    token.agents.some(({ login }) => login.takes.some(({ node }) => node === bare(binding, declarator.init)));
  // A declaration by the token itself goes: the agent is declared where it logs in.
  const pattern = declarator && !t.isIdentifier(declarator.id);
  const edits = taken || pattern ? [] : [rename(binding.identifier)];
  const type = binding.identifier.typeAnnotation;
  if (type && agent && !taken && !pattern)
    edits.push({
      file: file.path,
      start: startOf(type),
      end: endOf(type),
      text: typeText(file, binding, agent),
    });
  if (declarator?.init && isNothing(declarator.init) && !pattern)
    edits.push({
      file: file.path,
      start: type ? endOf(type) : endOf(declarator.id),
      end: endOf(declarator.init),
      text: '',
    });
  const writes = binding.constantViolations.flatMap((write) =>
    write.isAssignmentExpression() ? [rename(write.node.left)] : [],
  );
  const sent = new Set(token.attachments.map((attachment) => attachment.token.node));
  const references = binding.referencePaths
    .filter(({ node }) => !sent.has(node))
    .map(({ node }) => rename(node));
  return [...edits, ...writes, ...references];
}

function bare(binding: Binding, init: t.Node | null | undefined): t.Node | undefined {
  const fill = fillsOf(binding).find(({ node }) => node === init);
  return fill && withoutScheme(fill).node;
}

/** The type of an agent in place of a string's. */
function typeText(file: SourceFile, { identifier }: Binding, agent: LoggedInAgent): string {
  const { typeAnnotation: type } = identifier;
  return type ? agentType(textOf(file, type), agent) : '';
}

function agentType(text: string, { made }: LoggedInAgent): string {
  const maker = /^[\w.]+\.agent/.exec(made)?.[0];
  return text.replace(/\bstring\b/, maker ? `ReturnType<typeof ${maker}>` : 'any');
}
