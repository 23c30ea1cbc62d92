// https://axios-http.com/docs/interceptors
import { alone } from '../alone.js';
import type { Edit } from '../edit/edits.js';
import { withoutItem } from '../edit/lists.js';
import { withoutRetry } from '../edit/renewal.js';
import { askingTheSession } from '../edit/renewal-asked.js';
import { withoutDeclaration, withoutStatement } from '../edit/statements.js';
import type { RenewedSite, RenewSite } from '../project/browser/refused-site.js';
import type { Decision, Rule } from '../rule.js';

/** A request sent again with a new token, a token renewed ahead of time → nothing: a 401 means to log in again. */
export const rule: Rule<RenewSite | RenewedSite> = {
  step: 'client',
  hints: ['efresh', 'renew'],
  knows: [],
  owns: (site): site is RenewSite | RenewedSite => site.kind === 'renewal' || site.kind === 'renewed',
  decide,
  edit,
};

function decide(site: RenewSite | RenewedSite): Decision {
  if (site.kind === 'renewed') return { action: 'rewritten', reason: 'it goes with the renewal around it' };
  if (site.renewal.kind === 'ahead' && site.renewal.uncalled)
    return { action: 'rewritten', reason: 'nothing asks for a new token any more' };
  if (site.renewal.kind === 'asked')
    return { action: 'rewritten', reason: 'whether there is a session says what the renewal said' };
  if (site.renewal.kind === 'ahead')
    return { action: 'rewritten', reason: 'the session prolongs itself: nothing has to be renewed ahead' };
  return {
    action: 'rewritten',
    reason: site.renewal.asks
      ? 'a session is not renewed: the server is asked whether it is over'
      : 'a session is not renewed: who has none any more logs in again',
  };
}

function edit(site: RenewSite | RenewedSite): readonly Edit[] {
  if (site.kind === 'renewed') return [];
  const { renewal, file } = site;
  if (renewal.kind === 'branch') return withoutRetry(renewal);
  if (renewal.kind === 'asked') return askingTheSession(renewal);
  return renewal.statements.flatMap((statement) => {
    if (statement.isObjectMember() && statement.parentPath?.isObjectExpression())
      return withoutItem(file, statement.parentPath.node.properties, statement.node);
    return statement.isStatement() || statement.isClassMethod() || statement.isClassProperty()
      ? withoutDeclaration(file, statement)
      : withoutStatement(file, statement);
  });
}

export default alone('client/renewal', rule);
export const parser = 'tsx';
