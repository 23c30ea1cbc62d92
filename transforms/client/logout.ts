// https://owasp.org/www-project-application-security-verification-standard/
import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { alone } from '../alone.js';
import type { Edit } from '../edit/edits.js';
import { localName, SHIM_CLIENT } from '../edit/names.js';
import { asBlock } from '../edit/statements.js';
import { indentationAt, styleOf } from '../edit/style.js';
import type { Project } from '../project/project.js';
import type { DropSite } from '../project/site.js';
import { startOf, textOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/** A logout that only changes state → `signOut()` first, which ends the session on the server. */
export const rule: Rule<DropSite> = {
  step: 'client',
  hints: ['ogout', 'ogOut', 'ignOut', 'OGOUT'],
  knows: [],
  owns: (site): site is DropSite => site.kind === 'logout',
  decide,
  edit,
};

function decide({ function: owner, file }: DropSite): Decision {
  if (/\bsignOut\w*\(/.test(textOf(file, owner.node)) && file.text.includes(SHIM_CLIENT))
    return { action: 'kept', reason: 'logging out ends the session on the server already' };
  return { action: 'rewritten', reason: 'logging out ends the session on the server' };
}

function edit({ file, function: owner }: DropSite, decision: Decision, _project: Project): readonly Edit[] {
  if (decision.action === 'kept') return [];
  const out = localName(file, SHIM_CLIENT, 'signOut');
  const { newline, semicolon, indent } = styleOf(file.text);
  const call = `${out.local}()${semicolon}`;
  const acting = innermost(owner);
  const body = acting.get('body');
  if (Array.isArray(body)) return [];
  if (!body.isBlockStatement()) return asBlock(file, acting, [call], [out]);
  const at = startOf(body.node) + 1;
  const line = `${newline}${indentationAt(file, startOf(owner.node))}${indent}`;
  return [{ file: file.path, start: at, end: at, text: line + call, needs: [out] }];
}

/** `() => (dispatch) => …` acts when the inner function runs. */
function innermost(owner: NodePath<t.Function>): NodePath<t.Function> {
  const body = owner.get('body');
  return !Array.isArray(body) && body.isArrowFunctionExpression() ? innermost(body) : owner;
}

export default alone('client/logout', rule);
export const parser = 'tsx';
