// https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html#session-expiration
import type { NodePath } from '@babel/traverse';
import { alone } from '../alone.js';
import type { Edit } from '../edit/edits.js';
import { withoutItem } from '../edit/lists.js';
import { wholeLines } from '../edit/whole-lines.js';
import type { Project } from '../project/project.js';
import type { TokenRecordSite } from '../project/site.js';
import { endOf, startOf } from '../project/source.js';
import { recordGoes } from '../project/stored/unit.js';
import type { Decision, Rule } from '../rule.js';

/** `user.tokens.push({ token })` and `denied.add(token)` go: a session is kept in its store, and ended there. */
export const rule: Rule<TokenRecordSite> = {
  step: 'server',
  hints: ['jsonwebtoken', 'authorization', 'Authorization', 'x-auth-token', 'x-access-token', 'cookies'],
  knows: [],
  owns: (site): site is TokenRecordSite => site.kind === 'token-record',
  decide,
  edit,
};

function decide(site: TokenRecordSite, project: Project): Decision {
  const { what } = site;
  if (recordGoes(site, project))
    return {
      action: 'rewritten',
      reason:
        what === 'kept'
          ? 'goes: the session is kept in its own store'
          : 'goes: ending the session takes its token back too',
    };
  if (what === 'kept')
    return { action: 'kept', reason: 'the token that it keeps is still made and looked up' };
  return {
    action: 'manual',
    reason: 'a login token is taken back here',
    todo: 'endSession(req) does it for the session that came with the request; what is kept of its token goes together with the look-up of it.',
  };
}

function edit({ record }: TokenRecordSite, decision: Decision, { sources }: Project): readonly Edit[] {
  if (decision.action !== 'rewritten') return [];
  const [only] = record.statements;
  if (only?.isObjectProperty() && only.parentPath.isObjectExpression()) {
    const { properties } = only.parentPath.node;
    return withoutItem(sources.fileOf(only), properties, only.node);
  }
  return runsOf(record.statements).map(([first, last]): Edit => {
    const file = sources.fileOf(first);
    return { file: file.path, ...wholeLines(file, startOf(first.node), endOf(last.node)), text: '' };
  });
}

/** Statements that follow each other go together, so that no empty line is left between them. */
function runsOf(statements: readonly NodePath[]): [NodePath, NodePath][] {
  const runs: [NodePath, NodePath][] = [];
  for (const statement of statements) {
    const run = runs.at(-1);
    if (run?.[1].getNextSibling().node === statement.node) run[1] = statement;
    else runs.push([statement, statement]);
  }
  return runs;
}

export default alone('server/token-record', rule);
export const parser = 'tsx';
