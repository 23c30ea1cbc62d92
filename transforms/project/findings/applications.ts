import type { Finding } from '../../words.js';
import { otherMakerOf } from '../express/makers.js';
import { servingTogether } from '../express/reach.js';
import type { Project } from '../project.js';
import { sideOf } from '../sides.js';
import { at } from './at.js';

/** What stands in front of the applications: none that we know, a proxy, another session middleware. */
export function applicationFindings(project: Project): Finding[] {
  const { sources, sites } = project;
  const applications = sites.flatMap((site) => (site.kind === 'application' ? [site] : []));
  const server = sites.find(
    (site) =>
      (site.role === 'mint' || site.role === 'check') &&
      site.family === 'session' &&
      sideOf(sources, site.file) === 'server',
  );
  const findings: Finding[] = [];
  const maker = applications.length || !server ? undefined : otherMakerOf(sources);
  if (maker) {
    findings.push({
      severity: 'warning',
      title: `The application is made by ${maker.name}`,
      detail: `Nothing shows where the shim could be mounted, so the other steps wait. ${maker.advice}`,
      ...at(sources, maker.path),
    });
  } else if (!applications.length && server) {
    findings.push({
      severity: 'warning',
      title: 'No Express application was found',
      detail:
        'Login tokens are handled here, but nothing shows where an Express application is made that the shim could stand in front of.',
      ...at(sources, server.path),
    });
  }
  findings.push(...sharingFindings(project));
  for (const { path, application } of applications) {
    const texts = [application.file, ...application.registrations.map(({ file }) => file)].map(
      ({ text }) => text,
    );
    if (texts.some((text) => /trust[ _-]?proxy/i.test(text))) continue;
    findings.push({
      severity: 'note',
      title: 'The application trusts no proxy',
      detail:
        "Behind a proxy that ends TLS, app.set('trust proxy', 1) lets the session cookie be Secure; without one there is nothing to do.",
      ...at(sources, path),
    });
  }
  return findings;
}

/** Applications that are processes of their own, and let in whoever has a session of the other. */
function sharingFindings({ sources, sites }: Project): Finding[] {
  const said = new Set<string>();
  return sites.flatMap((site): Finding[] => {
    if (site.kind !== 'application') return [];
    const paths = servingTogether(sources, sites, site.application).map(({ file }) => file.path);
    const together = [...new Set(paths)].join(' and ');
    if (new Set(paths).size < 2 || said.has(together)) return [];
    said.add(together);
    return [
      {
        severity: 'warning',
        title: `${together} share their sessions`,
        detail:
          'A login at one of them opens the other, as its JWT did. Where they run apart, give them the same SESSION_SECRET and the same REDIS_URL, while developing too: what is kept in memory is known to one process only. The browser sends the cookie to both where they have the same host name, whatever the port.',
        ...at(sources, site.path),
      },
    ];
  });
}
