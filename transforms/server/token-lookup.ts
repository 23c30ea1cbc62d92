// https://cheatsheetseries.owasp.org/cheatsheets/JSON_Web_Token_for_Java_Cheat_Sheet.html#no-built-in-token-revocation-by-the-user
import { alone } from '../alone.js';
import type { Edit } from '../edit/edits.js';
import { withoutItems } from '../edit/lists.js';
import { withoutDeclaration } from '../edit/statements.js';
import type { Project } from '../project/project.js';
import type { TokenLookUpSite } from '../project/site.js';
import { lookUpObstacle } from '../project/stored/unit.js';
import type { Decision, Rule } from '../rule.js';

/**
 * A look-up of the token itself, in a table of those that are good or a list of those taken back, goes into the
 * session module as `isRevoked`. A part of `install`: from then on requests come that have a session and no token
 * that the application has seen.
 */
export const rule: Rule<TokenLookUpSite> = {
  step: 'install',
  hints: ['authorization', 'Authorization', 'x-auth-token', 'x-access-token', 'cookies'],
  knows: [],
  owns: (site): site is TokenLookUpSite => site.kind === 'token-lookup',
  decide,
  edit,
};

function decide(site: TokenLookUpSite, project: Project): Decision {
  const obstacle = lookUpObstacle(site, project);
  if (obstacle)
    return {
      action: 'manual',
      reason: obstacle,
      todo: 'Until legacy.isRevoked(payload, token) of the session module does this look-up, a token that was taken back opens a session. Do it there, and take it out here: a request with a session is good until endSession ends it.',
    };
  return {
    action: 'rewritten',
    reason: 'the session module refuses old tokens by this look-up; a session is good until it ends',
  };
}

function edit({ revocation }: TokenLookUpSite, decision: Decision, { sources }: Project): readonly Edit[] {
  if (decision.action !== 'rewritten' || !revocation) return [];
  const { property, statements } = revocation;
  const gone = statements.map((statement) => withoutDeclaration(sources.fileOf(statement), statement));
  const filter = property?.parentPath;
  if (!property || !filter?.isObjectExpression()) return gone;
  return [
    ...gone,
    ...withoutItems(sources.fileOf(property), filter.node.properties, new Set([property.node])),
  ];
}

export default alone('server/token-lookup', rule);
export const parser = 'tsx';
