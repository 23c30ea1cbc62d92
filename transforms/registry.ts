// Written by `npm run registry` from the folders: do not edit.

import { rule as clientBrowserDecode } from './client/browser-decode.js';
import { rule as clientCredentials } from './client/credentials.js';
import { rule as clientDecoderImport } from './client/decoder-import.js';
import { rule as clientEntry } from './client/entry.js';
import { rule as clientLoginAnswer } from './client/login-answer.js';
import { rule as clientLoginEndpoint } from './client/login-endpoint.js';
import { rule as clientLogout } from './client/logout.js';
import { rule as clientPersistedState } from './client/persisted-state.js';
import { rule as clientRefusal } from './client/refusal.js';
import { rule as clientRenewal } from './client/renewal.js';
import { rule as clientSocket } from './client/socket.js';
import { rule as clientStandIn } from './client/stand-in.js';
import { rule as clientStateKeeper } from './client/state-keeper.js';
import { rule as clientStorageEvent } from './client/storage-event.js';
import { rule as clientTestStorage } from './client/test-storage.js';
import { rule as clientTokenField } from './client/token-field.js';
import { rule as clientTokenHeader } from './client/token-header.js';
import { rule as clientWebStorage } from './client/web-storage.js';
import { rule as manifestCors } from './manifest/cors.js';
import { rule as manifestMount } from './manifest/mount.js';
import { rule as manifestOtherSession } from './manifest/other-session.js';
import { rule as manifestPresent } from './manifest/present.js';
import type { RegisteredRule } from './rule.js';
import { rule as serverClearCookie } from './server/clear-cookie.js';
import { rule as serverExpressJwt } from './server/express-jwt.js';
import { rule as serverJose } from './server/jose.js';
import { rule as serverLibraryImport } from './server/library-import.js';
import { rule as serverLogOutEverywhere } from './server/log-out-everywhere.js';
import { rule as serverLogoutRoute } from './server/logout-route.js';
import { rule as serverNjwt } from './server/njwt.js';
import { rule as serverOpaqueToken } from './server/opaque-token.js';
import { rule as serverOtherLibrary } from './server/other-library.js';
import { rule as serverPassportJwt } from './server/passport-jwt.js';
import { rule as serverRefreshLookup } from './server/refresh-lookup.js';
import { rule as serverRequestToken } from './server/request-token.js';
import { rule as serverResponse } from './server/response.js';
import { rule as serverRowToken } from './server/row-token.js';
import { rule as serverSign } from './server/sign.js';
import { rule as serverSocketHelper } from './server/socket-helper.js';
import { rule as serverSocketOpening } from './server/socket-opening.js';
import { rule as serverSocketToken } from './server/socket-token.js';
import { rule as serverTestAgent } from './server/test-agent.js';
import { rule as serverTokenLookup } from './server/token-lookup.js';
import { rule as serverTokenRecord } from './server/token-record.js';
import { rule as serverVerify } from './server/verify.js';

/** Every rule under its name, in the order of the folders. */
export const RULES: readonly RegisteredRule[] = [
  { id: 'manifest/cors', rule: manifestCors },
  { id: 'manifest/mount', rule: manifestMount },
  { id: 'manifest/other-session', rule: manifestOtherSession },
  { id: 'manifest/present', rule: manifestPresent },
  { id: 'server/clear-cookie', rule: serverClearCookie },
  { id: 'server/express-jwt', rule: serverExpressJwt },
  { id: 'server/jose', rule: serverJose },
  { id: 'server/library-import', rule: serverLibraryImport },
  { id: 'server/log-out-everywhere', rule: serverLogOutEverywhere },
  { id: 'server/logout-route', rule: serverLogoutRoute },
  { id: 'server/njwt', rule: serverNjwt },
  { id: 'server/opaque-token', rule: serverOpaqueToken },
  { id: 'server/other-library', rule: serverOtherLibrary },
  { id: 'server/passport-jwt', rule: serverPassportJwt },
  { id: 'server/refresh-lookup', rule: serverRefreshLookup },
  { id: 'server/request-token', rule: serverRequestToken },
  { id: 'server/response', rule: serverResponse },
  { id: 'server/row-token', rule: serverRowToken },
  { id: 'server/sign', rule: serverSign },
  { id: 'server/socket-helper', rule: serverSocketHelper },
  { id: 'server/socket-opening', rule: serverSocketOpening },
  { id: 'server/socket-token', rule: serverSocketToken },
  { id: 'server/test-agent', rule: serverTestAgent },
  { id: 'server/token-lookup', rule: serverTokenLookup },
  { id: 'server/token-record', rule: serverTokenRecord },
  { id: 'server/verify', rule: serverVerify },
  { id: 'client/browser-decode', rule: clientBrowserDecode },
  { id: 'client/credentials', rule: clientCredentials },
  { id: 'client/decoder-import', rule: clientDecoderImport },
  { id: 'client/entry', rule: clientEntry },
  { id: 'client/login-answer', rule: clientLoginAnswer },
  { id: 'client/login-endpoint', rule: clientLoginEndpoint },
  { id: 'client/logout', rule: clientLogout },
  { id: 'client/persisted-state', rule: clientPersistedState },
  { id: 'client/refusal', rule: clientRefusal },
  { id: 'client/renewal', rule: clientRenewal },
  { id: 'client/socket', rule: clientSocket },
  { id: 'client/stand-in', rule: clientStandIn },
  { id: 'client/state-keeper', rule: clientStateKeeper },
  { id: 'client/storage-event', rule: clientStorageEvent },
  { id: 'client/test-storage', rule: clientTestStorage },
  { id: 'client/token-field', rule: clientTokenField },
  { id: 'client/token-header', rule: clientTokenHeader },
  { id: 'client/web-storage', rule: clientWebStorage },
];
