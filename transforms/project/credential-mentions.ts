import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { isLength, isNothing, widestCredential } from './credential.js';
import { isInside } from './inside.js';
import { isLoginToken, readObstacle } from './obstacles.js';
import type { Project } from './project.js';
import { isReadInVain, type PutOnRequest, putOnRequest } from './put-on-request.js';
import { isCheck, type ReadSite } from './site.js';
import { firstLineOf } from './source.js';
import { isForSpent } from './spent-parameters.js';
import { isInGoneRecord, lookUpObstacle, lookUpsAt } from './stored/unit.js';

/** The token reads of a site's file, whose expressions may be joined: `fromHeader(req) || req.cookies.token`. */
export function readsIn(site: ReadSite, project: Project): ReadonlySet<t.Node> {
  const reads = project.sites.filter(
    (other) =>
      other.kind === 'request' &&
      other.file === site.file &&
      isLoginToken(other, project) &&
      !readObstacle(other, project),
  );
  return new Set(reads.map((read) => read.path.node));
}

/** A use of the token other than to test it, cut it out or check it; in the words of the code. */
export function oddUse(site: ReadSite, project: Project): string | undefined {
  const reads = readsIn(site, project);
  for (const mention of mentionsOf(site.path, reads)) {
    if (role(site, mention, reads, project) === 'odd') {
      const statement = mention.getStatementParent();
      return firstLineOf(site.file, (statement ?? mention).node);
    }
  }
  return undefined;
}

/** What each mention of a token that is read is there for, where it is one of `reads`. */
export function rolesOf(site: ReadSite, reads: ReadonlySet<t.Node>, project: Project): MentionRole[] {
  return mentionsOf(site.path, reads).map((mention) => role(site, mention, reads, project));
}

/** Whether a mention is in a look-up that the session module does from now on. */
export function leaves(path: NodePath, site: ReadSite, project: Project): boolean {
  if (isInGoneRecord(path, project)) return true;
  return lookUpsAt(site, project).some((one) => {
    if (!one.revocation || lookUpObstacle(one, project)) return false;
    const { statements, property } = one.revocation;
    return [...statements, ...(property ? [property] : [])].some((gone) => path.isDescendant(gone));
  });
}

export type MentionRole = 'test' | 'value' | 'checked' | 'declared' | 'odd';

/** What the widest expression around a mention of the credential is there for. */
function role(site: ReadSite, mention: NodePath, reads: ReadonlySet<t.Node>, project: Project): MentionRole {
  const widest = widestCredential(mention, reads);
  if (!widest) return mention.isObjectProperty() ? 'declared' : 'odd';
  const { path, kind } = widest;
  const parent = path.parentPath;
  if (!parent) return 'odd';
  if (isChecked(path, project) || leaves(path, site, project)) return 'checked';
  if (parent.isVariableDeclarator()) return aliased(parent) ? 'declared' : 'odd';
  if (parent.isAssignmentExpression() && path.key === 'right' && t.isIdentifier(parent.node.left))
    return 'declared';
  if (putInVain(path, project)) return 'declared';
  const tested =
    (path.key === 'test' && !parent.isSwitchCase()) ||
    (parent.isLogicalExpression() && !isElse(path, parent)) ||
    parent.isUnaryExpression({ operator: '!' });
  if (tested) return 'test';
  // A comparison around it would have been a question: what it is compared with is no matter of a session.
  if (isLength(path) && parent.isBinaryExpression()) return 'odd';
  return kind === 'present' || kind === 'absent' ? 'value' : 'odd';
}

/** `req.token = token`, where nobody reads it there any more. */
export function putInVain(path: NodePath, project: Project): PutOnRequest | undefined {
  const put = putOnRequest(path, project);
  return put && isReadInVain(put.name, project) ? put : undefined;
}

function aliased(declarator: NodePath<t.VariableDeclarator>): boolean {
  const { id } = declarator.node;
  return t.isIdentifier(id) || t.isArrayPattern(id);
}

/** Whether an expression is, or is a part of, the token that a check takes which goes away. */
export function isChecked(path: NodePath, project: Project): boolean {
  const tokens = project.sites
    .filter((site) => isCheck(site) && isLoginToken(site, project))
    .flatMap((site) => (isCheck(site) && site.token ? [site.token] : []));
  return tokens.some((token) => isInside(token, path)) || isForSpent(project, path);
}

/** Every mention of a read: itself, and the references of the variables it is put into. */
export function mentionsOf(read: NodePath, reads: ReadonlySet<t.Node>): NodePath[] {
  const mentions: NodePath[] = [];
  const seen = new Set<t.Node>();
  const visit = (mention: NodePath) => {
    if (seen.has(mention.node)) return;
    seen.add(mention.node);
    mentions.push(mention);
    for (const name of namesGiven(mention, reads)) {
      for (const reference of mention.scope.getBinding(name)?.referencePaths ?? []) visit(reference);
    }
  };
  visit(read);
  return mentions;
}

/** The variables that the credential around a mention is put into. */
function namesGiven(mention: NodePath, reads: ReadonlySet<t.Node>): string[] {
  if (mention.isObjectProperty()) return t.isIdentifier(mention.node.value) ? [mention.node.value.name] : [];
  const parent = widestCredential(mention, reads)?.path.parentPath;
  if (parent?.isVariableDeclarator()) return Object.keys(t.getBindingIdentifiers(parent.node.id));
  if (parent?.isAssignmentExpression() && t.isIdentifier(parent.node.left)) return [parent.node.left.name];
  return [];
}

/** `parts ?? []`: what the credential yields goes on, and something else where there is none. */
function isElse(path: NodePath, { node }: NodePath<t.LogicalExpression>): boolean {
  const { right } = node;
  const plain = t.isArrayExpression(right) || t.isObjectExpression(right) || t.isStringLiteral(right);
  return path.key === 'left' && node.operator !== '&&' && plain && !isNothing(right);
}
