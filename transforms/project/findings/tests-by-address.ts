import type { Finding } from '../../words.js';
import { STANDS_IN } from '../browser/stand-ins.js';
import { isSource, isTest } from '../files.js';
import type { Project } from '../project.js';
import { isMint } from '../site.js';
import { positionOf } from '../source.js';

/** Clients that know nothing of cookies unless they are told. */
const CLIENT = /\b(?:axios|got|needle|superagent|bent|phin|undici)\b|\bfetch\(|['"]node-fetch['"]/;
/** What is sent with them never gets to the server, or they were told. */
const NOT_SENT =
  /\b(?:jest|vi)\.mock\(|['"](?:nock|sinon|supertest|chai-http|light-my-request|pactum)['"]|spyOn\(/;
const KEEPS_COOKIES = /tough-cookie|cookiejar|CookieJar|set-cookie|getSetCookie/i;
const SENT_TOKEN =
  /['"`](?:Bearer |Token |JWT )(?:\$\{|['"] ?\+)|['"`]?authorization['"`]?\]?\s*:\s*(?:\w+\.)*\w*(?:token|jwt)\w*|['"`]x-(?:access|auth)-token['"`]\]?\s*[:,=]\s*[a-z_$]/i;

/** Tests that send a token to a server that runs, by a client of the web rather than one for tests. */
export function testsByAddress({ sources, sites, steps }: Project): Finding[] {
  if (!steps.includes('server') || !sites.some((site) => isMint(site) && site.family === 'session'))
    return [];
  return sources.listed.flatMap(({ path, text }): Finding[] => {
    if (!isTest(path) || !isSource(path) || !CLIENT.test(text)) return [];
    if (NOT_SENT.test(text) || KEEPS_COOKIES.test(text) || STANDS_IN.test(text)) return [];
    const sent = SENT_TOKEN.exec(text);
    if (!sent) return [];
    return [
      {
        severity: 'warning',
        title: 'Tests send a token in a header by a client that keeps no cookies',
        detail:
          "A JWT that the tests sign is exchanged for a session until the window closes. After the step server a login answers with a marker, which opens nothing: send on the cookie that a login sets, headers: { cookie: res.headers['set-cookie'] } with axios and res.headers.getSetCookie().join('; ') with fetch.",
        file: path,
        line: positionOf(text, sent.index).line,
      },
    ];
  });
}
