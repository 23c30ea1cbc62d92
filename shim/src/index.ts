export { type Counts, type DayOfCounts, readCounts } from './counters/counting.js';
export { type PrometheusRegistry, prometheusRegistry } from './counters/prometheus.js';
export { cutover, type Handler } from './cutover.js';
export type { ShimEvent } from './events.js';
export { type Guard, GuardError, type GuardOptions, sessionGuard } from './frameworks/guard.js';
export { type SocketCutoverOptions, socketCutover, upgradeCutover } from './frameworks/socket-cutover.js';
export { requireSocketSession, socketPresented } from './frameworks/socket-token.js';
export {
  type SocketOptions,
  type SocketSession,
  sessionOfUpgrade,
  socketSession,
} from './frameworks/sockets.js';
export { type SessionStrategy, sessionStrategy } from './frameworks/strategy.js';
export { currentRequest } from './request/current.js';
export { bearer, body, cookie, header, type Place, query } from './request/places.js';
export { allowCredentialsTo } from './response/allowed-credentials.js';
export { UnavailableError } from './response/unavailable.js';
export { requireSession, sessionClaims } from './session/claims.js';
export {
  type EndAllOptions,
  endAllSessions,
  endSession,
  listSessions,
  type OpenSession,
} from './session/end.js';
export {
  SessionAbsentError,
  SessionExpiredError,
  SessionInvalidError,
  SessionRequiredError,
} from './session/errors.js';
export { type HandoffOptions, issueHandoff, redeemHandoff } from './session/handoff.js';
export {
  bridgedAuthorization,
  type StartOptions,
  sessionFound,
  sessionMarker,
  sessionPresented,
  sessionTakenBack,
  startSession,
} from './session/start.js';
export type { Duration } from './settings/durations.js';
export { OptionError } from './settings/option-error.js';
export type {
  ClaimsOf,
  CookieOptions,
  CutoverOptions,
  JwksOptions,
  KeyFinder,
  KeyOptions,
  KeyPurpose,
  KeySource,
  LegacyOptions,
  OpaqueOptions,
  SessionClaims,
  SessionOptions,
} from './settings/options.js';
export type { ExpressSessionStore } from './stores/express-session-store.js';
export { type KnexStoreOptions, knexStore } from './stores/knex.js';
export { memoryStore } from './stores/memory.js';
export { type IoredisClient, type RedisStoreOptions, redisStore } from './stores/redis.js';
export type { CutoverStore } from './stores/store.js';
