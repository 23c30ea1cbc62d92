import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { originsOf } from '../flow/origins.js';
import type { Sources } from '../sources.js';
import { bodyOf } from './bodies.js';
import type { Hold } from './held.js';
import type { TokenPlace } from './places.js';
import { outgoingRequests } from './requests.js';
import { jsonOf, type StorageAccess } from './storage.js';

/**
 * Why a client that keeps two logins at a time goes on with its tokens, such as an administrator's and a user's: a
 * browser has one session, and nothing here could tell whose it is.
 */
export function heldSideBySide(
  sources: Sources,
  accesses: readonly StorageAccess[],
  places: readonly TokenPlace[],
): Pick<Hold, 'reason' | 'todo'> | undefined {
  const keys = [...new Set(places.filter(({ family }) => family === 'session').map(({ key }) => key))];
  if (keys.length < 2) return undefined;
  const logins = keys.map((key) => ({ key, ...loginsStored(sources, accesses, key) }));
  for (const [index, one] of logins.entries()) {
    for (const other of logins.slice(index + 1)) {
      if (!one.requests.size || !other.requests.size || !one.all || !other.all) continue;
      if ([...one.requests].some((request) => other.requests.has(request))) continue;
      return {
        reason: `two logins are kept side by side, ${one.key} and ${other.key} (see ${other.seen}), and a browser has one session`,
        todo: 'Keep one login at a time: store which kind it is, as the server answers it, and ask for that where the code asks which token there is. Then run this step again. Or make two applications of it, on hosts of their own.',
      };
    }
  }
  return undefined;
}

/** The requests whose answers are stored under a key, and whether these are all that is stored there. */
function loginsStored(sources: Sources, accesses: readonly StorageAccess[], key: string) {
  const requests = new Set<t.Node>();
  let all = true;
  let seen = '';
  for (const { operation, key: at, value, file } of accesses) {
    if (operation !== 'set' || at !== key || !value || isNothing(value)) continue;
    seen ||= file.path;
    const answering = originsOf(sources, jsonOf(value) ?? value).flatMap(({ path: origin }) =>
      requestOf(sources, origin),
    );
    if (!answering.length) all = false;
    for (const request of answering) requests.add(request);
  }
  return { requests, all, seen };
}

const isNothing = (value: NodePath) => value.isNullLiteral() || value.isStringLiteral({ value: '' });

/** The request that a value was answered by. */
function requestOf(sources: Sources, origin: NodePath): t.Node[] {
  return outgoingRequests(sources, sources.fileOf(origin))
    .filter(
      (one) =>
        one.path.node === origin.node ||
        bodyOf(sources, one)?.path.node === origin.node ||
        one.path.findParent((above) => above.node === origin.node) !== null,
    )
    .map(({ path }) => path.node);
}
