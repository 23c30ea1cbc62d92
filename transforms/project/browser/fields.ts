import type { NodePath } from '@babel/traverse';
import { propertyName } from '../definitions.js';
import type { GuardSite } from '../site.js';
import type { Sources } from '../sources.js';
import { type LoginAnswer, membersAbove } from './answers.js';
import type { BrowserClient } from './client.js';

/** Finds where a client reads the token field of an object that it stores, other than to attach it. */
export function fieldReads(
  _sources: Sources,
  client: BrowserClient,
  answers: readonly LoginAnswer[],
): GuardSite[] {
  const fields = new Set(client.places.map(({ field }) => field).filter((field) => field !== undefined));
  if (!fields.size) return [];
  return client.files.flatMap((file) => {
    const found: GuardSite[] = [];
    for (const path of file.paths.values()) {
      if (!path.isMemberExpression() && !path.isOptionalMemberExpression()) continue;
      const field = propertyName(path.node);
      if (field === undefined || !fields.has(field)) continue;
      if (isWritten(path) || isAttached(client, path) || isAnswered(answers, path)) continue;
      found.push({
        role: 'guard',
        kind: 'token-field',
        family: 'session',
        evidence: `${field} is the login token`,
        file,
        path,
        field,
      });
    }
    return found;
  });
}

function isWritten(path: NodePath): boolean {
  return Boolean(path.key === 'left' && path.parentPath?.isAssignmentExpression());
}

function isAttached({ headers }: BrowserClient, path: NodePath): boolean {
  return headers.some((header) => path.isDescendant(header.path));
}

/** Whether it is read from the very variable that an answer came in. */
function isAnswered(answers: readonly LoginAnswer[], path: NodePath): boolean {
  let root: NodePath = path;
  while (root.isMemberExpression() || root.isOptionalMemberExpression())
    root = root.get('object') as NodePath;
  return answers.some(
    ({ binding }) =>
      binding.referencePaths.some((reference) => reference.node === root.node) &&
      membersAbove(root).names.length > 0,
  );
}
