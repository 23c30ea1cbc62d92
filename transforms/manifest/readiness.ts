import { type Acceptance, acceptanceOf } from '../project/acceptance/acceptance.js';
import { toldApart } from '../project/acceptance/told-apart.js';
import type { Application } from '../project/express/application.js';
import {
  otherSessions,
  type ReplaceableSession,
  replaceableSession,
} from '../project/express/other-session.js';
import { placementOf } from '../project/express/placement.js';
import { filesOf, servingTogether } from '../project/express/reach.js';
import type { Project } from '../project/project.js';
import { READ_PLAINLY, unseenPlaceIn } from '../project/token-origins.js';
import { modulePathOf } from './module-path.js';

/** A person must mount the shim: why, and what to do. */
interface Blocked {
  readonly state: 'blocked';
  readonly reason: string;
  readonly todo: string;
}

/** Whether the shim can be put in front of an application. */
export type Readiness = { readonly state: 'mounted' } | Blocked | Ready;

/** The shim can be put in front of the application. */
export interface Ready {
  readonly state: 'ready';
  readonly acceptance: Acceptance;
  /** The path of the session module. */
  readonly module: string;
  /** The session middleware in whose place the shim is mounted. */
  readonly replaces?: ReplaceableSession;
}

/** Judges an application by what is registered on it and by what its code accepts as a login. */
export function readinessOf(application: Application, { sources, sites }: Project): Readiness {
  const { registrations } = application;
  if (registrations.some(({ kind }) => kind === 'shim')) return { state: 'mounted' };
  const acceptance = acceptanceOf(sources, sites, filesOf(sources, application), placementOf(application).at);
  const readsBody = acceptance.places.some((place) => place.in === 'body');
  const replaces = replaceableSession(sources, application, readsBody);
  if (!replaces && otherSessions(sources, application).length) {
    return {
      state: 'blocked',
      reason: 'another session middleware serves this application, and the shim serves req.session itself',
      todo: `${MOUNT} in the place of that one, with its options as \`session\`.`,
    };
  }
  const blocked =
    severalKinds(toldApart({ sources, sites }, filesOf(sources, application))) ??
    takenFrom(unseenPlaceIn(filesOf(sources, application), { sources, sites })) ??
    missingIn(acceptance) ??
    servingTogether(sources, sites, application)
      .map((one) => madeByEntry(acceptance, one) ?? namedThere(acceptance, one, application))
      .find((one) => one !== undefined);
  if (blocked) return blocked;
  return {
    state: 'ready',
    acceptance,
    module: modulePathOf(application, sources),
    ...(replaces ? { replaces } : {}),
  };
}

/** A browser has one session, which would stand for each kind of login. */
function severalKinds(apart: string | undefined): Blocked | undefined {
  if (apart === undefined) return undefined;
  return {
    state: 'blocked',
    reason: apart,
    todo: 'Give all logins one key and a claim that says of which kind each is, let the checks ask for it, and run this again.',
  };
}

/** Nothing says which header or cookie the shim is to look into. */
function takenFrom(place: string | undefined): Blocked | undefined {
  if (place === undefined) return undefined;
  return {
    state: 'blocked',
    reason: `the login token is taken from the request in a way that is not followed: ${place}`,
    todo: READ_PLAINLY,
  };
}

/** The session module would load the file that is loading it, and find nothing there yet. */
function madeByEntry({ keys }: Acceptance, { file }: Application): Blocked | undefined {
  if (file.system !== 'commonjs') return undefined;
  const made = keys.some(({ key }) => key.imports.some((one) => one.file === file));
  if (!made) return undefined;
  return {
    state: 'blocked',
    reason: 'the key of the login tokens is made in the file that makes the application',
    todo: 'Move the key into a module of its own that both can load, then run this again.',
  };
}

/** One module for two applications can't be handed what a place in one of them names. */
function namedThere(
  { keys, refresh }: Acceptance,
  one: Application,
  other: Application,
): Blocked | undefined {
  if (one === other || ![...keys, ...refresh].some(({ key }) => key?.given?.length)) return undefined;
  return {
    state: 'blocked',
    reason: `${one.file.path} and ${other.file.path} share their logins, and the key is known only where it is used`,
    todo: 'Move the key into a module of its own that both can load, then run this again.',
  };
}

const MOUNT = 'Mount cutover() from @jwt-to-session/shim';

/** Why no session module can be written. */
function missingIn({ keys, user, unclear, alike }: Acceptance): Blocked | undefined {
  const blocked = (reason: string, todo: string): Blocked => ({
    state: 'blocked',
    reason,
    todo: `${MOUNT} before the first route, ${todo}.`,
  });
  if (unclear.length)
    return blocked(
      'the key of the login tokens is known only where it is used',
      'with that key in legacy.keys',
    );
  if (!keys.length)
    return blocked('nothing shows the key of the login tokens', 'with that key in legacy.keys');
  if (!user)
    return blocked(
      'nothing shows which claim of a login token names the user',
      'with a function that returns it as the option user',
    );
  if (alike.length)
    return blocked(
      'the key of the logins also signs tokens for another purpose, and nothing tells them apart',
      'with an option legacy.claims that refuses those tokens by a claim that you give them',
    );
  return undefined;
}
