import type { Finding } from '../../words.js';
import { otherMakerOf } from '../express/makers.js';
import type { Project } from '../project.js';
import { sideOf } from '../sides.js';
import { at } from './at.js';

/** What stands in front of the applications: none that we know, a proxy, another session middleware. */
export function applicationFindings({ sources, sites }: Project): Finding[] {
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
