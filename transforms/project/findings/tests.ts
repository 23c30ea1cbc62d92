import type { NodePath } from '@babel/traverse';
import type { Finding } from '../../words.js';
import { isSource, isTest } from '../files.js';
import { isolated } from '../isolated.js';
import type { Project } from '../project.js';
import type { Signature } from '../signatures.js';
import { isMint } from '../site.js';
import { librarySites } from '../sites/libraries.js';
import { endOf, positionOf, startOf } from '../source.js';
import type { Sources } from '../sources.js';
import { testTokens } from '../tests/tokens.js';
import { at } from './at.js';
import { testNamed } from './test-named.js';

/** Libraries that tests send requests to a server with. */
const SERVER_CLIENT = /['"](?:supertest|chai-http|light-my-request|pactum)['"]/;
/** Libraries that make a request which no server received. */
const MADE_UP_REQUEST = /['"](?:node-mocks-http|sinon-express-mock|mock-express-request|mock-req)['"]/;
const KEEPS_COOKIES = /\.agent\(|['"](?:tough-cookie|axios-cookiejar-support)['"]/;
/** A header with a token that is not written out. */
const SENT_TOKEN =
  /['"`](?:Bearer |Token |JWT )(?:\$\{|['"] ?\+)|['"`]x-(?:access|auth)-token['"`]\]?\s*[:,=]\s*[a-z_$]/gi;
/** A cookie with a token, put together by hand. */
const SENT_COOKIE =
  /['"`]Cookie['"`]\s*[,:]\s*\[?\s*(?:`\w*(?:token|jwt)\w*=\$\{|['"]\w*(?:token|jwt)\w*=['"]\s*\+)/i;
/** A look at the cookie that the token came in. */
const COOKIE_OF_TOKEN =
  /\b(?:startsWith|includes|indexOf|match|toMatch|toContain|stringContaining|stringMatching|test)\(\s*['"`/]\^?\w*(?:token|jwt)\w*=/i;
const TOKEN_HEADER = /['"`](?:Bearer |Token |JWT |x-access-token['"`]|x-auth-token['"`])/i;

/**
 * The application's own tests that are about its JWTs, each by name. They are not rewritten: what they assert is
 * no longer so once the server works with sessions.
 */
export function testFindings(project: Project, signatures: readonly Signature[]): Finding[] {
  const { sources, sites, steps } = project;
  if (!steps.includes('server') || !sites.some((site) => isMint(site) && site.family === 'session'))
    return [];
  const packages = [...new Set(signatures.map((signature) => signature.package))];
  const calls = sources
    .mentioning(...packages)
    .filter((file) => file.test)
    .flatMap((file) => isolated(sources, [file], () => librarySites(sources, file, signatures)))
    .filter(({ family }) => family === 'session' || family === 'unknown');
  return [
    ...calls.map((site) => onCall(sources, site.path, isMint(site))),
    ...tokensThatStay(project),
    ...headersWithoutCookies(project),
    ...cookiesOfTokens(sources),
    ...requestsMadeUp(sources),
  ];
}

/** Tests that speak of the cookie that the token was in: the session's has another name. */
function cookiesOfTokens({ listed }: Sources): Finding[] {
  return listed.flatMap(({ path, text }): Finding[] => {
    if (!isTest(path) || !isSource(path) || !SERVER_CLIENT.test(text)) return [];
    const seen = SENT_COOKIE.exec(text) ?? COOKIE_OF_TOKEN.exec(text);
    if (!seen) return [];
    return [
      {
        severity: 'warning',
        title: 'Tests speak of the cookie that the token was in',
        detail:
          "After the step server the session's cookie takes its place, under a name of its own. Let an agent log in, such as request.agent(app), or send all that a login sets: .set('Cookie', res.headers['set-cookie']).",
        file: path,
        line: positionOf(text, seen.index).line,
      },
    ];
  });
}

/** Tests that hand a middleware a request of their own, with a token, that never came through the shim. */
function requestsMadeUp({ listed }: Sources): Finding[] {
  return listed.flatMap(({ path, text }): Finding[] => {
    if (!isTest(path) || !isSource(path) || !MADE_UP_REQUEST.test(text)) return [];
    const sent = TOKEN_HEADER.exec(text);
    if (!sent) return [];
    return [
      {
        severity: 'warning',
        title: 'Tests hand a middleware a request with a token that never came through the application',
        detail:
          'After the step server the middleware asks the session, which the shim finds before it. Let these tests send a request to the application.',
        file: path,
        line: positionOf(text, sent.index).line,
      },
    ];
  });
}

/** Tokens that tests send and that no agent takes the place of, with the reason. */
function tokensThatStay({ sources, sites }: Project): Finding[] {
  return testTokens(sources, sites).unclear.flatMap(
    ({ attachments: [first], because, answered }): Finding[] => {
      if (!first) return [];
      const place = at(sources, first.token);
      if (first.request.making.keeps) return [{ ...SHARED_AGENT, ...place }];
      if (answered)
        return [
          {
            severity: 'warning',
            title: `${testNamed(first.token)} sends a token that a login answers with`,
            detail: `It is left as it is, since ${because}. After the step server a login answers with a marker, which opens nothing: let an agent log in, such as request.agent(app), and send these requests.`,
            ...place,
          },
        ];
      return [{ ...NO_COOKIES, detail: `${NO_COOKIES.detail} Here ${because}.`, ...place }];
    },
  );
}

const SHARED_AGENT = {
  severity: 'note',
  title: 'Tests send a token by a client that keeps cookies',
  detail:
    "After the step server a client that has logged in is logged in by the session's cookie, whatever it sends in the header: what is to be asked by a visitor needs a client of its own, such as request(app).",
} as const;

const NO_COOKIES = {
  severity: 'note',
  title: 'Tests send a token in a header and keep no cookies',
  detail:
    'A JWT that the tests sign is exchanged for a session until the window closes. After the step server a login answers with a marker, which opens nothing: tests that send it need a client that keeps the session cookie, such as request.agent(app).',
} as const;

/** Tests that send a token in a header in a way that is not followed, through a client that keeps no cookies. */
function headersWithoutCookies({ sources, sites }: Project): Finding[] {
  const { replaced, unclear } = testTokens(sources, sites);
  const followed = [
    ...[...replaced, ...unclear].flatMap(({ attachments }) => attachments.map(({ link }): NodePath => link)),
    ...replaced.flatMap(({ logins }) =>
      logins.flatMap(({ takes }) => takes.map((take) => take.getStatementParent() ?? take)),
    ),
  ].map((path) => ({ file: sources.fileOf(path).path, start: startOf(path.node), end: endOf(path.node) }));
  return sources.listed.flatMap(({ path, text }): Finding[] => {
    if (!isTest(path) || !isSource(path)) return [];
    if (!SERVER_CLIENT.test(text) || KEEPS_COOKIES.test(text)) return [];
    const sent = [...text.matchAll(SENT_TOKEN)].find(
      ({ index }) => !followed.some(({ file, start, end }) => file === path && start <= index && index < end),
    );
    return sent ? [{ ...NO_COOKIES, file: path, line: positionOf(text, sent.index).line }] : [];
  });
}

function onCall(sources: Sources, path: NodePath, signs: boolean): Finding {
  const called = testNamed(path);
  return signs
    ? {
        severity: 'note',
        title: `${called} signs a JWT of its own`,
        detail:
          'As a login it is exchanged for a session until the window closes. Let it log in as users do.',
        ...at(sources, path),
      }
    : {
        severity: 'warning',
        title: `${called} expects a JWT`,
        detail:
          'After the step server a login answers with a marker in its place. Let it ask with the session cookie who is logged in.',
        ...at(sources, path),
      };
}
