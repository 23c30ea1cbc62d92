import type { NodePath } from '@babel/traverse';
import { usesOf } from '../flow/follow.js';
import type { Project } from '../project.js';
import { hazardOf, isAbsence, isInAddress } from './uses.js';

/** Whether code asks for nothing but whether a token is there, apart from what a flag can't be handed to. */
export function isAskedApart(project: Project, path: NodePath): boolean {
  const uses = usesOf(project.sources, path, [], (at) => isInAddress(project, at));
  const risky = uses
    .filter((use) => hazardOf(project, use) !== undefined)
    .map((use) => use.path.getFunctionParent()?.node);
  return uses.some(
    (use) =>
      (use.kind === 'test' || (use.kind === 'compare' && isAbsence(use.path))) &&
      !risky.includes(use.path.getFunctionParent()?.node),
  );
}
