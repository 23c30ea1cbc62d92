import type { NodePath } from '@babel/traverse';
import { acceptanceOf } from '../project/browser/acceptance.js';
import type { Hollow } from '../project/browser/hollow.js';
import type { Project } from '../project/project.js';
import type { StoreSite } from '../project/site.js';
import type { Edit } from './edits.js';
import { knownFunction } from './leftovers/removal.js';
import { withoutDeclaration, withoutStatement } from './statements.js';

/** A function that took the token out of all cookies is called no more. */
export function withoutTaking({ access: { taking } }: StoreSite, { sources }: Project): Edit[] {
  if (!taking) return [];
  const known = knownFunction(sources, taking);
  return known ? [...known.removal] : [];
}

/** Nothing is left of a function that only stored the token: it goes with its calls, one of which may accept. */
export function withoutHollow({ declaration, calls }: Hollow, project: Project): Edit[] {
  const accepting = new Set(
    project.sites.flatMap((other) =>
      other.kind === 'login-answer' ? [acceptanceOf(other.answer, project)?.replaces?.node] : [],
    ),
  );
  const home = project.sources.fileOf(declaration);
  return [
    withoutDeclaration(home, declaration),
    ...calls
      .filter(({ node }) => !accepting.has(node))
      .map((call) => withoutStatement(project.sources.fileOf(call), call as NodePath)),
  ];
}
