import { checksWhereUsed } from '../../acceptance/check-callers.js';
import { usesOf } from '../../flow/follow.js';
import { hazardOf } from '../../hazards.js';
import { isInside } from '../../inside.js';
import type { Project } from '../../project.js';
import { isCheck, type Site } from '../../site.js';
import type { Sources } from '../../sources.js';
import { placeOf } from './books.js';
import { namingClaims } from './named-row.js';
import { passingRenewalsOf } from './passing.js';

const obstacles = new WeakMap<Project, { readonly because?: string }>();

/** Why logins stay whose refresh tokens name a row by a claim, in words; undefined where none does, or all move. */
export function namedRowObstacle(project: Project): string | undefined {
  const known = obstacles.get(project) ?? find(project);
  obstacles.set(project, known);
  return known.because;
}

function find({ sources, sites, steps }: Project): { readonly because?: string } {
  const strange = strangeRowOf(sources, sites);
  if (strange !== undefined) return { because: strange };
  const applications = sites.filter((site) => site.kind === 'application');
  const mounted = applications.some(({ application }) =>
    application.registrations.some(({ kind }) => kind === 'shim'),
  );
  const known = sources.listed.some(({ text }) => text.includes('cutover(') && text.includes('isRevoked'));
  if (!passingRenewalsOf(sources, sites).length) return {};
  if (mounted ? known : applications.length && steps.includes('install')) return {};
  return { because: 'refresh tokens name a row that is looked up, and no session module here asks for it' };
}

/** Where a row is looked up by a claim of refresh tokens in a way that no rule knows, in words. */
export function strangeRowOf(sources: Sources, sites: readonly Site[]): string | undefined {
  const naming = [...namingClaims(sources, sites)];
  if (!naming.length) return undefined;
  const columns = passingRenewalsOf(sources, sites).map(({ row }) => row.column);
  for (const claim of naming) {
    for (const { path } of sites.filter(isCheck).flatMap((check) => checksWhereUsed(sources, check))) {
      const asked = usesOf(sources, path, [claim]).find(
        (use) =>
          (use.kind === 'argument' || use.kind === 'compare') &&
          hazardOf(sources, [use]) &&
          !columns.some((column) => isInside(use.path, column)),
      );
      if (asked)
        return `a row is looked up by the token's claim ${claim} (${placeOf(sources, asked.path)}), and a session has none of that name`;
    }
  }
  return undefined;
}
