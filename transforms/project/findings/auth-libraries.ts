import type { Finding } from '../../words.js';
import { isSource } from '../files.js';
import type { Project } from '../project.js';
import { positionOf } from '../source.js';

/** Libraries that take a login's token, keep it and send it by themselves, and what to do instead. */
const LIBRARIES: Readonly<Record<string, string>> = {
  '@nuxtjs/auth': "give its strategy the scheme 'cookie', which asks the server who is logged in",
  '@nuxtjs/auth-next': "give its strategy the scheme 'cookie', which asks the server who is logged in",
  '@sidebase/nuxt-auth': 'ask the server who is logged in, in a composable of your own',
  '@websanova/vue-auth': 'write a driver for it that neither reads nor sends a token',
  'vue-auth3': 'write a driver for it that neither reads nor sends a token',
  vuejwt: 'ask hasSession() and sessionInfo()',
  'axios-jwt': 'send the requests with axios itself',
  '@nebular/auth': 'log in by HttpClient, and ask hasSession() where NbAuthService is asked',
  satellizer: 'send the login with $http, and keep what hasSession() answers',
  'ember-simple-auth-token': 'write an authenticator that calls acceptSession() and signOut()',
};

/** A library takes care of the login token, so that no place in the code shows it. */
export function authLibraryFindings({ sources }: Project): Finding[] {
  return Object.entries(LIBRARIES).flatMap(([name, advice]): Finding[] => {
    const named = new RegExp(`['"]${name.replace('/', '\\/')}(?:\\/[\\w./-]+)?['"]`);
    const using = sources.packages.some(({ dependencies }) => dependencies.has(name));
    const file = using
      ? sources.listed.find(({ path, text }) => isSource(path) && !/\.d\.ts$/.test(path) && named.test(text))
      : undefined;
    if (!file) return [];
    return [
      {
        severity: 'warning',
        title: `${name} keeps the login token by itself`,
        detail: `It takes the token from the answer of a login, keeps it in the browser and sends it in a header, and no place in this code shows that: no rule changes it. With the server on sessions it goes on, with a marker in the token's place; until then any script of the page can read the token. To take it out, ${advice}, with what '@jwt-to-session/shim/client' exports; what browsers have kept so far goes to acceptSession() before the first request.`,
        file: file.path,
        line: positionOf(file.text, file.text.search(named)).line,
      },
    ];
  });
}
