// https://github.com/auth0/jwt-decode
import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { alone } from '../alone.js';
import { withoutDependencies } from '../edit/dependencies.js';
import type { Edit } from '../edit/edits.js';
import { DECODING } from '../project/browser/decoding.js';
import type { Project } from '../project/project.js';
import type { ImportSite } from '../project/site.js';
import type { Decision, Rule } from '../rule.js';

/** The import of a package that reads claims: it goes with the last call, which the edits of the calls see to. */
export const rule: Rule<ImportSite> = {
  step: 'client',
  hints: [...DECODING],
  knows: [],
  owns: (site): site is ImportSite => site.kind === 'import' && DECODING.has(site.library),
  decide,
  edit,
};

function decide({ path, library, file }: ImportSite, { sites }: Project): Decision {
  const calls = sites.filter(
    (site) =>
      (site.kind === 'renewed' || (site.kind === 'browser-decode' && site.family === 'session')) &&
      site.file === file,
  );
  const left = referencesOf(path).some(
    (reference) => !calls.some((call) => reference.isDescendant(call.path)),
  );
  return left
    ? { action: 'kept', reason: `${library} is still needed for tokens that stay` }
    : { action: 'rewritten', reason: `nothing uses ${library} here any more` };
}

/** Where no file of the application imports the package any more, it does not depend on it either. */
function edit(site: ImportSite, decision: Decision, project: Project): readonly Edit[] {
  const home = project.sources.packageOf(site.file);
  if (decision.action !== 'rewritten' || !home) return [];
  const names = [...DECODING].filter((library) => {
    const imports = project.sites.filter(
      (other): other is ImportSite => other.kind === 'import' && other.library === library,
    );
    const gone = new Set(
      imports.filter((one) => decide(one, project).action === 'rewritten').map(({ file }) => file.path),
    );
    const users = project.sources.listed.filter(
      ({ path, text }) => mentions(text, library) && path !== home.path,
    );
    return gone.size > 0 && users.every(({ path }) => gone.has(path));
  });
  return withoutDependencies(home, new Set(names));
}

function mentions(text: string, library: string): boolean {
  return text.includes(`'${library}'`) || text.includes(`"${library}"`);
}

function referencesOf(path: NodePath): NodePath[] {
  const holder = path.isImportDeclaration() ? path : path.findParent((above) => above.isVariableDeclarator());
  const names = holder ? Object.keys(t.getBindingIdentifiers(holder.node)) : [];
  return names.flatMap((name) => path.scope.getBinding(name)?.referencePaths ?? []);
}

export default alone('client/decoder-import', rule);
export const parser = 'tsx';
