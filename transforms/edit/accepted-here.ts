import { isAbsent } from '../project/browser/absent.js';
import { chainOf } from '../project/browser/answers.js';
import type { Project } from '../project/project.js';
import type { StoreSite } from '../project/site.js';
import { startOf, textOf } from '../project/source.js';
import { waitingIn } from './async.js';
import { callsAwaited } from './awaited-calls.js';
import type { Edit } from './edits.js';
import { localName, SHIM_CLIENT } from './names.js';
import { replacement } from './replacement.js';

/** `await acceptSession(token)` in the place of the call that stored it. */
export function acceptedHere(site: StoreSite, project: Project, token: string): Edit[] {
  const { access, file } = site;
  const { sources } = project;
  const { path } = access;
  const accept = localName(file, SHIM_CLIENT, 'acceptSession');
  const owner = path.getFunctionParent();
  const waiting = owner ? waitingIn(file, owner) : { how: 'never' as const };
  const renewing = renewingBeside(site, project);
  const call = `${accept.local}(${[token, ...(renewing ?? [])].join(', ')})`;
  const awaits = path.parentPath?.isAwaitExpression();
  if (waiting.how === 'never' || awaits) return [replacement(file, path, call, [accept])];
  // What is handed on from here is the marker, not the token.
  const { value } = access;
  // An answer without a name is not asked for twice.
  const named = value?.isMemberExpression() && !/[(]/.test(token);
  const held = named && /\.[cm]?jsx?$/.test(file.path) ? `${token} = ` : '';
  const accepted = replacement(file, path, `${held}${waiting.how} ${call}`, [accept]);
  const made = owner && waiting.edits.length ? callsAwaited(sources, owner) : [];
  return [...waiting.edits, accepted, ...made];
}

/** Code for the refresh token that the same function stores: it goes along, or the session ends with the access token. */
function renewingBeside(site: StoreSite, { sites }: Project): string[] | undefined {
  const owner = site.path.getFunctionParent();
  const other = sites.find(
    (one): one is StoreSite =>
      one.kind === 'web-storage' &&
      one.place?.family === 'refresh' &&
      one.place.field === undefined &&
      one.access.operation === 'set' &&
      one.path.getFunctionParent() === owner,
  );
  const value = site.place?.family === 'refresh' ? undefined : other?.access.value;
  if (!value || isAbsent(value)) return undefined;
  const { root } = chainOf(value);
  const binding = root.isIdentifier() ? root.scope.getBinding(root.node.name) : undefined;
  const known = binding && (binding.kind === 'param' || startOf(binding.path.node) < startOf(site.path.node));
  return known ? [textOf(site.file, value.node)] : undefined;
}
