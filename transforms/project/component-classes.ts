import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { isComponentTemplate } from './angular-templates.js';
import { definitionOf } from './definitions.js';
import type { Sources } from './sources.js';

/** The class of the component whose template a piece of code stands in. */
export function componentClassOf(sources: Sources, path: NodePath): NodePath<t.Class> | undefined {
  const made = path.findParent((above) => above.isClass());
  if (!made?.isClass()) return undefined;
  if (!isComponentTemplate(sources.fileOf(path).path)) return made;
  const parent = made.get('superClass') as NodePath;
  const above = parent.node ? definitionOf(sources, parent) : undefined;
  return above?.kind === 'class' ? above.path : undefined;
}
