import type { NodePath } from '@babel/traverse';
import type { Finding } from '../../words.js';
import { usesOf } from '../flow/follow.js';
import { isInside } from '../inside.js';
import type { Project } from '../project.js';
import { attributeAround, isShown } from '../templates.js';
import { at } from './at.js';

/** Attributes that only choose how something looks or which of a list it is. */
const QUIET = /^(?::|v-bind:)(?:key|class|style|disabled|hidden)$/;

/** Where a template shows a login token, or hands it to a component whose code is not in sight. */
export function templateFindings({ sources, sites, steps }: Project): Finding[] {
  if (!steps.includes('client')) return [];
  const handled = sites.filter(({ kind }) => kind === 'header' || kind === 'browser-decode');
  const isHandled = (path: NodePath) => handled.some((site) => isInside(site.path, path));
  return sites.flatMap((site): Finding[] => {
    if (site.kind !== 'web-storage' || site.access.operation !== 'get' || site.family !== 'session')
      return [];
    if (site.place?.field !== undefined) return [];
    return usesOf(sources, site.path, [], isHandled).flatMap(({ kind, path, trail }): Finding[] => {
      const goesOn = kind === 'rendered' || kind === 'argument' || kind === 'text';
      if (!goesOn || trail.length || !isShown(path)) return [];
      const attribute = attributeAround(sources.fileOf(path).text, path);
      if (attribute && QUIET.test(attribute.name)) return [];
      return [
        {
          severity: 'warning',
          title: 'A template goes on with the login token',
          detail: `There is no token in the browser any more: ${attribute ? `${attribute.name} of ${attribute.tag}` : 'what is shown here'} gets a flag that says whether somebody is logged in. Take it out, or show something of sessionInfo() instead.`,
          ...at(sources, path),
        },
      ];
    });
  });
}
