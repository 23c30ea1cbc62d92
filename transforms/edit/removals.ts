import { isAbsent } from '../project/browser/absent.js';
import type { Project } from '../project/project.js';
import type { StoreSite } from '../project/site.js';

/** Whether a place in storage is cleared, or given nothing. */
export function isRemoval({ access, place }: StoreSite): boolean {
  if (!place) return false;
  return (
    access.operation === 'remove' ||
    Boolean(access.operation === 'set' && access.value && isAbsent(access.value))
  );
}

/**
 * `if (refresh) store(refresh); else remove()`: a refresh token's place follows the state, which has none any more while
 * the session goes on. What ends it is told by the token's own.
 */
export function followsRefresh({ access, place }: StoreSite, { sites }: Project): boolean {
  const choice = access.path.findParent((above) => above.isIfStatement());
  if (place?.family !== 'refresh' || place.field !== undefined || !choice) return false;
  const stores = sites.filter((other): other is StoreSite => other.kind === 'web-storage');
  const storesThere = stores.some(
    (other) =>
      other.access.operation === 'set' &&
      !isRemoval(other) &&
      other.place?.family === 'refresh' &&
      other.access.path.isDescendant(choice),
  );
  return storesThere && stores.some((other) => isRemoval(other) && other.place?.family === 'session');
}
