import type { NodePath } from '@babel/traverse';
import { propertyName } from '../definitions.js';
import type { Common } from '../site.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import type { BrowserClient } from './client.js';

/** A test keeps a token that it made up where the page keeps its own. `path` is the key. */
export interface TestStorageSite extends Common<'store'> {
  readonly kind: 'test-storage';
}

/** One call of web storage in a test, with its key and what it stores. */
interface TestAccess {
  readonly key: NodePath;
  readonly value?: NodePath;
}

/**
 * Finds where tests of a page store a token that is no more than a word: the page is to take the test's user for
 * logged in. All of a file's accesses under the key belong together; where a value may be a real token, or the key
 * is spoken of elsewhere, the file stays as it is.
 *
 * @param only whether there is no other browser application that a test could be about
 */
export function testStorageSites(
  sources: Sources,
  { folder, places }: BrowserClient,
  only: boolean,
): TestStorageSite[] {
  const keys = places.filter(({ storage, field, flag }) => storage === 'local' && !field && !flag);
  const files = keys.length ? sources.mentioning('localStorage') : [];
  return files
    .filter((file) => file.test && (only || (sources.packageOf(file)?.folder ?? '') === folder))
    .flatMap((file) => keys.flatMap(({ key }) => sitesUnder(file, key)));
}

function sitesUnder(file: SourceFile, key: string): TestStorageSite[] {
  const accesses = [...file.paths.values()].flatMap((path) => accessUnder(path, key) ?? []);
  const stored = accesses.flatMap(({ value }) => value ?? []);
  const known = new Set(accesses.map((access) => access.key.node));
  const elsewhere = [...file.paths.values()].some(
    (path) => path.isStringLiteral({ value: key }) && !known.has(path.node),
  );
  if (!stored.length || elsewhere || !stored.every(isWord)) return [];
  const evidence = `the page keeps its token under ${key}`;
  return accesses.map(({ key: path }) => ({
    role: 'store',
    kind: 'test-storage',
    family: 'session',
    evidence,
    file,
    path,
  }));
}

/** `window.localStorage.setItem('token', 'made-up')` */
function accessUnder(path: NodePath, wanted: string): TestAccess | undefined {
  if (!path.isCallExpression()) return undefined;
  const callee = path.get('callee') as NodePath;
  const method = propertyName(callee.node);
  if (!method || !/^(?:get|set|remove)Item$/.test(method)) return undefined;
  const storage = callee.get('object') as NodePath;
  const holds = storage.isIdentifier() ? storage.node.name : propertyName(storage.node);
  const [key, value] = path.get('arguments') as NodePath[];
  if (holds !== 'localStorage' || !key?.isStringLiteral({ value: wanted })) return undefined;
  return method === 'setItem' && value ? { key, value } : { key };
}

/** A text that no server has signed. */
function isWord(path: NodePath): boolean {
  return path.isStringLiteral() && /^[\w-]+$/.test(path.node.value);
}
