import { type Application, applicationsOf } from '../express/application.js';
import { corsOf } from '../express/cors.js';
import { ownFilesOf } from '../express/reach.js';
import { isolated } from '../isolated.js';
import type { ApplicationSite, CorsSite, OtherSessionSite, Site } from '../site.js';
import type { Sources } from '../sources.js';

/** Finds the applications that serve logins, what they answer other origins, and session middleware they have. */
export function applicationSites(
  sources: Sources,
  others: readonly Site[],
): (ApplicationSite | CorsSite | OtherSessionSite)[] {
  const tokens = others.filter(
    ({ family, role }) => role !== 'configure' && (family === 'session' || family === 'refresh'),
  );
  return applicationsOf(sources).flatMap((application) =>
    isolated(sources, [application.file], () =>
      serves(sources, application, tokens)
        ? [siteOf(application), ...corsSites(sources, application), ...sessionSites(application)]
        : [],
    ),
  );
}

/** Whether the code behind an application handles login tokens. */
function serves(sources: Sources, application: Application, tokens: readonly Site[]): boolean {
  const files = ownFilesOf(sources, application);
  return tokens.some(({ file }) => files.has(file));
}

function siteOf(application: Application): ApplicationSite {
  return {
    role: 'configure',
    kind: 'application',
    family: 'session',
    evidence: 'the application that serves logins is made here',
    file: application.file,
    path: application.creation,
    application,
  };
}

function corsSites(sources: Sources, application: Application): CorsSite[] {
  return corsOf(sources, application).map((cors) => ({
    role: 'configure',
    kind: 'cors',
    family: 'session',
    evidence: 'it says which other origins may use the application',
    file: cors.file,
    path: cors.path,
    application,
    cors,
  }));
}

function sessionSites(application: Application): OtherSessionSite[] {
  return application.registrations
    .filter(({ kind }) => kind === 'session')
    .map(({ file, call }) => ({
      role: 'configure',
      kind: 'other-session',
      family: 'session',
      evidence: 'another session middleware serves the application',
      file,
      path: call,
      application,
    }));
}
