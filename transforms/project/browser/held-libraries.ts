import type { ListedFile } from '../files.js';
import { firstLineOf } from '../source.js';
import type { Entry } from './entry.js';
import type { Hold } from './held.js';
import type { TokenPlace } from './places.js';
import type { StorageAccess } from './storage.js';

/** Why a token that a library of storage keeps is not taken out of it, where one is. */
export function heldByLibrary(
  accesses: readonly StorageAccess[],
  places: readonly TokenPlace[],
  files: readonly ListedFile[],
): Pick<Hold, 'reason' | 'todo'> | undefined {
  const ours = accesses.filter((access) =>
    places.some(({ storage, key }) => storage === access.storage && key === access.key),
  );
  const called = ours.find(({ callback }) => callback);
  if (called)
    return {
      reason: `what is stored is answered to a callback (see ${called.file.path})`,
      todo: 'Write it with await instead. Then run this step again.',
    };
  const unknown = ours.find(({ keeper }) => keeper && !keeper.functions && !keeper.object);
  if (unknown)
    return {
      reason: `${unknown.keeper?.library} keeps this token in a storage that nothing outside of its file can ask (see ${firstLineOf(unknown.file, unknown.path.node)})`,
      todo: 'Export that storage from a file of its own. Then run this step again.',
    };
  const field = ours.find(
    ({ promises, operation, path, key, storage }) =>
      promises &&
      operation === 'get' &&
      !path.parentPath?.isAwaitExpression() &&
      places.some((place) => place.key === key && place.storage === storage && place.field !== undefined),
  );
  if (field)
    return {
      reason: `the object that the token is stored in is read by a promise (see ${firstLineOf(field.file, field.path.node)})`,
      todo: 'Write it with await instead. Then run this step again.',
    };
  const names = new Set(ours.flatMap(({ form, named }) => (form && named !== undefined ? [named] : [])));
  const watched = names.size
    ? files.find(({ text }) => keysWatched(text).some((key) => names.has(key)))
    : undefined;
  if (watched)
    return {
      reason: `ngx-webstorage binds this token to a property, or tells of its changes (see ${watched.path})`,
      todo: 'Read it by retrieve() of its service, or let a subject of your own say whether somebody is logged in. Then run this step again.',
    };
  const apart = ours.some(({ objects }) => objects)
    ? files.find(({ text }) => BEFORE_KEYS.test(text))
    : undefined;
  return (
    apart && {
      reason: `the library that keeps this token puts something before its key (see ${apart.path})`,
      todo: "Say so by hand: adoptLegacyToken of '@jwt-to-session/shim/client' takes { storage: { getItem, setItem, removeItem }, key } as well, functions that ask the library.",
    }
  );
}

/** Where the application starts it tells a library how to store, which has to be known before the library is asked. */
export function heldBySettings(entry: Entry | undefined, places: readonly TokenPlace[]): Hold | undefined {
  const told = places.find(({ keeper }) => keeper?.settings && keeper.settings === entry?.file);
  const library = told?.keeper?.library;
  return library === undefined
    ? undefined
    : {
        action: 'manual',
        reason: `the application starts in the file that tells ${library} how to store`,
        todo: `Tell it in a file of its own, which this one imports. Then run this step again.`,
      };
}

/** The keys of `@LocalStorage('token') token`, `storage.observe('token')`. */
function keysWatched(text: string): string[] {
  const bound = text.matchAll(
    /@(?:Local|Session)Storage\(\s*(?:['"`]([^'"`]+)['"`])?[^()]*\)\s*(?:(?:public|private|protected|readonly)\s+)*(\w+)/g,
  );
  const told = text.matchAll(/\.observe\(\s*['"`]([^'"`]+)['"`]/g);
  return [...bound, ...told].flatMap(([, key, property]) => key ?? property ?? []);
}

/** What changes the keys, or the form, in which a library of storage writes. */
const BEFORE_KEYS = /\blscache\.setBucket\(|\bstore\.(?:namespace|addPlugin|createStore)\(|\bls\.backend\(/;
