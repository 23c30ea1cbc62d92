import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { bareLogins } from './bare-claims.js';
import type { Project } from './project.js';
import { type CheckSite, isCheck } from './site.js';

/**
 * What a check is asked for, where an application has logins of both kinds: `text` where what it answers is compared,
 * as an administrator's bare text is; `claims` where properties of it are read; undefined where neither is sure.
 */
function askedFor({ call, callback }: CheckSite): 'text' | 'claims' | undefined {
  const mentions = callback ? mentionsInCallback(callback) : mentionsOf(outermost(call));
  if (mentions === 'claims') return 'claims';
  const kinds = new Set(mentions.map(kindOf));
  const [only] = kinds;
  return kinds.size === 1 ? only : undefined;
}

/** Whether a check asks the claims of a session for the text that its bare token was. */
export function asksText(site: CheckSite, project: Pick<Project, 'sources' | 'sites'>): boolean {
  if (site.family !== 'session') return false;
  const share = bareLogins(project);
  return share === 'all' || (share === 'some' && askedFor(site) === 'text');
}

/** Whether each check of an application with both kinds of logins shows which kind it is there for. */
export function toldApart({ sites }: Pick<Project, 'sites'>): boolean {
  const asked = sites
    .filter(isCheck)
    .filter(({ family, kind }) => family === 'session' && kind === 'verify')
    .map((site) => (site.library === 'jsonwebtoken' ? askedFor(site) : undefined));
  return asked.includes('text') && asked.every((one) => one !== undefined);
}

function mentionsInCallback(callback: NodePath): readonly NodePath[] | 'claims' {
  if (!callback.isFunction()) return [];
  const parameter = callback.get('params')[1];
  return parameter ? mentionsOfName(parameter) : [];
}

/** Where what is answered is mentioned: at once, or by the name that it is given. */
function mentionsOf(answer: NodePath): readonly NodePath[] | 'claims' {
  const { parentPath: parent, key } = answer;
  if (parent?.isVariableDeclarator() && key === 'init') return mentionsOfName(parent.get('id') as NodePath);
  if (parent?.isAssignmentExpression({ operator: '=' }) && key === 'right')
    return mentionsOfName(parent.get('left') as NodePath);
  return [answer];
}

function mentionsOfName(name: NodePath): readonly NodePath[] | 'claims' {
  if (name.isObjectPattern()) return 'claims';
  if (!name.isIdentifier()) return [name];
  return (name.scope.getBinding(name.node.name)?.referencePaths ?? []).map(outermost);
}

function kindOf(mention: NodePath): 'text' | 'claims' | undefined {
  const { parentPath: parent, key } = mention;
  if (!parent) return undefined;
  if ((parent.isMemberExpression() || parent.isOptionalMemberExpression()) && key === 'object')
    return 'claims';
  if (parent.isVariableDeclarator() && parent.get('id').isObjectPattern()) return 'claims';
  return parent.isBinaryExpression() && /^[!=]==?$/.test(parent.node.operator) ? 'text' : undefined;
}

/** `(await answer) as string` is the same value. */
function outermost(path: NodePath): NodePath {
  const { parentPath: parent } = path;
  const same =
    parent?.isAwaitExpression() ||
    parent?.isParenthesizedExpression() ||
    t.isTSAsExpression(parent?.node) ||
    t.isTSNonNullExpression(parent?.node);
  return same && parent ? outermost(parent) : path;
}
