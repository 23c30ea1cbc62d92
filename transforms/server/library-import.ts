// https://github.com/auth0/node-jsonwebtoken
import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { alone } from '../alone.js';
import type { Project } from '../project/project.js';
import type { ImportSite } from '../project/site.js';
import { textOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/** The import of a token library: it goes when nothing uses it any more, which the edits of the uses see to. */
export const rule: Rule<ImportSite> = {
  step: 'server',
  hints: ['jsonwebtoken'],
  knows: [],
  owns: (site): site is ImportSite =>
    site.role === 'configure' && site.kind === 'import' && site.library === 'jsonwebtoken',
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
function remainingUse(site: ImportSite, { sites }: Project): string | undefined {
  const calls = sites.filter(
    (other) => other.file === site.file && (other.role === 'mint' || other.role === 'check'),
  );
  const going = calls.filter((call) => call.family === 'session');
  const references = referencesOf(site.path);
  if (!references) return calls.some((call) => call.family !== 'session') ? 'tokens that stay' : undefined;
  for (const reference of references) {
    if (!going.some((call) => call.path.node === reference.node || reference.isDescendant(call.path))) {
      return textOf(site.file, (reference.parentPath ?? reference).node)
        .split('\n')[0]
        ?.slice(0, 60);
    }
  }
  return undefined;
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
