import type { NodePath } from '@babel/traverse';
import { claimText } from '../project/acceptance/user.js';
import { isInside } from '../project/inside.js';
import type { Project } from '../project/project.js';
import { refreshUnit } from '../project/refresh.js';
import { requestAt } from '../project/requests.js';
import { isMint } from '../project/site.js';
import { endOf, type SourceFile, startOf, textOf } from '../project/source.js';
import type { NamedUsers } from '../project/stored/refresh/answers.js';
import { refreshRecordOf } from '../project/stored/refresh/record.js';
import type { Edit, NeededName } from './edits.js';
import { localName, SHIM } from './names.js';
import { replacement } from './replacement.js';
import { requestText } from './request.js';

/** `stored.user` → `requireSession(req).id`, but for claims, which are written anew where the session is started. */
export function namedUserEdits(file: SourceFile, users: NamedUsers | undefined, project: Project): Edit[] {
  const claims = project.sites.filter(isMint).flatMap((mint) => mint.claims ?? []);
  return (users?.places ?? [])
    .filter((place) => !claims.some((one) => isInside(one, place)))
    .flatMap((place) => {
      const request = requestText(project, file, requestAt(project.sources, place));
      const { text, need } = userText(file, users, request.text);
      return [replacement(file, place, text, [need, ...request.needs]), ...request.edits];
    });
}

/** The text of claims in which users are named by rows that are no longer looked up. */
export function withNamedUsers(
  file: SourceFile,
  path: NodePath,
  project: Project,
  request: string,
): { readonly text: string; readonly needs: readonly NeededName[] } {
  const record = refreshUnit(project).moves ? refreshRecordOf(project.sources, project.sites) : undefined;
  let text = textOf(file, path.node);
  const needs: NeededName[] = [];
  const from = startOf(path.node);
  const named = (record?.answers ?? []).flatMap(({ answer }) => {
    const users = 'users' in answer ? answer.users : undefined;
    return (users?.places ?? []).filter((place) => isInside(path, place)).map((place) => ({ users, place }));
  });
  for (const { users, place } of named.toSorted((a, b) => startOf(b.place.node) - startOf(a.place.node))) {
    const { text: own, need } = userText(file, users, request);
    text = text.slice(0, startOf(place.node) - from) + own + text.slice(endOf(place.node) - from);
    needs.push(need);
  }
  return { text, needs: needs.slice(0, 1) };
}

function userText(
  file: SourceFile,
  users: NamedUsers | undefined,
  request: string,
): { readonly text: string; readonly need: NeededName } {
  const need = localName(file, SHIM, 'requireSession');
  return { text: claimText(`${need.local}(${request})`, users?.user.trail ?? []), need };
}
