import { isSource, isTest, type ListedFile } from '../files.js';
import { isolated } from '../isolated.js';
import { folderAt } from '../packages.js';
import { sideOf } from '../sides.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import type { ApiBase } from './api.js';
import { apiBaseOf } from './api.js';
import { type Credentials, credentialsOf } from './credentials.js';
import { type Entry, entryOf } from './entry.js';
import { type AttachedHeader, attachedHeaders } from './headers.js';
import { type Hold, holdOf } from './held.js';
import { heldBySettings } from './held-libraries.js';
import { KEEPING_WORDS, type KeptState, keptStates, ownStates } from './keepers.js';
import { placesOf, type TokenPlace } from './places.js';
import { type OutgoingRequest, outgoingRequests, SENDING_WORDS } from './requests.js';
import { type StorageAccess, storageAccesses } from './storage.js';
import { LIBRARY_WORDS, libraryWords } from './storage-libraries.js';
import { strangerOf } from './strangers.js';
import { apiAddresses, type Target, targetOf } from './target.js';
import { ADDRESS_WORDS, attachedAddresses } from './token-addresses.js';

/** One browser application of the repository, as far as login tokens are concerned. */
export interface BrowserClient {
  /** Folder of its package, relative to the root; `''` at the root. */
  readonly folder: string;
  readonly files: readonly SourceFile[];
  readonly accesses: readonly StorageAccess[];
  readonly headers: readonly AttachedHeader[];
  readonly places: readonly TokenPlace[];
  /** State with a token in it that libraries keep. */
  readonly kept: readonly KeptState[];
  readonly requests: readonly OutgoingRequest[];
  readonly base: ApiBase;
  readonly credentials: Credentials;
  readonly entry?: Entry;
  readonly target: Target;
  /** Present where nothing in it is changed for now. */
  readonly hold?: Hold;
}

/** Text that shows that a client keeps or attaches login tokens. */
const EVIDENCE = [
  ...LIBRARY_WORDS,
  'ocalStorage',
  'essionStorage',
  'ookie',
  'StorageEvent',
  "'storage'",
  '"storage"',
  'uthorization',
  '-token',
  '-Token',
];

/** Text of a file that logs users in, be it by functions and addresses of other files. */
const LOGIN_WORDS = [
  'ogin',
  'ogIn',
  'OGIN',
  'ignin',
  'ignIn',
  'ign-in',
  'ignup',
  'ignUp',
  'ign-up',
  'egister',
  'uthenticate',
];

/** Text that a file with something to change holds, where there is anything at all. */
const WORDS = [
  ...EVIDENCE,
  'jwt',
  'oken',
  'atob(',
  'ogout',
  'ogOut',
  'OGOUT',
  'ignOut',
  ...LOGIN_WORDS,
  ...SENDING_WORDS,
];

/** Finds the browser applications that keep or attach login tokens. */
export function browserClients(sources: Sources): BrowserClient[] {
  const words = [...EVIDENCE, ...libraryWords(sources)];
  const showing = sources.parsedWhere((text) => holdsAny(text, words) || isOfPlainHeader(text));
  return [...byFolder(sources, showing)].flatMap(([folder, evident]) => {
    const found = inEach(sources, evident, storageAccesses);
    const headers = inEach(sources, evident, attachedHeaders);
    return isolated(sources, evident, (): BrowserClient[] => {
      const keeping = clientFiles(sources, KEEPING_WORDS).get(folder) ?? [];
      const own = ownStates(sources, found, headers);
      const calls = new Set(own.map(({ path }) => path.node));
      const accesses = found.filter(({ path }) => !calls.has(path.node));
      const byLibraries = inEach(sources, keeping, (all, file) => keptStates(all, [file], headers, accesses));
      const kept = [...own, ...byLibraries];
      const read = accesses.filter((access) => !access.kept);
      const places = distinct([...placesOf(sources, read, headers), ...kept.flatMap((one) => one.places)]);
      if (!places.length && !headers.length) return [];
      const files = clientFiles(sources, WORDS).get(folder) ?? evident;
      const requests = inEach(sources, files, outgoingRequests);
      const addressed = requests.filter(({ made }) => !made);
      const guessed = apiBaseOf(sources, addressed, headers);
      const addresses = apiAddresses(sources, folder, guessed);
      const base = afterSlash(guessed, addresses);
      const credentials = credentialsOf(sources, base, addressed, headers);
      const entry = entryOf(sources, folder);
      const home = files[0] && sources.packageOf(files[0]);
      const addressing = clientFiles(sources, ADDRESS_WORDS).get(folder) ?? [];
      const inAddresses = inEach(sources, addressing, (all, file) =>
        attachedAddresses(all, file, { accesses, headers, base, fields: fieldsOf(places) }),
      );
      const known = addresses.map(({ value }) => value);
      const stranger = strangerOf(sources, known, accesses);
      const hold: Hold | undefined = stranger
        ? { action: 'kept', reason: stranger }
        : (holdOf(sources, home, textsIn(sources, folder), accesses, places, headers) ??
          heldBySettings(entry, places));
      return [
        {
          folder,
          files,
          accesses,
          headers: [...headers, ...inAddresses],
          places,
          kept,
          requests,
          base,
          credentials,
          target: targetOf(sources, folder, base),
          ...(entry ? { entry } : {}),
          ...(hold ? { hold } : {}),
        },
      ];
    });
  });
}

/** The fields of stored objects that are a login token. */
export function fieldsOf(places: readonly TokenPlace[]): ReadonlySet<string> {
  return new Set(places.flatMap(({ field, within }) => (field === undefined || within ? [] : [field])));
}

/** What follows an address of the environment that ends with a slash begins with none. */
function afterSlash(base: ApiBase, known: readonly { readonly value: string }[]): ApiBase {
  const ends = known.length > 0 && known.every(({ value }) => value.endsWith('/'));
  return ends && /\benv\.\w+$/.test(base.expression?.text ?? '')
    ? { ...base, path: base.path.replace(/^\//, '') }
    : base;
}

/** Several components may keep a token under the same key. */
function distinct(places: readonly TokenPlace[]): TokenPlace[] {
  const known = new Map<string, TokenPlace>();
  for (const place of places) {
    const at = [place.storage, place.key, ...(place.within ?? []), place.field].join('\n');
    if (!known.has(at) || place.flag) known.set(at, place);
  }
  return [...known.values()];
}

function inEach<T>(
  sources: Sources,
  files: readonly SourceFile[],
  find: (sources: Sources, file: SourceFile) => readonly T[],
): T[] {
  return files.flatMap((file) => isolated(sources, [file], () => find(sources, file)));
}

/** The texts of a package, whatever they hold. */
function textsIn(sources: Sources, folder: string): ListedFile[] {
  return sources.listed.filter(
    ({ path }) => isSource(path) && !isTest(path) && folderAt(sources.packages, path) === folder,
  );
}

/** The files of each browser package that hold one of some words. */
function clientFiles(sources: Sources, words: readonly string[]): Map<string, SourceFile[]> {
  return byFolder(sources, sources.mentioning(...words));
}

function byFolder(sources: Sources, files: readonly SourceFile[]): Map<string, SourceFile[]> {
  const folders = new Map<string, SourceFile[]>();
  for (const file of files) {
    if (file.test || sideOf(sources, file) !== 'client') continue;
    const folder = sources.packageOf(file)?.folder ?? '';
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  return folders;
}

const holdsAny = (text: string, words: readonly string[]) => words.some((word) => text.includes(word));

/** `{ headers: { token } }`, of a token that comes from another file. */
const isOfPlainHeader = (text: string) => text.includes('eaders') && /oken|\bjwt\b/.test(text);
