import type { NodePath } from '@babel/traverse';
import { endsSession } from '../project/browser/logout.js';
import { callsByPurpose } from '../project/browser/stored-anew.js';
import type { Project } from '../project/project.js';
import type { StoreSite } from '../project/site.js';
import { startOf, textOf } from '../project/source.js';
import type { Edit } from './edits.js';
import { localName, SHIM_CLIENT } from './names.js';
import { isRemoval } from './removals.js';
import { replacement } from './replacement.js';
import { asBlock, beforeStatement, statementOf, withoutStatement } from './statements.js';
import { styleOf } from './style.js';

/** Forgets the session, or ends it where a user logs out, in the place of what took the token out of storage. */
export function forgotten(site: StoreSite, project: Project): Edit[] {
  return [...forgottenHere(site, project), ...signedOutElsewhere(site, project)];
}

/** Where logins clear the storage by the same function, the other callers say themselves that the user logs out. */
function signedOutElsewhere({ access: { path } }: StoreSite, project: Project): Edit[] {
  const { ofLogins, others } = callsByPurpose(project, path);
  if (!ofLogins.length) return [];
  return others.flatMap((call) => {
    const statement = statementOf(call as NodePath);
    if (!statement?.isStatement() || !endsSession(project, call as NodePath)) return [];
    const file = project.sources.fileOf(call);
    const out = localName(file, SHIM_CLIENT, 'signOut');
    const { semicolon } = styleOf(file.text);
    return beforeStatement(file, statement, `${out.local}()${semicolon}`, [out]).map((edit) => ({
      ...edit,
      because: 'the user logs out here',
    }));
  });
}

function forgottenHere(site: StoreSite, project: Project): Edit[] {
  const { access, place, file } = site;
  const name = endsSession(project, access.path) ? 'signOut' : 'forgetSession';
  const done = localName(file, SHIM_CLIENT, name);
  const { semicolon } = styleOf(file.text);
  const statement = statementOf(access.path);
  if (place?.field !== undefined || access.operation === 'clear' || access.kept) {
    const call = `${done.local}()${semicolon}`;
    if (statement?.isStatement()) return beforeStatement(file, statement, call, [done]);
    const owner = access.path.parentPath;
    // `onClick={removeToken}`
    if (owner?.isJSXExpressionContainer() && !access.path.isCallExpression()) {
      const both = `() => { ${done.local}(); ${textOf(file, access.path.node)}(); }`;
      return [replacement(file, access.path, both, [done])];
    }
    if (access.kept && owner?.isArrowFunctionExpression()) return asBlock(file, owner, [call], [done], false);
    return [replacement(file, access.path, `(${done.local}(), ${textOf(file, access.path.node)})`, [done])];
  }
  const beside = project.sites.filter(
    (other): other is StoreSite =>
      other.kind === 'web-storage' &&
      other !== site &&
      other.place?.field === undefined &&
      other.access.path.getFunctionParent() === access.path.getFunctionParent() &&
      sameBlock(other.access.path, access.path),
  );
  const isBefore = (other: StoreSite) => startOf(other.path.node) < startOf(site.path.node);
  const repeated = beside.some((other) => isRemoval(other) && isBefore(other));
  // What is about to be stored anew is not forgotten first.
  const overwritten = beside.some(
    (other) =>
      !isBefore(other) &&
      other.place === place &&
      other.access.operation === 'set' &&
      !isRemoval(other) &&
      statementOf(other.access.path)?.getPrevSibling() === statement,
  );
  if ((repeated || overwritten) && statement?.isStatement()) return [withoutStatement(file, access.path)];
  const call = `${done.local}()`;
  // Nobody waits for what is forgotten at once, unless a promise is expected.
  const awaited = access.promises && name === 'forgetSession' ? access.path.parentPath : undefined;
  if (awaited?.isAwaitExpression()) return [replacement(file, awaited, call, [done])];
  const promised = awaited && !awaited.isExpressionStatement() && !awaited.isArrayExpression();
  return [replacement(file, access.path, promised ? `Promise.resolve(${call})` : call, [done])];
}

/** Whether a statement right before it has ended the session, along with something else that is cleared. */
export function followsAnother({ access }: StoreSite, { sites }: Project): boolean {
  const previous = statementOf(access.path)?.getPrevSibling();
  return sites.some(
    (other) =>
      other.kind === 'web-storage' &&
      isRemoval(other) &&
      previous?.node !== undefined &&
      statementOf(other.access.path)?.node === previous.node,
  );
}

function sameBlock(a: NodePath, b: NodePath): boolean {
  return a.getStatementParent()?.parentPath === b.getStatementParent()?.parentPath;
}
