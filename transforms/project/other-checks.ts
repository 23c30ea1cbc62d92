import type { NodePath } from '@babel/traverse';
import { njwtObstacle } from './njwt.js';
import type { Project } from './project.js';
import { SHIM } from './shim.js';
import { type CheckSite, isCheck } from './site.js';
import { textOf } from './source.js';

/** Libraries in whose words a session's errors can be told, beside jsonwebtoken. */
const WORDED = new Set(['njwt', 'jwt-simple']);

/** The library in whose words the errors of an application's checks are; undefined for jsonwebtoken's. */
export function errorWordsOf(checks: readonly { readonly library: string }[]): string | undefined {
  const [library, ...others] = new Set(checks.map((check) => check.library));
  return library !== undefined && !others.length && WORDED.has(library) ? library : undefined;
}

/** Why a check by njwt or jwt-simple can't ask the session, in words. */
export function otherCheckObstacle(site: CheckSite, project: Project): string | undefined {
  if (!WORDED.has(site.library)) return undefined;
  const { sites, sources } = project;
  const other = sites
    .filter(isCheck)
    .find((one) => one.family === 'session' && one.library !== site.library && one.kind === 'verify');
  if (other) return `logins are checked with ${other.library} too, whose errors read otherwise`;
  const asked = sources
    .mentioning('requireSession')
    .find(({ text, test }) => !test && text.includes(SHIM) && /\brequireSession\(/.test(text));
  if (asked) return `${asked.path} asks sessions already, whose errors read otherwise`;
  return site.library === 'jwt-simple' ? simpleObstacle(site, project) : njwtObstacle(site, sources);
}

function simpleObstacle({ call, file }: CheckSite, { sites }: Project): string | undefined {
  const unchecked = (call.get('arguments') as NodePath[])[2];
  if (unchecked && !unchecked.isBooleanLiteral({ value: false }) && !isAbsent(unchecked))
    return `the claims are read here of any token, whoever signed it (${textOf(file, unchecked.node)})`;
  // jwt-simple writes JSON where jsonwebtoken writes bare text.
  return sites.some((one) => one.kind === 'sign' && one.family === 'session' && one.bare)
    ? 'the login token is a bare id, and a session has claims'
    : undefined;
}

function isAbsent(path: NodePath): boolean {
  return path.isNullLiteral() || path.isIdentifier({ name: 'undefined' });
}
