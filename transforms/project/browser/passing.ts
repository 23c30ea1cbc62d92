import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import {
  type Going,
  type IdleParameter,
  idleParametersFrom,
  isPassedInVain as isInVain,
} from '../idle-parameters.js';
import { isInside } from '../inside.js';
import type { Project } from '../project.js';
import type { AttachSite } from '../site.js';
import { isTest } from './truth.js';

/** The parameters, through all functions on the way, that a header's token came by and that nothing else needs. */
export function idleParameters(project: Project, site: AttachSite): IdleParameter[] {
  const found: IdleParameter[] = [];
  site.attached.path.traverse({
    Identifier(path) {
      if (path.isReferencedIdentifier())
        found.push(...idleParametersFrom(project.sources, path, inHeaders(project)));
    },
  });
  return found;
}

/** Whether a token is read for nothing but to be handed on to headers that go. */
export function isPassedInVain(project: Project, path: NodePath): boolean {
  return isInVain(project.sources, path, inHeaders(project));
}

/** Whether a token is put into a variable of which code asks whether it is there, and which otherwise nothing needs. */
export function isHeldForTests(project: Project, path: NodePath): boolean {
  const { parentPath: parent } = path;
  if (!parent?.isVariableDeclarator() || !t.isIdentifier(parent.node.id)) return false;
  const binding = parent.scope.getBinding(parent.node.id.name);
  if (!binding?.constant || !binding.referencePaths.some(isTest)) return false;
  const attached = inHeaders(project);
  return binding.referencePaths.every(
    (reference) =>
      isTest(reference) ||
      attached.mention(reference) ||
      isDecoded(project, reference) ||
      isInVain(project.sources, reference, attached),
  );
}

function isDecoded({ sites }: Project, path: NodePath): boolean {
  return sites.some(
    (site) => site.kind === 'browser-decode' && site.family === 'session' && path.isDescendant(site.path),
  );
}

function inHeaders({ sites }: Project): Going {
  const headers = sites.filter((site) => site.kind === 'header' && site.family === 'session');
  return { mention: (path) => headers.some((site) => isInside(site.path, path)) };
}
