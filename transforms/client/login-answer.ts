// https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/Cookies
import type { NodePath } from '@babel/traverse';
import { alone } from '../alone.js';
import { movedIn, waitingIn } from '../edit/async.js';
import type { Edit } from '../edit/edits.js';
import { localName, SHIM_CLIENT } from '../edit/names.js';
import { acceptingLink, acceptingOperator } from '../edit/operator.js';
import { asBlock, beforeStatement, withoutStatement } from '../edit/statements.js';
import { quoted, styleOf } from '../edit/style.js';
import { isTyped } from '../edit/typed.js';
import { type Acceptance, acceptanceOf } from '../project/browser/acceptance.js';
import { chainedOperatorOf, operatorOf } from '../project/browser/operators.js';
import { isPassedInVain } from '../project/browser/passing.js';
import type { Project } from '../project/project.js';
import type { EmitSite } from '../project/site.js';
import { endOf, startOf, textOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/** What a login answers → `await acceptSession(token)`, before anybody uses the answer. */
export const rule: Rule<EmitSite> = {
  step: 'client',
  hints: ['axios', 'fetch('],
  knows: [],
  owns: (site): site is EmitSite => site.kind === 'login-answer',
  decide,
  edit,
};

function decide({ answer }: EmitSite, project: Project): Decision {
  const acceptance = acceptanceOf(answer, project);
  if (!acceptance) return { action: 'kept', reason: 'nothing here uses the token of the answer' };
  if (isAccepted(answer)) return { action: 'kept', reason: 'the session is accepted here already' };
  if (!operatorEdit(answer, acceptance) && waitingIn(answer.file, answer.function).how === 'never')
    return {
      action: 'manual',
      reason: 'the answer to a login comes in where the code can not wait',
      todo: `Call acceptSession(${acceptance.token}) and go on when it has settled.`,
    };
  return {
    action: 'rewritten',
    reason: 'the session that a login starts is accepted, and its token forgotten',
  };
}

function edit({ answer }: EmitSite, decision: Decision, project: Project): readonly Edit[] {
  const acceptance = acceptanceOf(answer, project);
  if (decision.action !== 'rewritten' || !acceptance) return [];
  const { file, function: owner } = answer;
  const operator = operatorEdit(answer, acceptance);
  if (operator)
    return [...operator, ...(acceptance.replaces ? [withoutStatement(file, acceptance.replaces)] : [])];
  const waiting = waitingIn(file, owner);
  if (waiting.how === 'never') return [];
  const { semicolon, newline } = styleOf(file.text);
  const typed = isTyped(file);
  const accept = localName(file, SHIM_CLIENT, 'acceptSession');
  const { token, renewing, before, replaces, leaves, besides } = acceptance;
  const call = `${waiting.how} ${accept.local}(${[token, renewing].filter(Boolean).join(', ')})`;
  const held = acceptance.leaves ? leftInPlace(answer, acceptance, project) : 'nothing';
  const asString = typed ? `(${call}) ?? ''` : call;
  const lines =
    held === 'marker'
      ? [`${token} = ${asString}${semicolon}`]
      : held === 'removed'
        ? [`${call}${semicolon}`, `delete ${token}${semicolon}`]
        : [`${call}${semicolon}`];
  const { indent } = styleOf(file.text);
  const guarded = answer.unsure && held !== 'nothing' ? whereThere(answer, lines.splice(0), indent) : [];
  lines.push(...guarded);
  // The object that goes on from here is not to carry the refresh token either.
  if (leaves)
    for (const other of besides)
      lines.push(
        typed ? `${other} = ${quoted(styleOf(file.text), '')}${semicolon}` : `delete ${other}${semicolon}`,
      );
  const keeps = renewing?.split('.').slice(0, 1) ?? [];
  const edits: Edit[] = [...waiting.edits, ...flagEdits(acceptance, file.path, project, answer)];
  if (before === owner) return [...edits, ...asBlock(file, owner, lines, [accept])];
  const indented = lines.join(`${newline}${indentOf(file.text, startOf(before.node))}`);
  if (replaces) {
    const text = indented.replace(/;$/, '');
    return [
      ...edits,
      {
        file: file.path,
        start: startOf(replaces.node),
        end: endOf(replaces.node),
        text,
        needs: [accept],
        keeps,
      },
    ];
  }
  // The statement may go, what stands before it must not.
  const accepting = beforeStatement(file, before, indented, [accept]).map((one) => ({ ...one, stays: true }));
  return [...edits, ...movedIn(accepting, waiting)];
}

/** `if (data && data.token) { … }`: what is answered may be no object, and hold no token. */
function whereThere(
  { container, trail, binding }: EmitSite['answer'],
  lines: readonly string[],
  indent: string,
): string[] {
  const names = [container ?? binding.identifier.name, ...trail];
  const condition = names.map((_, index) => names.slice(0, index + 1).join('.')).join(' && ');
  return [`if (${condition}) {`, ...lines.map((line) => indent + line), '}'];
}

/** Where the answer passes through operators, it is accepted in one of its own. */
function operatorEdit(answer: EmitSite['answer'], acceptance: Acceptance): Edit[] | undefined {
  const operator = operatorOf(answer.function);
  if (operator) return acceptingOperator(operator, answer, acceptance);
  const chained = chainedOperatorOf(answer.function);
  return chained?.name === 'do' ? acceptingLink(chained, answer, acceptance) : undefined;
}

function indentOf(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', offset - 1) + 1))?.[0] ?? '';
}

/** Whether the code hands the answer's token over already. */
function isAccepted({ file, function: owner }: EmitSite['answer']): boolean {
  const around = operatorOf(owner)?.pipe ?? owner;
  return file.text.includes(SHIM_CLIENT) && /\bacceptSession\w*\(/.test(textOf(file, around.node));
}

/** What takes the token's place in an object that is handed on: a marker where somebody asks for it. */
function leftInPlace(
  answer: EmitSite['answer'],
  { tested }: Acceptance,
  project: Project,
): 'marker' | 'removed' {
  const field = answer.trail.at(-1);
  if (tested || isTyped(answer.file)) return 'marker';
  return field !== undefined && isAskedFor(field, answer, project) ? 'marker' : 'removed';
}

/** Whether code reads the field from some object other than to attach it, or than this answer. */
function isAskedFor(field: string, { binding }: EmitSite['answer'], project: Project): boolean {
  const { sites, sources } = project;
  const entry = sites.find((site) => site.kind === 'client-entry');
  const files = entry?.kind === 'client-entry' ? entry.client.files : sources.mentioning(field);
  const attached = sites.filter((site) => site.kind === 'header' || site.kind === 'token-field');
  return files.some((file) => {
    for (const path of file.paths.values()) {
      if (!path.isMemberExpression() && !path.isOptionalMemberExpression()) continue;
      const { property } = path.node;
      if (property.type !== 'Identifier' || property.name !== field) continue;
      if (attached.some((site) => site.path === path || path.isDescendant(site.path))) continue;
      if (binding.referencePaths.some((reference) => reference.isDescendant(path))) continue;
      if (path.key === 'left' && path.parentPath.isAssignmentExpression()) continue;
      if (isPassedInVain(project, path)) continue;
      return true;
    }
    return false;
  });
}

/** Where the token went into state, the flag that it really was goes in; in the place of a refresh token nothing. */
function flagEdits(
  { flags, refreshes }: Acceptance,
  path: string,
  _project: Project,
  { file }: EmitSite['answer'],
): Edit[] {
  const has = localName(file, SHIM_CLIENT, 'hasSession');
  // Where types say that it is a string it stays one.
  const value = isTyped(file) ? `${has.local}() ? 'session' : ''` : `${has.local}()`;
  const instead = ({ node, parentPath: parent }: NodePath, text: string): Edit => {
    const shorthand = parent?.isObjectProperty() && parent.node.shorthand;
    const named = shorthand ? `${file.text.slice(startOf(node), endOf(node))}: ${text}` : text;
    return { file: path, start: startOf(node), end: endOf(node), text: named };
  };
  const nothing = quoted(styleOf(file.text), '');
  return [
    ...flags.map((flag): Edit => ({ ...instead(flag, value), needs: [has] })),
    ...refreshes.map((refresh) => instead(refresh, nothing)),
  ];
}

export default alone('client/login-answer', rule);
export const parser = 'tsx';
