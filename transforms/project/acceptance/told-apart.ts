import type { NodePath } from '@babel/traverse';
import { definitionOf } from '../definitions.js';
import { filesAround, filesServedWith } from '../express/reach.js';
import { originsOf } from '../flow/origins.js';
import type { Project } from '../project.js';
import { isMint, type MintSite } from '../site.js';
import { positionOf, type SourceFile, startOf, textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { onlyTestsUse } from '../tests-only.js';
import { type Door, doorsOf, propertyOf } from './doors.js';
import { settingOf } from './key.js';

/** What of a project tells its login tokens apart. */
type Tokens = Pick<Project, 'sources' | 'sites'>;

const known = new WeakMap<Sources, Map<ReadonlySet<SourceFile> | undefined, string | undefined>>();

/**
 * Why the logins of a file's application are of several kinds, in words: what one check lets in another refuses, as
 * where users and administrators have a key each. One session would open both.
 */
export function toldApartAt(file: SourceFile, tokens: Tokens): string | undefined {
  const { sources, sites } = tokens;
  const files = filesServedWith(sources, file);
  const remembered = known.get(sources) ?? new Map<ReadonlySet<SourceFile> | undefined, string | undefined>();
  known.set(sources, remembered);
  if (remembered.has(files)) return remembered.get(files);
  const found = toldApart(tokens, filesAround(sources, sites, file));
  remembered.set(files, found);
  return found;
}

/** The same for the application that some files are. */
export function toldApart({ sources, sites }: Tokens, files: ReadonlySet<SourceFile>): string | undefined {
  const own = sites.filter(({ file }) => files.has(file));
  const logins = own
    .filter(isMint)
    .filter(({ family, path }) => family === 'session' && !onlyTestsUse(sources, path));
  const doors = doorsOf(sources, own, files).filter(({ family }) => family === 'session');
  const asked = doors.flatMap((door) => demandOf(sources, door, logins) ?? []);
  const checked = differing(asked.map((one) => withAlternatives(one, asked)));
  // Where a function finds the key for a token, whatever signs is let in.
  if (checked || (doors.length && !asked.length)) return checked;
  return differing(logins.flatMap((mint) => signedWith(sources, mint) ?? []));
}

/** What a place accepts or makes: tokens of one of some keys, for whom, by whom. */
interface Kind {
  readonly keys: ReadonlySet<string>;
  readonly rest: string;
  readonly at: NodePath;
  readonly call: NodePath;
  readonly sources: Sources;
}

function differing([first, ...others]: readonly Kind[]): string | undefined {
  for (const other of first ? others : []) {
    const sameKey = [...other.keys].some((key) => first?.keys.has(key));
    if (first && (!sameKey || other.rest !== first.rest))
      return `logins are told apart by their ${sameKey ? 'audience or issuer' : 'key'} (${placeOf(first)}, ${placeOf(other)}), and one session would open both`;
  }
  return undefined;
}

function placeOf({ at, sources }: Kind): string {
  const file = sources.fileOf(at);
  return `${file.path}:${positionOf(file.text, startOf(at.node)).line}`;
}

function signedWith(sources: Sources, { key, call }: MintSite): Kind | undefined {
  return key && { keys: namesOf(sources, key), rest: '', at: key, call, sources };
}

function demandOf(
  sources: Sources,
  { key, options, call }: Door,
  logins: readonly MintSite[],
): Kind | undefined {
  // A function finds the key that fits.
  if (!key || definitionOf(sources, key).kind === 'function') return undefined;
  const rest = ['audience', 'issuer'].map((name) => {
    const path = options && propertyOf(sources, options, name);
    const asked = path && textOf(sources.fileOf(path), path.node);
    return asked !== undefined &&
      logins.length > 0 &&
      logins.every((mint) => says(sources, mint, name, asked))
      ? ''
      : (asked ?? '');
  });
  return { keys: namesOf(sources, key), rest: rest.join(), at: key, call, sources };
}

/** Whether every token of a mint meets a demand, so that it tells none from the others. */
function says(sources: Sources, { options, chain }: MintSite, name: string, text: string): boolean {
  const [linked] = (chain?.get(name === 'issuer' ? 'setIssuer' : 'setAudience')?.get('arguments') ??
    []) as NodePath[];
  const said = (options && propertyOf(sources, options, name)) ?? linked;
  return said !== undefined && textOf(sources.fileOf(said), said.node) === text;
}

/** One check after another, each with a key of its own, lets in whoever either of them lets in. */
function withAlternatives(one: Kind, all: readonly Kind[]): Kind {
  const beside = all.filter(
    (other) =>
      other.call.isDescendant(one.call) ||
      one.call.isDescendant(other.call) ||
      (other.call.getFunctionParent()?.node === one.call.getFunctionParent()?.node &&
        isChecking(other) &&
        isChecking(one)),
  );
  return { ...one, keys: new Set(beside.concat(one).flatMap(({ keys }) => [...keys])) };
}

/** Whether the call checks a token here and now: libraries are set up one beside the other for routes of their own. */
function isChecking({ call }: Kind): boolean {
  return call.getFunctionParent() !== null && /(?:verify|decode|jwtVerify)$/i.test(calleeOf(call));
}

function calleeOf(call: NodePath): string {
  return call.isCallExpression() ? String(call.get('callee')) : '';
}

/** The names of what a key is taken from: variables of the environment, settings, fixed texts. */
function namesOf(sources: Sources, key: NodePath): Set<string> {
  const definition = definitionOf(sources, key);
  const at = definition.kind === 'value' ? definition.path : key;
  const origins = originsOf(sources, settingOf(sources, at) ?? at);
  return new Set(
    origins.map(({ path, trail }) => {
      const text = textOf(sources.fileOf(path), path.node);
      const [, variable, string] = /process\.env(?:\.|\[['"`])(\w+)|['"`]([^'"`]+)['"`]/.exec(text) ?? [];
      return variable ?? trail.at(-1) ?? string ?? text.split('.').at(-1) ?? text;
    }),
  );
}
