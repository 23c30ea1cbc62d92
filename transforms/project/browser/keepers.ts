import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { callsOf } from '../callers.js';
import { propertyName } from '../definitions.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import type { AttachedHeader } from './headers.js';
import { clearsOf } from './keepers/clearing.js';
import { cookiesOf } from './keepers/cookies.js';
import { atomOf, hookOf, zustandOf } from './keepers/hooks.js';
import { fieldsAttached, ownKept } from './keepers/own.js';
import { filledIn } from './keepers/pinia-uses.js';
import { reduxOf } from './keepers/redux.js';
import { PINIA, piniaOf, vuexOf } from './keepers/vue.js';
import { familyOfName, isTokenName } from './names.js';
import { tokensInState } from './persisted-state.js';
import { attachedReads, type TokenPlace } from './places.js';
import type { StorageAccess } from './storage.js';

/** State that a library keeps in the browser by itself, with a login token somewhere in it. */
export interface KeptState {
  readonly library: string;
  readonly file: SourceFile;
  /** The call that says so. */
  readonly path: NodePath;
  readonly places: readonly TokenPlace[];
  /** Where code has it keep nothing any more. */
  readonly clears: readonly StorageAccess[];
  /** What code gives it to keep, with the names from there down to the token. */
  readonly fills: readonly Fill[];
}

export interface Fill {
  readonly path: NodePath;
  readonly trail: readonly string[];
}

/** What a call has a library keep. */
export interface Kept {
  readonly library: string;
  readonly storage: TokenPlace['storage'];
  readonly key: string;
  /** The names from what is stored down to each token; an empty list where the token itself is stored. */
  readonly trails: readonly (readonly string[])[];
}

/** Text without which no file has a library keep state. */
export const KEEPING_WORDS = ['persist', 'Persist', 'Storage', 'useCookies'];

/**
 * Finds the state that libraries keep with a login token in it.
 *
 * @param accesses where the client reads storage by itself: past the library, too
 */
export function keptStates(
  sources: Sources,
  files: readonly SourceFile[],
  headers: readonly AttachedHeader[],
  accesses: readonly StorageAccess[],
): KeptState[] {
  const tokens = withRefreshes(sources, tokensInState(sources, headers));
  const attached = attachedReads(sources, accesses, headers);
  return files.flatMap((file) =>
    callsOf(sources, file).flatMap(({ path, callee }): KeptState[] => {
      const call = path as NodePath;
      const cookies = cookiesOf(sources, call, callee, accesses, headers);
      if (cookies.length) return [stateOf(sources, file, call, cookies)];
      const kept =
        reduxOf(sources, call, callee, tokens) ??
        zustandOf(sources, call, callee) ??
        piniaOf(sources, call, callee, headers) ??
        vuexOf(sources, call, callee) ??
        atomOf(sources, call, callee) ??
        hookOf(sources, call, callee);
      if (!kept) return [];
      const past = accesses.flatMap(({ path: read, storage, key }) => {
        const trail = storage === kept.storage && key === kept.key ? attached.get(read.node) : undefined;
        return trail?.length ? [trail] : [];
      });
      const named = kept.trails.length ? [] : fieldsAttached(call, kept.key, headers).map((field) => [field]);
      const trails = new Map([...kept.trails, ...past, ...named].map((trail) => [trail.join('.'), trail]));
      const state = stateOf(sources, file, call, [{ ...kept, trails: [...trails.values()] }]);
      return state.places.length ? [state] : [];
    }),
  );
}

/** The refresh tokens that reducers keep beside the tokens that are attached: `state.refreshToken = …`. */
function withRefreshes(sources: Sources, tokens: readonly (readonly string[])[]): (readonly string[])[] {
  const files = tokens.length ? sources.mentioning('efresh').filter(({ test }) => !test) : [];
  const names = new Set(files.flatMap(refreshesPut));
  return tokens.flatMap((token) => [token, ...[...names].map((name) => [...token.slice(0, -1), name])]);
}

function refreshesPut(file: SourceFile): string[] {
  return [...file.paths.values()].flatMap((path): string[] => {
    const left = path.isAssignmentExpression() ? path.node.left : undefined;
    if (!t.isMemberExpression(left) || !t.isIdentifier(left.object, { name: 'state' })) return [];
    const name = propertyName(left) ?? '';
    return isTokenName(name) && familyOfName(name) === 'refresh' ? [name] : [];
  });
}

/** Finds the state that functions of the application keep in storage, with a login token in it. */
export function ownStates(
  sources: Sources,
  accesses: readonly StorageAccess[],
  headers: readonly AttachedHeader[],
): KeptState[] {
  return ownKept(sources, accesses, headers).flatMap((kept) => {
    const state = stateOf(sources, kept.file, kept.path, [kept]);
    return state.places.length ? [state] : [];
  });
}

function stateOf(sources: Sources, file: SourceFile, path: NodePath, kept: readonly Kept[]): KeptState {
  return {
    library: kept[0]?.library ?? '',
    file,
    path,
    places: kept.flatMap(placesIn),
    clears: kept.flatMap((one) => clearsOf(sources, path, one)),
    fills: kept.flatMap((one) => fillsOf(sources, path, one)),
  };
}

function fillsOf(sources: Sources, path: NodePath, { library, trails }: Kept): Fill[] {
  if (library !== PINIA) return [];
  return trails.flatMap(([field = '', ...trail]) =>
    filledIn(sources, path, field).map((filled) => ({ path: filled, trail })),
  );
}

function placesIn({ library, storage, key, trails }: Kept): TokenPlace[] {
  return trails.map((trail): TokenPlace => {
    const field = trail.at(-1);
    const what = field === undefined ? 'the login token' : `the login token as ${trail.join('.')}`;
    return {
      storage,
      key,
      ...(field === undefined ? {} : { field, within: trail.slice(0, -1) }),
      flag: true,
      family: familyOfName(field ?? key),
      evidence: `${library} keeps ${what} under ${key}`,
    };
  });
}
