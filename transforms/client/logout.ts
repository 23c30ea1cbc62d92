// https://owasp.org/www-project-application-security-verification-standard/
import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { alone } from '../alone.js';
import type { Edit, NeededName } from '../edit/edits.js';
import { localName, SHIM_CLIENT } from '../edit/names.js';
import { afterStatement, asBlock } from '../edit/statements.js';
import { indentationAt, styleOf } from '../edit/style.js';
import { outgoingRequests } from '../project/browser/requests.js';
import { propertyName } from '../project/definitions.js';
import type { Project } from '../project/project.js';
import type { DropSite } from '../project/site.js';
import { type SourceFile, startOf, textOf } from '../project/source.js';
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

function decide({ function: owner, file }: DropSite, { sources }: Project): Decision {
  const home = sources.packageOf(file);
  // What this calls may have come to do so in an earlier run, in another function or file.
  const done = sources
    .naming('signOut')
    .some(
      (other) => sources.packageOf(other) === home && other.text.includes(SHIM_CLIENT) && callsShim(other),
    );
  if (done || (/\bsignOut\w*\(/.test(textOf(file, owner.node)) && file.text.includes(SHIM_CLIENT)))
    return { action: 'kept', reason: 'logging out ends the session on the server already' };
  return { action: 'rewritten', reason: 'logging out ends the session on the server' };
}

/** Whether a file imports what logs out on the server, and calls it. */
function callsShim(file: SourceFile): boolean {
  const [, names = ''] = new RegExp(`import \\{([^}]*)\\} from ['"]${SHIM_CLIENT}['"]`).exec(file.text) ?? [];
  return /\bsignOut\b/.test(names) && /\bsignOut\w*\(/.test(file.text);
}

function edit({ file, function: owner }: DropSite, decision: Decision, project: Project): readonly Edit[] {
  if (decision.action === 'kept') return [];
  const out = localName(file, SHIM_CLIENT, 'signOut');
  const { semicolon } = styleOf(file.text);
  const call = `${out.local}()${semicolon}`;
  const acting = innermost(owner);
  // The application's own request to log out goes first: it may need the session.
  const told = afterOwnRequest(project, file, acting, call, out);
  if (told) return told;
  return atTheStart(file, acting, call, out);
}

/** Puts the call where the answer is there to a request that the function sends itself. */
function afterOwnRequest(
  { sources }: Project,
  file: SourceFile,
  owner: NodePath<t.Function>,
  call: string,
  out: NeededName,
): Edit[] | undefined {
  const request = outgoingRequests(sources, file)
    .map(({ path }): NodePath => path)
    .filter((path) => path.getFunctionParent() === owner)
    .at(-1);
  const access = request?.parentPath;
  const then =
    access?.isMemberExpression() && propertyName(access.node) === 'then' ? access.parentPath : undefined;
  const [answered] = then?.isCallExpression() ? (then.get('arguments') as NodePath[]) : [];
  if (answered?.isFunction()) return atTheStart(file, answered, call, out);
  const statement = request?.getStatementParent();
  if (!request?.parentPath?.isAwaitExpression() || !statement?.isDescendant(owner)) return undefined;
  if (statement.isReturnStatement()) return undefined;
  // What ends a block that may fail is followed by what is done in any case.
  const { parentPath: block } = statement;
  const tries = block?.isBlockStatement() && block.parentPath.isTryStatement() ? block.parentPath : undefined;
  const isLast = block?.isBlockStatement() && block.node.body.at(-1) === statement.node;
  return [{ ...afterStatement(file, tries && isLast ? tries : statement, call), needs: [out] }];
}

function atTheStart(file: SourceFile, owner: NodePath<t.Function>, call: string, out: NeededName): Edit[] {
  const body = owner.get('body');
  if (Array.isArray(body)) return [];
  if (!body.isBlockStatement()) return asBlock(file, owner, [call], [out]);
  const { newline, indent, semicolon } = styleOf(file.text);
  const at = startOf(body.node) + 1;
  const line = `${newline}${indentationAt(file, startOf(owner.node))}${indent}`;
  // Without semicolons two statements need a line each.
  const [gap] = /^[ \t]*(?=[^\s}])/.exec(file.text.slice(at)) ?? [];
  const rest = gap !== undefined && !semicolon ? { end: at + gap.length, text: line + call + line } : {};
  return [{ file: file.path, start: at, end: at, text: line + call, needs: [out], ...rest }];
}

/** `() => (dispatch) => …` acts when the inner function runs. */
function innermost(owner: NodePath<t.Function>): NodePath<t.Function> {
  const body = owner.get('body');
  return !Array.isArray(body) && body.isArrowFunctionExpression() ? innermost(body) : owner;
}

export default alone('client/logout', rule);
export const parser = 'tsx';
