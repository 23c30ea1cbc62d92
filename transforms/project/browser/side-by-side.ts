import type * as t from '@babel/types';
import { originsOf } from '../flow/origins.js';
import type { Sources } from '../sources.js';
import { isAbsent } from './absent.js';
import { requestsAnsweredBy } from './bodies.js';
import type { Hold } from './held.js';
import type { TokenPlace } from './places.js';
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
    if (operation !== 'set' || at !== key || !value || isAbsent(value)) continue;
    seen ||= file.path;
    const answering = originsOf(sources, jsonOf(value) ?? value).flatMap(({ path: origin }) =>
      requestsAnsweredBy(sources, origin),
    );
    if (!answering.length) all = false;
    for (const { path } of answering) requests.add(path.node);
  }
  return { requests, all, seen };
}
