import type { Site, TestSite } from '../site.js';
import type { Sources } from '../sources.js';
import { wholeOf } from '../tests/requests.js';
import { testTokens } from '../tests/tokens.js';

/** Finds where tests log in by a request and send the token that it answers with. */
export function testSites(sources: Sources, served: readonly Site[]): TestSite[] {
  return testTokens(sources, served).replaced.flatMap((token): TestSite[] => [
    ...token.logins.map(({ request }): TestSite => {
      const evidence = 'a test takes the token from the answer to a login';
      const path = wholeOf(request);
      return {
        role: 'emit',
        kind: 'test-login',
        family: 'session',
        evidence,
        file: request.file,
        path,
        token,
      };
    }),
    ...token.attachments.map(({ request, link }): TestSite => {
      const evidence = 'a test sends the token that a login answered with';
      return {
        role: 'attach',
        kind: 'test-request',
        family: 'session',
        evidence,
        file: request.file,
        path: link,
        token,
      };
    }),
  ]);
}
