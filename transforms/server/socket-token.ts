// https://socket.io/docs/v4/middlewares/#sending-credentials
import type { NodePath } from '@babel/traverse';
import { alone } from '../alone.js';
import { checkThatStays } from '../decisions.js';
import type { Edit } from '../edit/edits.js';
import { localName, SHIM } from '../edit/names.js';
import { bareLogins } from '../project/bare-claims.js';
import { frameworkObstacle, isComplete, isLoginToken, isOfDoor } from '../project/obstacles.js';
import type { Project } from '../project/project.js';
import { type CheckSite, isCheck } from '../project/site.js';
import { socketTokenOf } from '../project/socket-token.js';
import { type SocketDoor, socketDoorAt } from '../project/sockets.js';
import { endOf, outerEndOf, startOf, textOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/**
 * `jwt.verify(token, key)` where a socket is let in → `await requireSocketSession(socket.request, token)`: the
 * session's cookie does for the token, which does on its own until the window closes.
 */
export const rule: Rule<CheckSite> = {
  step: 'install',
  hints: ['handshake', 'upgrade', 'verifyClient', 'allowRequest'],
  knows: [],
  owns: (site, project): site is CheckSite =>
    isCheck(site) && site.library === 'jsonwebtoken' && isOfDoor(site, project),
  decide,
  edit,
};

function decide(site: CheckSite, project: Project): Decision {
  const kept = checkThatStays(site);
  if (kept) return kept;
  const door = socketDoorAt(site.path);
  const obstacle = obstacleOf(site, door, project);
  if (obstacle) return { action: 'manual', reason: obstacle, todo: adviceFor(door) };
  return {
    action: 'rewritten',
    reason: 'the cookie that the socket comes with is asked, or until the window closes the token',
  };
}

function obstacleOf(site: CheckSite, door: SocketDoor | undefined, project: Project): string | undefined {
  const framework = frameworkObstacle(site.file, project);
  if (framework) return framework;
  if (!isLoginToken(site, project)) return `a ${site.family} token is checked here (${site.evidence})`;
  if (site.kind === 'decode') return 'a token that a socket comes with is read unchecked';
  if (bareLogins(project) !== 'none') return 'the token is a bare id, and a session has claims';
  if (isComplete(site, project.sources))
    return 'the header of the token is asked for, and a session has none';
  if (door?.request === undefined || door.when === 'opened' || !isWithin(site, door))
    return 'a socket is served here, and its request passes no session middleware';
  if (!site.callback && !canWait(site, door))
    return 'a socket is let in here, and nothing can be waited for before the answer is taken';
  return socketTokenOf(site, door)
    ? undefined
    : 'a socket is let in here, and the code fails where a cookie comes and no token';
}

function adviceFor(door: SocketDoor | undefined): string {
  const request = door?.request ?? 'request';
  if (door?.when === 'opened')
    return "Let it pass the shim before: io.use(socketCutover()) of '@jwt-to-session/shim' for Socket.IO, verifyClient: upgradeCutover() for ws. Then requireSession(socket.request), of ws requireSession(req), answers here for the session's cookie and for the token of an old client.";
  return `Ask await requireSocketSession(${request}, token) from '@jwt-to-session/shim', with or without a token: it takes the session's cookie, and the token until the window closes.`;
}

/** Whether the door itself checks, and no function in it that is called some other time. */
function isWithin({ call }: CheckSite, door: SocketDoor): boolean {
  return call.getFunctionParent()?.node === door.function.node;
}

function canWait({ promisified }: CheckSite, { function: { node } }: SocketDoor): boolean {
  if (node.generator) return false;
  return node.async || promisified || !node.returnType;
}

function edit(site: CheckSite, decision: Decision): readonly Edit[] {
  const door = socketDoorAt(site.path);
  if (decision.action !== 'rewritten' || door?.request === undefined || !site.token) return [];
  const { file, call, callback, token } = site;
  const name = localName(file, SHIM, 'requireSocketSession');
  const waits = call.parentPath?.isAwaitExpression() || site.promisified || callback !== undefined;
  const held = !waits && call.key === 'object';
  const before = `${held ? '(' : ''}${waits ? '' : 'await '}${name.local}(${door.request}, `;
  const at = { file: file.path };
  return [
    { ...at, start: startOf(call.node), end: startOf(token.node), text: before, needs: [name] },
    callback
      ? { ...at, start: endOf(token.node), end: startOf(callback.node), text: ', ' }
      : { ...at, start: endOf(token.node), end: endOf(call.node), text: held ? '))' : ')' },
    ...(waits || door.function.node.async ? [] : [asyncEdit(site, door.function)]),
    ...questionEdits(site, door, door.request),
  ];
}

function asyncEdit({ file }: CheckSite, { node }: NodePath): Edit {
  return { file: file.path, start: startOf(node), end: startOf(node), text: 'async ' };
}

/**
 * `!token` → `!socketPresented(socket.request, token)`: a cookie does as well. What is cut out of a header is cut out
 * of it where there is one.
 */
function questionEdits(site: CheckSite, door: SocketDoor, request: string): Edit[] {
  const { file } = site;
  const name = localName(file, SHIM, 'socketPresented');
  const { asked = [], cut = [], listed = [] } = socketTokenOf(site, door) ?? {};
  const within = (path: NodePath) => asked.some((one) => path.isDescendant(one.path));
  return [
    ...asked.map(({ path, denied }) => {
      const told = denied
        ? denied.map((one) => textOf(file, one.node)).join(' && ')
        : textOf(file, path.node);
      return {
        file: file.path,
        start: startOf(path.node),
        end: endOf(path.node),
        text: `${denied ? '!' : ''}${name.local}(${request}, ${told})`,
        needs: [name],
      };
    }),
    ...cut
      .filter((path) => !within(path))
      .map((path) => {
        const at = file.text.indexOf('.', outerEndOf(file, path.node));
        return { file: file.path, start: at, end: at, text: '?' };
      }),
    ...listed.map((path) => {
      const at = endOf(path.node);
      return { file: file.path, start: at, end: at, text: ' ?? []' };
    }),
  ];
}

export default alone('server/socket-token', rule);
export const parser = 'tsx';
