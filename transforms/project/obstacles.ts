import { propertyOf } from './acceptance/doors.js';
import { toldApartAt } from './acceptance/told-apart.js';
import { toldApart } from './bare-checks.js';
import { bareLogins, textParameter } from './bare-claims.js';
import { callersOf } from './callers.js';
import { propertyName } from './definitions.js';
import { usesOf } from './flow/follow.js';
import { otherFramework } from './frameworks.js';
import { gatewayObstacle, gatewayServedBy } from './gateways.js';
import { hazardOf } from './hazards.js';
import { heldObstacle } from './held-claims.js';
import { heldRequestAt } from './held-requests.js';
import { isInside } from './inside.js';
import { joseErrorAskedFor, unlikeInChain } from './jose.js';
import { keysObstacle } from './keys-handed.js';
import { unlikeInToken } from './njwt.js';
import { otherCheckObstacle } from './other-checks.js';
import type { Project } from './project.js';
import { purposesAt } from './purposes.js';
import { refreshUnit } from './refresh.js';
import { requestAt, requestNameAt } from './requests.js';
import { claimsAtCall } from './shared-claims.js';
import { checkedByMore, yieldsClaims } from './shared-yield.js';
import { type CheckSite, isCheck, isMint, type MintSite, type ReadSite, type Site } from './site.js';
import { allPassShim, socketStanding } from './socket-openings.js';
import { socketCallOf, socketDoorAt } from './sockets.js';
import { positionOf, type SourceFile, startOf, textOf } from './source.js';
import type { Sources } from './sources.js';
import { isCheckedBy } from './stored/lookups.js';
import { placeOf } from './stored/refresh/books.js';
import { refreshRecordOf, rowsYieldedBy } from './stored/refresh/record.js';
import { namedRowObstacle } from './stored/refresh/unmoved-rows.js';
import { isInGoneRecord, lookedUpBeside } from './stored/unit.js';
import { foreignOrigin, unseenOrigin, unseenPlaceAt } from './token-origins.js';
import { validatorObstacle } from './validated-headers.js';

/** Whether a site is about a token that a session takes the place of: a login token, or one that renews it. */
export function isLoginToken({ family }: Site, project: Project): boolean {
  return family === 'session' || (family === 'refresh' && refreshUnit(project).moves);
}

function whyRefreshStays({ family }: Site, project: Project): string | undefined {
  const unit = family === 'refresh' ? refreshUnit(project) : undefined;
  return unit?.moves === false ? unit.because : undefined;
}

/** Where a refresh token that stays is made: it is said there why. */
function madeElsewhere({ family }: Site, { sources, sites }: Project): string | undefined {
  const made =
    family === 'refresh' ? sites.filter(isMint).find((mint) => mint.family === 'refresh') : undefined;
  return made && `: ${placeOf(sources, made.path)} makes it, and says why it stays`;
}

/** Why no rule may turn a check into a question to the session, in words; undefined where one may. */
export function checkObstacle(site: CheckSite, project: Project): string | undefined {
  const framework = frameworkObstacle(site.file, project);
  if (framework) return framework;
  const socket = socketObstacle(site, project);
  if (socket) return socket;
  if (!isLoginToken(site, project))
    return `a ${site.family} token is checked here${madeElsewhere(site, project) ?? ` (${whyRefreshStays(site, project) ?? site.evidence})`}`;
  const apart = site.family === 'session' ? toldApartAt(site.file, project) : undefined;
  if (apart) return apart;
  const { sources } = project;
  const row =
    namedRowObstacle(project) ?? keysObstacle(site, sources) ?? validatorObstacle(site.path, sources);
  if (row) return row;
  const demand = demandOf(site, project.sources);
  if (demand) return demand;
  const foreign = foreignOrigin(site, project, socketStanding(site, project) === 'settled');
  if (foreign) return `the token does not come with a request that the session serves: ${foreign}`;
  const unseen = unseenOrigin(site, project);
  if (unseen) return notFollowed(unseen);
  const lookedUp = lookedUpBeside(site, project);
  if (lookedUp) return lookedUp;
  const several = purposesObstacle(site, project) ?? yieldObstacle(site, project);
  if (several) return several;
  const error = site.library === 'jose' && joseErrorAskedFor(site, project.sources);
  if (error) return error;
  const other = otherCheckObstacle(site, project);
  if (other) return other;
  return headerObstacle(site, project.sources) ?? bareObstacle(site, project);
}

function notFollowed(origin: string): string {
  return `the token is taken from the request in a way that is not followed: ${origin}`;
}

/** Options of a check by which a token that others let in is refused, or one that is over let in. */
const DEMANDS = ['maxAge', 'nonce', 'jwtid', 'subject', 'ignoreExpiration'] as const;

/** What a check demands beyond a login that is good everywhere, in words. */
function demandOf({ kind, options }: CheckSite, sources: Sources): string | undefined {
  if (kind !== 'verify' || !options) return undefined;
  const demand = DEMANDS.find((name) => {
    const given = propertyOf(sources, options, name);
    return given && !given.isBooleanLiteral({ value: false });
  });
  return demand && `the check is given ${demand}, and a session is good for every check alike`;
}

/** Why a check stays that asks for more of a token than its claims. */
export function headerObstacle(site: CheckSite, sources: Sources): string | undefined {
  if (!isComplete(site, sources)) return undefined;
  const held = heldObstacle(site, 'payload', sources);
  if (held || site.kind === 'verify') return held;
  // Nothing at all is yielded where there is no token, and code may ask whether there is something.
  const { parentPath: parent, key } = site.call;
  const direct = key === 'object' && parent && propertyName(parent.node) === 'payload';
  return direct ? undefined : 'whether there is a token at all is asked together with its claims';
}

/** Whether a check yields an object that has the claims as `payload`, beside a header. */
export function isComplete({ options, library }: CheckSite, sources: Sources): boolean {
  if (library !== 'jsonwebtoken' || !options) return false;
  const complete = propertyOf(sources, options, 'complete');
  return complete !== undefined && !complete.isBooleanLiteral({ value: false });
}

/** Why the session can't be asked where a socket is served, in words. */
function socketObstacle(site: CheckSite, project: Project): string | undefined {
  const { path } = site;
  const { sources } = project;
  const standing = socketStanding(site, project);
  if (standing === 'settled') return undefined;
  if (socketDoorAt(path)) return 'a socket is let in here, and its request passes no session middleware';
  if (requestNameAt(path) || heldRequestAt(path)) return undefined;
  const call = socketCallOf(sources, path);
  if (!call && isCalledUnseen(site, project) && !allPassShim(project))
    return 'sockets may be let in by it, and nothing shows that they have passed the shim';
  if (!call) return standing === 'none' ? undefined : standing;
  const { path: at, text } = sources.fileOf(call);
  const { line } = positionOf(text, startOf(call.node));
  return `sockets are let in by it too (${at}:${line}), and nothing shows that they have passed the shim`;
}

/** Whether nothing shows who calls the function that checks, where sockets are served that may be it. */
function isCalledUnseen({ path }: CheckSite, { sources }: Project): boolean {
  const owner = path.getFunctionParent();
  return owner !== null && !callersOf(sources, owner).length && servesSockets(sources);
}

/**
 * Whether a check may be reached by sockets, with whatever their clients send as a token, and the one place where
 * they are opened is behind the shim.
 */
export function isForUnseenSockets(site: CheckSite, project: Project): boolean {
  const { sources } = project;
  return (
    site.kind === 'verify' &&
    site.family === 'session' &&
    !site.callback &&
    !site.promisified &&
    !requestNameAt(site.path) &&
    !heldRequestAt(site.path) &&
    !socketDoorAt(site.path) &&
    isCalledUnseen(site, project) &&
    !socketCallOf(sources, site.path) &&
    allPassShim(project)
  );
}

function servesSockets({ packages }: Sources): boolean {
  return packages.some(({ dependencies }) => dependencies.has('socket.io') || dependencies.has('ws'));
}

const MIXED = 'some login tokens have claims and others are a bare id, so give all of them claims first';

/** Why no rule may give a check the text that it expects of a bare token, in words. */
function bareObstacle(site: CheckSite, project: Project): string | undefined {
  const logins = site.family === 'session' ? bareLogins(project) : 'none';
  if (logins === 'some') return toldApart(project) ? undefined : MIXED;
  if (logins === 'none' || !site.callback || textParameter(site.callback)) return undefined;
  return 'the token is a bare id, which the callback takes in a way that is not seen';
}

/** Why no rule may turn a mint into the start of a session, in words; undefined where one may. */
export function mintObstacle(site: MintSite, project: Project): string | undefined {
  const { sources } = project;
  const { family, evidence } = site;
  const framework = otherFramework(sources, site.file);
  if (framework) return onlyExpress(framework);
  if (!isLoginToken(site, project) && family === 'refresh')
    return `a refresh token is made here (${whyRefreshStays(site, project) ?? evidence})`;
  if (socketDoorAt(site.path))
    return 'a token is made for a socket here, and only the answer to a request can set the session cookie';
  const row = namedRowObstacle(project) ?? keysObstacle(site, sources);
  if (row) return row;
  if (family === 'refresh') return undefined;
  if (family !== 'session') return `nothing here shows what this token is for: ${evidence}`;
  const several = toldApartAt(site.file, project) ?? purposesObstacle(site, project);
  if (several) return several;
  const unseen = unseenPlaceAt(site.file, project);
  if (unseen) return notFollowed(unseen);
  const unlike = site.library === 'jose' ? unlikeInChain(site, sources) : unlikeInToken(site);
  if (unlike) return `no option of a session says ${unlike}`;
  if (site.shared && claimsAtCall(sources, site) === undefined)
    return 'a function makes tokens of several kinds, and what claims it signs can not be said at its calls';
  if (!site.claims && !site.chain) return 'the call has no claims that could be kept in a session';
  const uses = site.callback ? [] : usesOf(sources, site.path);
  const hazard = hazardOf(
    sources,
    uses.filter(({ path }) => !isInGoneRecord(path, project)),
  );
  if (hazard) return `the token is ${hazard}, where a session has nothing to put`;
  if (site.bare && site.library === 'jwt-simple')
    return 'the token is a bare id, so give it claims first: { sub: id }';
  return site.bare && bareLogins(project) === 'some' && !toldApart(project) ? MIXED : undefined;
}

/** Why a call that serves several purposes can't be told by the request that login calls hand on. */
function purposesObstacle({ path, callback, library }: MintSite | CheckSite, { sources }: Project) {
  const purposes = purposesAt(sources, path);
  if (!purposes) return undefined;
  const plain = (library === 'jsonwebtoken' || library === 'jwt-simple') && !callback;
  if (plain && requestAt(sources, path).how === 'thread') return undefined;
  return `tokens of several kinds go through here: ${purposes.evidence}`;
}

/** Why the session can't be asked in the place of a function that checks tokens of several kinds, in words. */
function yieldObstacle({ shared, call }: CheckSite, { sources, sites }: Project): string | undefined {
  if (!shared || yieldsClaims(shared)) return undefined;
  const record = refreshRecordOf(sources, sites);
  return record && rowsYieldedBy(record).has(call.node)
    ? undefined
    : `it is ${checkedByMore(sources, shared)}`;
}

/** Why a token can't be taken off a request: what checks it has to stay. */
export function readObstacle(site: ReadSite, project: Project): string | undefined {
  const framework = frameworkObstacle(site.file, project);
  if (framework) return framework;
  for (const check of checksOf(site, project)) {
    if (checkObstacle(check, project)) return `it reads the token that ${nameOf(check)} checks, which stays`;
  }
  const gateway = gatewayServedBy(site.path, project.sites, project.sources);
  if (gateway && gatewayObstacle(gateway, project))
    return `it reads the token that ${nameOf(gateway)} checks, which stays`;
  const other = project.sites.find(
    (one) => one.kind === 'library-call' && site.uses.some((use) => isInside(one.path, use.path)),
  );
  if (other) return `it reads the token that ${nameOf(other)} checks, which stays`;
  return gateway || checksOf(site, project).length ? undefined : unseenCheck(site, project.sources);
}

const CHECKING = /(?:verif|valid|introspect|decode|authenticat)\w*$/i;

/** A function that nobody here can look into, and that by its name checks the token it is handed. */
function unseenCheck({ uses }: ReadSite, sources: Sources): string | undefined {
  for (const { kind, path } of uses) {
    const call = kind === 'argument' ? path.parentPath : undefined;
    if (!call?.isCallExpression() && !call?.isOptionalCallExpression()) continue;
    const callee = textOf(sources.fileOf(call), call.node.callee);
    if (CHECKING.test(callee)) return `it reads the token that ${callee} checks, in a way that is not seen`;
  }
  return undefined;
}

/** Checks of login tokens that no rule moves: as long as there are any, the code behind the shim needs a JWT. */
export function checksThatStay(project: Project): Site[] {
  return project.sites.filter(
    (site) =>
      site.role === 'check' &&
      site.family === 'session' &&
      (site.kind === 'library-call' ||
        (site.kind === 'gateway' && gatewayObstacle(site, project) !== undefined) ||
        (isCheck(site) && !isOfDoor(site, project) && checkObstacle(site, project) !== undefined)),
  );
}

/** Whether a check lets sockets in that pass no shim: they bring their own token. */
export function isOfDoor(site: CheckSite, project: Project): boolean {
  return socketDoorAt(site.path) !== undefined && socketStanding(site, project) !== 'settled';
}

/** Why nothing moves in a file whose requests the session middleware can't serve. */
export function frameworkObstacle(file: SourceFile, { sources }: Project): string | undefined {
  const framework = otherFramework(sources, file);
  return framework && onlyExpress(framework);
}

function onlyExpress(framework: string): string {
  return `this server runs on ${framework}, and the session middleware is Express's`;
}

function nameOf({ file, path }: Site): string {
  return textOf(file, path.node).split('(')[0]?.split('\n')[0] ?? 'the code';
}

/** The checks that a token taken from a request goes into. */
export function checksOf(site: ReadSite, { sites }: Project): CheckSite[] {
  return sites.filter(isCheck).filter((check) => isCheckedBy(check, site));
}
