import type { Finding } from '../../words.js';
import { doorsOf } from '../acceptance/doors.js';
import { originsOf } from '../flow/origins.js';
import { isolated } from '../isolated.js';
import type { Project } from '../project.js';
import { isMint } from '../site.js';
import { at } from './at.js';

/** Keys of tokens that are written in the source, where everybody who can read it can sign a login. */
export function secretFindings({ sources, sites }: Project): Finding[] {
  const mints = sites.filter(isMint);
  const files = new Set(
    sites.filter(({ role }) => role === 'mint' || role === 'check').map(({ file }) => file),
  );
  for (const file of sources.mentioning('express-jwt', 'passport-jwt')) if (!file.test) files.add(file);
  const keys = [...mints, ...doorsOf(sources, sites, files)].flatMap(({ key }) => (key ? [key] : []));
  return keys.flatMap((key) =>
    isolated(sources, [sources.fileOf(key)], () =>
      originsOf(sources, key).flatMap(({ path, trail }): Finding[] => {
        if (trail.length || !path.isStringLiteral() || path.node.value === '') return [];
        if (sources.fileOf(path).test) return [];
        return [
          {
            severity: 'warning',
            title: 'A secret is written in the source',
            detail:
              'Whoever reads the code can sign a login. The session module uses it as it is, so that live logins go on; take it out with the JWTs, and never use it for anything else.',
            ...at(sources, path),
          },
        ];
      }),
    ),
  );
}
