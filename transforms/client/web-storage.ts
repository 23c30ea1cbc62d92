// https://developer.mozilla.org/en-US/docs/Web/API/Web_Storage_API
import { alone } from '../alone.js';
import { acceptedHere } from '../edit/accepted-here.js';
import { isAsked, isGuarded, isMoved, isStoredWithout, storedIn } from '../edit/asked.js';
import { movedIn, waitingIn } from '../edit/async.js';
import type { Edit } from '../edit/edits.js';
import { followsAnother, forgotten } from '../edit/forgotten.js';
import { withoutHollow, withoutTaking } from '../edit/gone-functions.js';
import { localName, SHIM_CLIENT } from '../edit/names.js';
import { countedBySession, eitherRead } from '../edit/read-object.js';
import { followsRefresh } from '../edit/removals.js';
import { replacement } from '../edit/replacement.js';
import { beforeStatement, statementOf, withoutStatement } from '../edit/statements.js';
import { tokenStored, withoutField } from '../edit/stored-object.js';
import { styleOf } from '../edit/style.js';
import { askedInstead } from '../edit/token-read.js';
import { isAbsent } from '../project/browser/absent.js';
import { acceptanceOf } from '../project/browser/acceptance.js';
import { isAskedApart } from '../project/browser/asked-apart.js';
import { hollowAround } from '../project/browser/hollow.js';
import { endsSession } from '../project/browser/logout.js';
import {
  isConnectionParam,
  isForSocket,
  OPENS_OTHER_SOCKET,
  opensSocket,
  opensWebSocket,
  socketsTakeCookies,
} from '../project/browser/sockets.js';
import { jsonOf } from '../project/browser/storage.js';
import { LIBRARY_WORDS } from '../project/browser/storage-libraries.js';
import { clearsForNext, makesRoom, roomMakers } from '../project/browser/stored-anew.js';
import { FOR_SOCKET, storageHazard } from '../project/browser/uses.js';
import { isInside } from '../project/inside.js';
import type { Project } from '../project/project.js';
import type { StoreSite } from '../project/site.js';
import { textOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/** A login token in web storage → `hasSession()`, `acceptSession()`, `forgetSession()`, `signOut()`. */
export const rule: Rule<StoreSite> = {
  step: 'client',
  hints: ['ocalStorage', 'essionStorage', 'ookie', ...LIBRARY_WORDS],
  knows: [],
  owns: (site): site is StoreSite => site.kind === 'web-storage',
  decide,
  edit,
};

function decide(site: StoreSite, project: Project): Decision {
  const { access, place } = site;
  if (place?.field !== undefined && (access.operation === 'get' ? isAsked(site) : isMoved(site)))
    return { action: 'kept', reason: 'what is stored here has no token in it' };
  if ((access.operation === 'clear' || access.kept) && isMoved(site))
    return { action: 'kept', reason: 'the session is ended here already' };
  if (access.operation === 'get') return decideGet(site, project);
  if (access.operation === 'set') return decideSet(site, project);
  if ((place?.field !== undefined || access.operation === 'clear') && followsAnother(site, project))
    return { action: 'kept', reason: 'what is cleared before it has ended the session' };
  if (makesRoom(site, project))
    return { action: 'rewritten', reason: 'what is stored anew is not forgotten first' };
  const beside = place?.field !== undefined || access.operation === 'clear' || access.kept;
  if (beside && clearsForNext(site, project))
    return { action: 'kept', reason: 'the login that is stored next is accepted after this' };
  if (statementOf(access.path) && followsRefresh(site, project))
    return { action: 'rewritten', reason: 'a session needs no refresh token' };
  const logout = endsSession(project, access.path);
  const what = logout ? 'the server ends the session too' : 'the session is forgotten here';
  if (beside) return { action: 'rewritten', reason: `${what}, along with what else is cleared` };
  return { action: 'rewritten', reason: what };
}

function decideGet(site: StoreSite, project: Project): Decision {
  const { access, place } = site;
  if (place?.field !== undefined && isReadForToken(site, project))
    return { action: 'kept', reason: 'nothing but its token is read here' };
  if (place?.field !== undefined)
    return isGuarded(site) || (access.path.key === 'right' && eitherRead(site, project))
      ? { action: 'kept', reason: 'the condition around it asks for the session' }
      : { action: 'rewritten', reason: 'what is stored counts as long as there is a session' };
  if (isConnectionParam(access.path) && !socketsTakeCookies(project)) return OPENS_OTHER_SOCKET;
  if (isForSocket(project, access.path))
    return socketsTakeCookies(project)
      ? { action: 'rewritten', reason: 'the token is not read for the socket any more' }
      : { action: 'kept', reason: 'it goes with the token that opens the socket' };
  const within = isWithinAnother(site, project);
  if (within && opensWebSocket(project.sources, access.path) && !socketsTakeCookies(project))
    return { action: 'kept', reason: 'it goes with the token that opens the socket' };
  if (within && !opensSocket(project.sources, access.path))
    return { action: 'rewritten', reason: 'the token is not read for this any more' };
  if (access.opaque)
    return {
      action: 'manual',
      reason: 'the token is taken out of all cookies here, step by step',
      todo: 'Ask hasSession() or sessionInfo() instead.',
    };
  const hazard = opensSocket(project.sources, access.path) ? FOR_SOCKET : storageHazard(project, access.path);
  if (hazard === FOR_SOCKET && !isAskedApart(project, access.path))
    return { action: 'kept', reason: 'it goes with the token that opens the socket' };
  if (hazard && hazard !== FOR_SOCKET && place?.family === 'refresh')
    return {
      action: 'manual',
      reason: `the refresh token that is read here is ${hazard}`,
      todo: 'A session prolongs itself, and the browser keeps no refresh token: take this out with all that calls it. What was done where it failed is to be done where a request is refused, after forgetSession().',
    };
  if (hazard && hazard !== FOR_SOCKET)
    return {
      action: 'manual',
      reason: `the token that is read here is ${hazard}`,
      todo: adviceOn(hazard),
    };
  if (place?.family === 'refresh')
    return { action: 'rewritten', reason: 'the session renews itself: there is no refresh token to read' };
  return { action: 'rewritten', reason: 'asks whether there is a session instead of reading the token' };
}

function adviceOn(hazard: string): string {
  if (/handed to EventSource/.test(hazard))
    return 'Open it without the token, with { withCredentials: true }, and let the server ask for the session: the cookie goes with it.';
  if (/handed to (?:io\b|the socket|connect|WebSocket)|socket/i.test(hazard))
    return "Open the socket without the token once the server asks for the session: io.use(socketSession()) of '@jwt-to-session/shim' for Socket.IO (with withCredentials: true here), sessionOfUpgrade() for others.";
  return 'There is no token in the browser any more: ask hasSession() or sessionInfo(), or let the server read its session.';
}

function decideSet(site: StoreSite, project: Project): Decision {
  const { access, place, arrival, file } = site;
  const clears = access.value && isAbsent(access.value);
  if (clears) return { action: 'rewritten', reason: 'the session is forgotten here' };
  if (isStoredWithout(site))
    return { action: 'kept', reason: 'what is stored here has lost its token where it came in' };
  if (arrival?.kind === 'answers')
    return {
      action: 'rewritten',
      reason: 'nothing is stored: the session was accepted when the answer came',
    };
  if (place?.family === 'refresh') return { action: 'rewritten', reason: 'a session needs no refresh token' };
  if (isAcceptedElsewhere(site, project))
    return {
      action: 'rewritten',
      reason: `${place?.field === undefined ? 'nothing is stored' : 'the token is not stored'}: the session was accepted when the login was answered`,
    };
  const owner = access.path.getFunctionParent();
  if (!owner || !statementOf(access.path) || (place?.field !== undefined && !tokenStored(site, place.field)))
    return {
      action: 'manual',
      reason: 'the token is stored where the code can not wait for its exchange',
      todo: 'Hand the token to acceptSession() instead.',
    };
  return waitingIn(file, owner).how === 'never'
    ? {
        action: 'bridged',
        reason: 'the token is handed to the session without waiting, since the function returns at once',
      }
    : { action: 'rewritten', reason: 'the token is handed to the session instead of the storage' };
}

/** `JSON.parse(localStorage.getItem('user') || '{}').token`: asked for as a whole. */
function isReadForToken({ access: { path } }: StoreSite, { sites }: Project): boolean {
  return sites.some((other) => other.kind === 'token-field' && !other.template && isInside(other.path, path));
}

/** Whether a header or a decoding that goes takes this read with it. */
function isWithinAnother({ path }: StoreSite, { sites }: Project): boolean {
  return sites.some(
    (other) =>
      ((other.kind === 'header' && other.family === 'session') || other.kind === 'browser-decode') &&
      (isInside(other.path, path) ||
        (other.kind === 'header' && other.attached.giver && path.isDescendant(other.attached.giver))),
  );
}

/** Whether what is stored has come from an answer that was accepted, through the application's state as well. */
function isAcceptedElsewhere({ arrival, place }: StoreSite, project: Project): boolean {
  const { sites } = project;
  if (arrival?.kind === 'answers' && place?.field !== undefined)
    return arrival.answers.every((answer) => acceptanceOf(answer, project));
  if (arrival?.kind !== 'state' && arrival?.kind !== 'handed') return false;
  return sites.some((other) => other.kind === 'login-answer' || other.kind === 'login-endpoint');
}

function edit(site: StoreSite, decision: Decision, project: Project): readonly Edit[] {
  const { access, place } = site;
  if (decision.action === 'manual') return flagMeanwhile(site, project);
  if (decision.action === 'kept') return [];
  if (access.operation === 'get') {
    if (isWithinAnother(site, project) || isForSocket(project, access.path))
      return withoutTaking(site, project);
    if (place?.field !== undefined) return countedBySession(site, project);
    return [...askedInstead(site, project), ...withoutTaking(site, project)];
  }
  if (access.operation === 'set' && !(access.value && isAbsent(access.value))) return editSet(site, project);
  return editRemove(site, project);
}

/** Where others ask for nothing but whether somebody is logged in, they go on to be told, whatever is left to do. */
function flagMeanwhile(site: StoreSite, project: Project): readonly Edit[] {
  const { access, place } = site;
  if (
    access.operation !== 'get' ||
    access.opaque ||
    place?.field !== undefined ||
    place?.family === 'refresh'
  )
    return [];
  return isAskedApart(project, access.path) ? askedInstead(site, project) : [];
}

function editSet(site: StoreSite, project: Project): readonly Edit[] {
  const { access, place, arrival, file } = site;
  const { path, value } = access;
  if (place?.field !== undefined) return editStoredObject(site, place.field, project);
  if (arrival?.kind === 'answers') {
    const hollow = hollowAround(site, project);
    if (hollow) return withoutHollow(hollow, project);
    const replacing = arrival.answers.some((answer) => acceptanceOf(answer, project)?.replaces === path);
    return replacing ? [] : [withoutStoring(site)];
  }
  if (place?.family === 'refresh' || isAcceptedElsewhere(site, project)) return [withoutStoring(site)];
  return acceptedHere(site, project, value ? textOf(file, (jsonOf(value) ?? value).node) : '');
}

/** Takes out what stores a token; whoever goes on with its promise is given another. */
function withoutStoring({ file, access: { path, promises } }: StoreSite): Edit {
  return promises && !statementOf(path)
    ? replacement(file, path, 'Promise.resolve()')
    : withoutStatement(file, path);
}

/** The object is stored without the token. */
function editStoredObject(site: StoreSite, field: string, project: Project): Edit[] {
  const { access, file } = site;
  const json = storedIn(site);
  if (!json) return [];
  const without = withoutField(site, json, field);
  const token = tokenStored(site, field);
  const statement = statementOf(access.path);
  if (token === undefined || !statement?.isStatement() || isAcceptedElsewhere(site, project)) return without;
  const accept = localName(file, SHIM_CLIENT, 'acceptSession');
  const owner = access.path.getFunctionParent();
  const waiting = owner ? waitingIn(file, owner) : { how: 'never' as const };
  const { semicolon } = styleOf(file.text);
  const call = `${accept.local}(${token})${semicolon}`;
  if (waiting.how === 'never') return [...beforeStatement(file, statement, call, [accept]), ...without];
  const before = beforeStatement(file, statement, `${waiting.how} ${call}`, [accept]);
  return [...waiting.edits, ...movedIn(before, waiting), ...without];
}

/** Logging out tells the server; anything else forgets. Data that was stored beside the token is cleared as before. */
function editRemove(site: StoreSite, project: Project): Edit[] {
  const { access, file } = site;
  const isNone = statementOf(access.path) && followsRefresh(site, project);
  if (isNone || makesRoom(site, project)) return [withoutStatement(file, access.path)];
  const calls = roomMakers(site, project).map((call) => withoutStatement(project.sources.fileOf(call), call));
  return [...calls, ...forgotten(site, project)];
}

export default alone('client/web-storage', rule);
export const parser = 'tsx';
