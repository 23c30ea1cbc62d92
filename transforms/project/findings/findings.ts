import type { Finding } from '../../words.js';
import type { Project } from '../project.js';
import type { Signature } from '../signatures.js';
import { applicationFindings } from './applications.js';
import { authLibraryFindings } from './auth-libraries.js';
import { browserFileFindings } from './browser-files.js';
import { clientFindings } from './clients.js';
import { mobileFindings } from './mobile.js';
import { pageLogoutFindings } from './page-logouts.js';
import { persistedFindings } from './persisted.js';
import { secretFindings } from './secrets.js';
import { sentHeaderFindings } from './sent-headers.js';
import { targetFindings } from './targets.js';
import { templateFindings } from './templates.js';
import { testFindings } from './tests.js';
import { testsByAddress } from './tests-by-address.js';
import { testsWithoutRequest } from './tests-without-request.js';
import { tokenFindings } from './tokens.js';

/** What is worth telling the owner of an application beside its sites, by file and line. */
export function findingsOf(project: Project, signatures: readonly Signature[]): Finding[] {
  const found = [
    ...applicationFindings(project),
    ...secretFindings(project),
    ...tokenFindings(project),
    ...testFindings(project, signatures),
    ...testsWithoutRequest(project),
    ...testsByAddress(project),
    ...persistedFindings(project),
    ...authLibraryFindings(project),
    ...browserFileFindings(project),
    ...sentHeaderFindings(project),
    ...templateFindings(project),
    ...clientFindings(project),
    ...pageLogoutFindings(project),
    ...mobileFindings(project),
    ...targetFindings(project),
  ];
  const once = new Map(found.map((one) => [`${one.title}\n${one.file}\n${one.line}`, one]));
  const place = ({ file = '', line = 0 }: Finding) => `${file}\n${String(line).padStart(6, '0')}`;
  return [...once.values()].sort((a, b) => place(a).localeCompare(place(b)));
}
