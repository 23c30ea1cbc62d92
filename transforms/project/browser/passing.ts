import type { NodePath } from '@babel/traverse';
import {
  type Going,
  type IdleParameter,
  idleParametersFrom,
  isPassedInVain as isInVain,
} from '../idle-parameters.js';
import type { Project } from '../project.js';
import type { AttachSite } from '../site.js';

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

function inHeaders({ sites }: Project): Going {
  const headers = sites.filter((site) => site.kind === 'header' && site.family === 'session');
  return (path) => headers.some((site) => path.isDescendant(site.path));
}
