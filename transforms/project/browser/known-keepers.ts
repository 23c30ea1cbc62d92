import type { ListedFile } from '../files.js';

/** Asks a store that is no web storage, in the words of adoptLegacyToken. */
const ASKED =
  'storage: { getItem: (key) => …, setItem: (key, value) => …, removeItem: (key) => … }, functions that ask it, at once or by promises';

/** Where libraries that no rule takes a token out of have it, by their packages. */
const KEEPERS: ReadonlyMap<string, string> = new Map([
  [
    '@capacitor/preferences',
    "In a browser Preferences has it in localStorage: { storage: 'local', key: 'CapacitorStorage.token' } for the key token.",
  ],
  [
    '@capacitor/storage',
    "In a browser Storage has it in localStorage: { storage: 'local', key: 'CapacitorStorage.token' } for the key token.",
  ],
  [
    '@ionic/storage-angular',
    'Ionic has it in a database of the browser: const store = await new Storage().create(), with the settings of IonicStorageModule.forRoot(), and { storage: { getItem: (key) => store.get(key), setItem: (key, value) => store.set(key, value), removeItem: (key) => store.remove(key) }, key: … }.',
  ],
  [
    '@ionic/storage',
    'Ionic has it in a database of the browser: const store = await new Storage().create(), and { storage: { getItem: (key) => store.get(key), setItem: (key, value) => store.set(key, value), removeItem: (key) => store.remove(key) }, key: … }.',
  ],
  [
    'react-auth-kit',
    "react-auth-kit has it under its authName: { storage: 'cookie', key: '_auth' } say, or 'local' where its authType tells so. Its guards go by it: let them ask hasSession() instead.",
  ],
  [
    'nookies',
    "nookies has it in a cookie: { storage: 'cookie', key: … }, by the name that setCookie() gives it.",
  ],
  ['dexie', `Dexie has it in a database of the browser: { ${ASKED}, key: … }.`],
  ['idb', `idb has it in a database of the browser: { ${ASKED}, key: … }.`],
]);

/** What a person is to do where the token is not in sight: more where it is known in which place a library keeps it. */
export function takenUpFrom(where: string | undefined, at: string): string {
  return where === undefined
    ? `Give adoptLegacyToken at: ${at}, hand the token from there to acceptSession(), and start the application when that has settled. Then take the token out of storage, headers and state together.`
    : `${where} Give adoptLegacyToken that place and at: ${at}, and start the application when it has settled. Then, all together: hand what a login answers to acceptSession(), ask hasSession() in place of reading the token, call signOut() where it is removed, and take it out of headers and state.`;
}

/** Where a library has a token that is not in sight, and how adoptLegacyToken is told; undefined where none is known. */
export function knownKeeper(files: readonly ListedFile[]): string | undefined {
  for (const [library, where] of KEEPERS)
    if (files.some(({ text }) => text.includes(`'${library}'`) || text.includes(`"${library}"`)))
      return where;
  return undefined;
}
