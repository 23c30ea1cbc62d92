import type { NodePath } from '@babel/traverse';
import { lastNameOf, propertyName } from '../definitions.js';
import type { ListedFile } from '../files.js';
import { originsOf } from '../flow/origins.js';
import type { Package } from '../packages.js';
import { firstLineOf } from '../source.js';
import type { Sources } from '../sources.js';
import { areLoose } from './bundling.js';
import type { AttachedHeader } from './headers.js';
import { heldByLibrary } from './held-libraries.js';
import { knownKeeper } from './known-keepers.js';
import { keptByServer, servedWith } from './page-servers.js';
import type { TokenPlace } from './places.js';
import { heldSideBySide } from './side-by-side.js';
import type { StorageAccess } from './storage.js';

/** Why a client goes on with its tokens for now: half of its code moved would log everybody out. */
export interface Hold {
  /** `kept` where nothing has to be done in it, `manual` where a person has to say where the token is. */
  readonly action: 'kept' | 'manual';
  readonly reason: string;
  /** No import of a package finds anything in its scripts. */
  readonly loose?: true;
  /** It runs as an application of a phone, or of a desktop. */
  readonly mobile?: true;
  readonly desktop?: true;
  /** Where the library that keeps the token has it, and how adoptLegacyToken is told. */
  readonly where?: string;
  /** What a person is to do, where it is not to find out where the token is. */
  readonly todo?: string;
}

/** What runs as an application of a phone, where no browser carries cookies. */
const MOBILE = [
  'react-native',
  'expo',
  '@nativescript/core',
  'nativescript-vue',
  // Pages inside an application, which are of another site than its API.
  '@capacitor/android',
  '@capacitor/ios',
  'cordova-android',
  'cordova-ios',
  '@tauri-apps/api',
];

/** Electron shows pages that are part of the application. */
const FROM_DISK = /\.loadFile\(|\bfile:\/\/|\bpathToFileURL\(|\bprotocol\.(?:handle|register\w+)\(/;

/** Code that keeps something for the next visit, in ways of which the keys are not looked up. */
const KEEPING =
  /\b(?:indexedDB)\b|\bcaches\.open\(|\batomWithStorage\b[^()]*\(|\buse(?:Local|Session)?Storage\w*\b(?:<[^()]*>)?\(/;
const KEEPERS = [
  'localforage',
  'idb',
  'idb-keyval',
  'dexie',
  '@react-native-async-storage/async-storage',
  'expo-secure-store',
  'react-native-keychain',
  'react-native-mmkv',
  'react-native-encrypted-storage',
  '@capacitor/preferences',
  '@capacitor/storage',
  '@ionic/storage',
  '@ionic/storage-angular',
  'secure-ls',
  'local-storage',
  '@ngx-pwa/local-storage',
  'ngx-localstorage',
  'react-secure-storage',
  'encrypt-storage',
  'store',
  'store2',
  'lscache',
  'ngx-webstorage',
  'react-cookie',
  'nookies',
  'redux-persist',
  'zustand/middleware',
  'pinia-plugin-persistedstate',
  'pinia-plugin-persist',
  'vuex-persistedstate',
  'vuex-persist',
  'recoil-persist',
  'react-auth-kit',
  '@auth-kit/react-router',
  'cookies-next',
  'use-local-storage',
  'use-local-storage-state',
  'ahooks',
  'svelte-persisted-store',
  'svelte-local-storage-store',
];
/** A cookie of Nuxt for a token, which its composables hand about as a ref. */
const NUXT_COOKIE = /\buseCookie\b(?:<[^()]*>)?\(\s*['"`][^'"`]*(?:token|jwt|auth)/i;
/** `tokens.access`, of an object whose names say nothing without it. */
const IN_A_PAIR = /tokens?\??\.access\b(?!\s*\()/i;
/** What attaches a login token to requests out of sight, and refuses to send them without one. */
const ATTACHING: ReadonlyMap<string, RegExp> = new Map([
  ['angular2-jwt', /\bAuthHttp\b/],
  ['satellizer', /\$auth\b/],
  ['@websanova/vue-auth', /vue-auth/],
  ['vue-authenticate', /vue-authenticate/],
  ['vue-cli-plugin-apollo', /\bcreateApolloClient\(/],
]);

/** Keys of what may hold a login, whatever it is made of. */
const LOGIN_KEY = /auth|login|session|user|account|profile|token|jwt|state|store|persist:|root|credential/i;

/** Keys of what holds no login, as their names say. */
const OTHER_KEY =
  /^(?:persist|remember\w*|trust\w*)$|theme|lang|locale|i18n|dark|mode|colou?r|cart|basket|sidebar|menu|setting|prefer|filter|sort|page|tab|draft|consent|cookie|banner|volume|layout|zoom|recent|history|favou?rite|wish|todo|score|visited|seen|tour|address|payment|shipping|order/i;

/** Says why a client is left alone; undefined where it is in sight where its token is kept, or it is kept nowhere. */
export function holdOf(
  sources: Sources,
  home: Package | undefined,
  files: readonly ListedFile[],
  accesses: readonly StorageAccess[],
  places: readonly TokenPlace[],
  headers: readonly AttachedHeader[],
): Hold | undefined {
  const mobile = MOBILE.find((name) => home?.dependencies.has(name));
  if (mobile)
    return {
      action: 'kept',
      mobile: true,
      reason: 'a mobile application keeps sending what a login answers: a bearer handle of the session',
    };
  const desktop = home?.dependencies.has('electron') && files.find(({ text }) => FROM_DISK.test(text));
  if (desktop)
    return {
      action: 'kept',
      mobile: true,
      desktop: true,
      reason: `pages that are loaded from a disk (see ${desktop.path}) are of no site that a cookie would go from: they keep sending what a login answers, a bearer handle of the session`,
    };
  const extension = files.find(({ text }) =>
    /\b(?:chrome|browser)\.storage\.(?:local|sync|session)\b/.test(text),
  );
  if (extension)
    return {
      action: 'manual',
      reason: `an extension of the browser keeps this token in its own storage (see ${extension.path})`,
      todo: "Leave it as it is, and set bearer: true in the server's session module: a login is answered with a handle of the session then, which the extension stores and sends as it did its token.",
    };
  const attaching = attachingIn(home, files);
  if (attaching && places.length) return { action: 'manual', ...attaching };
  const attached = headers.filter(({ foreign, form }) => !foreign && form !== 'delete');
  if (!attached.length || files.some(({ text }) => text.includes('adoptLegacyToken('))) return undefined;
  const keeping = keptByServer(home, attached);
  if (keeping)
    return {
      action: 'manual',
      reason: `the pages' own server keeps this token in a cookie and sends it on (see ${keeping})`,
      todo: "Either set bearer: true in the session module of the API: a login is answered with a handle of the session then, which this server keeps and sends as it did the token. Or let it hand the cookies on, both ways: those that the API sets when a user logs in, response.headers.getSetCookie(), and with what it asks the API, headers: { cookie: event.request.headers.get('cookie') ?? '' }.",
    };
  const server = servedWith(home, files, places, headers);
  if (server)
    return {
      action: 'manual',
      reason: `the pages' own server sends this token on (see ${server})`,
      todo: "Let that server hand on the cookies of the request that it answers, such as headers: { cookie: req.headers.cookie }, and ask the API who is logged in; pages and API have to be of one domain for it. Then take the token out of the browser: acceptSession() where a login is answered, signOut() where a user logs out, adoptLegacyToken at the start, all from '@jwt-to-session/shim/client'.",
    };
  const apart = nuxtApiApart(home, files);
  if (apart)
    return {
      action: 'manual',
      reason: `the requests of @nuxtjs/axios go to an address of their own (see ${apart})`,
      todo: "If it is another origin, set axios: { credentials: true } in nuxt.config, or $axios.defaults.withCredentials = true where its address is set, so that cookies go there. Then take the token out of the browser: acceptSession() where a login is answered, signOut() where a user logs out, adoptLegacyToken at the start with that address, all from '@jwt-to-session/shim/client'.",
    };
  const scripts = [...accesses, ...headers].map(({ file }) => file);
  if (home && areLoose(sources, home, scripts))
    return {
      action: 'manual',
      reason: 'pages load these scripts as they stand, and nothing bundles an import into them',
      loose: true,
    };
  const library = heldByLibrary(accesses, places, files);
  if (library) return { action: 'manual', ...library };
  const aside = heldSideBySide(sources, accesses, places);
  if (aside) return { action: 'manual', ...aside };
  const reads = new Set(accesses.map(({ path }) => path.node));
  const part = attached.find(
    ({ value }) =>
      IN_A_PAIR.test(String(value)) && !originsOf(sources, value).some(({ path }) => reads.has(path.node)),
  );
  if (part && !places.some(({ field }) => field === 'access'))
    return {
      action: 'manual',
      reason: `this token is kept in a pair with the one that renews it (see ${part.file.path})`,
      todo: "Hand both to acceptSession(access, refresh) where a login is answered, and give adoptLegacyToken both at the start, from: [{ storage, key, field: 'access' }, { storage, key, field: 'refresh' }]; the two come from '@jwt-to-session/shim/client'. Then take the pair out of storage, state and headers, together with what renews it.",
    };
  const unknown = attached.map(({ value }) => keptOutOfSight(sources, value, accesses)).find((text) => text);
  const keeps =
    unknown ??
    files.find(({ text }) => NUXT_COOKIE.test(text))?.path ??
    (places.length ? undefined : (storedSomewhere(accesses) ?? files.map(keeperIn).find((text) => text)));
  if (!keeps) return undefined;
  const where = knownKeeper(files);
  return {
    action: 'manual',
    reason: `it is not in sight where the browser keeps this token (see ${keeps})`,
    ...(where === undefined ? {} : { where }),
  };
}

/** The library that attaches tokens by itself, where a file uses it so. */
function attachingIn(
  home: Package | undefined,
  files: readonly ListedFile[],
): Pick<Hold, 'reason' | 'todo'> | undefined {
  for (const [library, used] of ATTACHING) {
    const file = home?.dependencies.has(library) && files.find(({ text }) => used.test(text));
    if (!file) continue;
    return {
      reason: `it is ${library} that attaches the token (see ${file.path})`,
      todo: `Send what ${library} sends by a client that attaches nothing and lets cookies go (withCredentials: true where the API is on another origin). Then run this step again.`,
    };
  }
  return undefined;
}

/** Where nuxt.config, or a plugin, gives the module of axios an address, which the calls don't show. */
function nuxtApiApart(home: Package | undefined, files: readonly ListedFile[]): string | undefined {
  if (!home?.dependencies.has('@nuxtjs/axios')) return undefined;
  return files.find(
    ({ path, text }) =>
      (/(?:^|\/)nuxt\.config\.\w+$/.test(path) && /\b(?:base|browserBase)URL\s*:/i.test(text)) ||
      // A path alone is of the pages' own origin.
      /\.setBaseURL\((?!\s*['"`]\/(?!\/))/.test(text),
  )?.path;
}

/** The call of a library of storage that a token comes from. */
function keptOutOfSight(
  sources: Sources,
  value: NodePath,
  accesses: readonly StorageAccess[],
): string | undefined {
  const seen = new Set(accesses.flatMap(({ path, through }) => [path.node, through?.node]));
  for (const { path } of originsOf(sources, value)) {
    if (seen.has(path.node) || !(path.isCallExpression() || path.isOptionalCallExpression())) continue;
    const callee = path.get('callee') as NodePath;
    const object =
      callee.isMemberExpression() || callee.isOptionalMemberExpression() ? callee.get('object') : undefined;
    const holder = object && !Array.isArray(object) ? lastNameOf(object) : undefined;
    const method = propertyName(callee.node) ?? '';
    // Nuxt's, which no import names.
    if (callee.isIdentifier({ name: 'useCookie' })) return firstLineOf(sources.fileOf(path), path.node);
    if (
      holder &&
      /(?:storage|cookies?|vault|keychain|preferences|secure_?store|forage|mmkv)$/i.test(holder)
    ) {
      if (/^get|^load|^read|^retrieve/i.test(method)) return firstLineOf(sources.fileOf(path), path.node);
    }
  }
  return undefined;
}

function storedSomewhere(accesses: readonly StorageAccess[]): string | undefined {
  const access = accesses.find(
    ({ operation, key, value }) =>
      operation === 'set' &&
      !value?.isLiteral() &&
      (key === undefined || LOGIN_KEY.test(key) || !OTHER_KEY.test(key)),
  );
  return access && firstLineOf(access.file, access.path.node);
}

function keeperIn({ text, path }: ListedFile): string | undefined {
  if (KEEPING.test(text)) return path;
  const specifiers = [...text.matchAll(/(?:from\s+|require\(\s*|import\s+)['"]([^'"]+)['"]/g)];
  return specifiers.some(
    ([, name = '']) =>
      KEEPERS.some(
        (keeper) => name === keeper || (name.startsWith(`${keeper}/`) && !name.includes('/integration')),
      ) &&
      (!name.startsWith('zustand') || /\bpersist\(/.test(text)),
  )
    ? path
    : undefined;
}
