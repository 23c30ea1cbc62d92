import type { NodePath } from '@babel/traverse';
import type { Project } from '../project/project.js';
import { takesPlainValue } from '../project/promises.js';
import { renewedLifetime } from '../project/refresh.js';
import { claimsAtCall } from '../project/shared-claims.js';
import { type End, endBeside } from '../project/shared-lifetime.js';
import type { MintSite } from '../project/site.js';
import { type SourceFile, startOf, textOf } from '../project/source.js';
import type { Edit } from './edits.js';
import { localName, SHIM } from './names.js';
import { replacement } from './replacement.js';
import type { RequestText } from './request.js';
import { beforeStatement, withoutDeclaration } from './statements.js';

/**
 * `generateToken(user.id, expires, 'access')` of a function that goes on signing tokens of other kinds →
 * `startSession(req, { sub: user.id, type: 'access' }, …)`, the claims as that function writes them.
 */
export function sharedMintEdits(site: MintSite, project: Project, request: RequestText): Edit[] {
  const { file, call, promisified, expires } = site;
  const start = localName(file, SHIM, 'startSession');
  const claims = claimsAtCall(project.sources, site) ?? '{}';
  const renewed = renewedLifetime(project, site);
  const lasting = renewed ? renewed.until : site;
  const end = lasting && endBeside(project.sources, site, lasting);
  const own = expires && textOf(project.sources.fileOf(expires), expires.node);
  const lifetime = renewed ? renewed.expiresIn : own;
  const given = end ? claims.replace(/\s*\}$/, `, exp: ${end.text} }`).replace('{,', '{') : claims;
  const options = lifetime === undefined ? '' : `, { expiresIn: ${lifetime} }`;
  const text = `${start.local}(${request.text}, ${given}${options})`;
  const awaited = call.parentPath?.isAwaitExpression() ? call.parentPath : undefined;
  const plain = !promisified || awaited || takesPlainValue(project.sources, call);
  const at: NodePath = awaited ?? call;
  return [
    replacement(file, at, plain ? text : `Promise.resolve(${text})`, [start, ...request.needs]),
    ...(end ? movedDeclarations(file, call, end) : []),
  ];
}

/** What the end of the session is told by has to be there before the session starts. */
function movedDeclarations(file: SourceFile, call: NodePath, { declarations }: End): Edit[] {
  const statement = call.getStatementParent();
  if (!statement) return [];
  return declarations
    .toSorted((one, other) => startOf(one.node) - startOf(other.node))
    .flatMap((one) => [
      ...beforeStatement(file, statement, textOf(file, one.node)),
      withoutDeclaration(file, one),
    ]);
}
