// https://github.com/auth0/node-jsonwebtoken
import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { alone } from '../alone.js';
import { gatewayObstacle } from '../project/gateways.js';
import { checkObstacle, mintObstacle } from '../project/obstacles.js';
import type { Project } from '../project/project.js';
import { purposesAt } from '../project/purposes.js';
import { type ImportSite, isCheck, isMint, type Site } from '../project/site.js';
import { firstLineOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

const LIBRARIES = new Set(['jsonwebtoken', 'express-jwt', 'passport-jwt', 'jose', 'njwt', 'jwt-simple']);

/** The import of a token library: it goes when nothing uses it any more, which the edits of the uses see to. */
export const rule: Rule<ImportSite> = {
  step: 'server',
  hints: [...LIBRARIES],
  knows: [],
  owns: (site): site is ImportSite =>
    site.role === 'configure' && site.kind === 'import' && LIBRARIES.has(site.library),
  decide,
  edit: () => [],
};

function decide(site: ImportSite, project: Project): Decision {
  const left = remainingUse(site, project);
  return left
    ? { action: 'kept', reason: `${site.library} is still needed for ${left}` }
    : { action: 'rewritten', reason: `nothing uses ${site.library} here any more` };
}

/** A use of the library that stays, in the words of the code. */
function remainingUse(site: ImportSite, project: Project): string | undefined {
  const uses = project.sites.filter(
    (other) => other.file === site.file && (isMint(other) || isCheck(other) || other.kind === 'gateway'),
  );
  const going = uses.filter((use) => isGoing(use, project));
  const references = referencesOf(site.path);
  if (!references) return uses.length > going.length ? 'tokens that stay' : undefined;
  for (const reference of references) {
    if (!going.some((use) => isPartOf(reference, use))) {
      return firstLineOf(site.file, (reference.parentPath ?? reference).node);
    }
  }
  return undefined;
}

function isGoing(use: Site, project: Project): boolean {
  if ((isMint(use) || isCheck(use)) && purposesAt(project.sources, use.path)) return false;
  if (isMint(use)) return !mintObstacle(use, project);
  if (isCheck(use)) return !checkObstacle(use, project);
  return use.kind === 'gateway' && !gatewayObstacle(use, project);
}

/** Whether a mention of the library belongs to a call that goes, or to the options that are made for it. */
function isPartOf(reference: NodePath, use: Site): boolean {
  if (use.path.node === reference.node || reference.isDescendant(use.path)) return true;
  if (isMint(use) && use.statements?.some((statement) => reference.isDescendant(statement))) return true;
  if (use.kind !== 'gateway' || !use.options?.isIdentifier()) return false;
  const options = use.options.scope.getBinding(use.options.node.name);
  const fills = options?.referencePaths.map((fill) => fill.parentPath?.parentPath) ?? [];
  return [options?.path, ...fills].some((path) => path && reference.isDescendant(path));
}

/** The references of every name that an import binds; undefined where it binds none. */
function referencesOf(path: NodePath): NodePath[] | undefined {
  const holder = path.isImportDeclaration()
    ? path
    : path.findParent((above) => above.isVariableDeclarator() || above.isTSImportEqualsDeclaration());
  if (!holder) return undefined;
  const names = Object.keys(t.getBindingIdentifiers(holder.node));
  return names.flatMap((name) => holder.scope.getBinding(name)?.referencePaths ?? []);
}

export default alone('server/library-import', rule);
export const parser = 'tsx';
