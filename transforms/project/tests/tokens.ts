import { doorsOf } from '../acceptance/doors.js';
import { placesOf } from '../acceptance/places.js';
import type { Site } from '../site.js';
import type { Sources } from '../sources.js';
import { agentsOf, type LoggedInAgent } from './agents.js';
import { attachmentsOf, isLookedFor } from './attached.js';
import { type CarriedToken, carriedBy, type UnclearToken } from './carried.js';

/** A token of the tests, and the agents that can take its place. */
export interface TestToken extends CarriedToken {
  readonly agents: readonly LoggedInAgent[];
}

/** The tokens that tests send to the application. */
export interface TestTokens {
  readonly replaced: readonly TestToken[];
  readonly unclear: readonly UnclearToken[];
}

const tokensOfSources = new WeakMap<Sources, TestTokens>();

/**
 * Finds the tokens that tests send, each with all that has to change together; remembered with the sources.
 *
 * @param served what was found on the server
 */
export function testTokens(sources: Sources, served: readonly Site[]): TestTokens {
  const known = tokensOfSources.get(sources);
  if (known) return known;
  const found = tokensIn(sources, served);
  tokensOfSources.set(sources, found);
  return found;
}

const HEADERS = ['uthorization', 'x-auth-token', 'x-access-token', 'bearer'];

function tokensIn(sources: Sources, served: readonly Site[]): TestTokens {
  const files = sources
    .mentioning(...HEADERS)
    .filter(({ test, text }) => test && /\.(?:set|auth)\(/.test(text));
  const sent = files.flatMap((file) => attachmentsOf(sources, file));
  if (!sent.length) return { replaced: [], unclear: [] };
  const homes = new Set(served.map(({ file }) => file));
  const places = placesOf(sources, served, doorsOf(sources, served, homes), homes);
  const replaced: TestToken[] = [];
  // Sent where nobody looks for it, or with another word before it, it is mostly to show that it opens nothing.
  const all = sent.filter((attachment) => isLookedFor(attachment, places));
  const unclear: UnclearToken[] = sent
    .filter((attachment) => !all.includes(attachment))
    .map((attachment) => ({
      attachments: [attachment],
      because: 'the application does not look for a token where it is sent, or not for such a one',
      answered: false,
    }));
  for (const attachment of all) {
    const known = [...replaced, ...unclear].some(({ attachments }) => attachments.includes(attachment));
    if (known) continue;
    const token = carriedBy(sources, attachment, all);
    if ('because' in token) {
      unclear.push(token);
      continue;
    }
    const joined = joinedWith(token, replaced);
    const agents = agentsOf(sources, joined);
    if (typeof agents === 'string')
      unclear.push({ attachments: joined.attachments, because: agents, answered: true });
    else replaced.push({ ...joined, agents });
  }
  return { replaced, unclear };
}

/** Tokens of one login are one: the first of them is taken out of the list. */
function joinedWith(token: CarriedToken, replaced: TestToken[]): CarriedToken {
  const requests = new Set(token.logins.map(({ request }) => request));
  const at = replaced.findIndex(({ logins }) => logins.some(({ request }) => requests.has(request)));
  const other: TestToken | undefined = replaced[at];
  if (!other) return token;
  replaced.splice(at, 1);
  const takes = (request: TestToken['logins'][number]['request']) =>
    [...other.logins, ...token.logins]
      .filter((login) => login.request === request)
      .flatMap((login) => login.takes);
  const all = new Set([...other.logins, ...token.logins].map(({ request }) => request));
  return joinedWith(
    {
      logins: [...all].map((request) => ({ request, takes: takes(request) })),
      attachments: [...other.attachments, ...token.attachments],
      names: [...other.names, ...token.names],
      shown: new Set([...other.shown, ...token.shown]),
      functions: [...other.functions, ...token.functions],
    },
    replaced,
  );
}
