// https://socket.io/docs/v4/client-options/#withcredentials
import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { alone } from '../alone.js';
import { laterSocket } from '../edit/early-socket.js';
import type { Edit } from '../edit/edits.js';
import { contentsOf } from '../edit/header.js';
import { withoutItem, withoutItems } from '../edit/lists.js';
import { intoObject } from '../edit/options.js';
import { statementOf, withoutStatement } from '../edit/statements.js';
import { written } from '../project/browser/socket-addresses.js';
import {
  OPENS_OTHER_SOCKET,
  OPENS_SOCKET,
  socketsTakeCookies,
  tokensIn,
} from '../project/browser/sockets.js';
import { keyName } from '../project/definitions.js';
import { isInside } from '../project/inside.js';
import type { Project } from '../project/project.js';
import type { SocketSite } from '../project/site.js';
import { endOf, type SourceFile, startOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/** `io(url, { auth: { token } })` → `io(url, { withCredentials: true })`: the session's cookie opens the socket. */
export const rule: Rule<SocketSite> = {
  step: 'client',
  hints: ['socket', 'WebSocket', 'EventSource', 'connectionParams', 'connectHeaders'],
  knows: [],
  owns: (site): site is SocketSite => site.kind === 'socket',
  decide,
  edit,
};

function decide(site: SocketSite, project: Project): Decision {
  if (site.socket.address && isLogin(site, project))
    return isRequest(site)
      ? { action: 'rewritten', reason: 'the token goes out of its address, and the cookie comes along' }
      : { action: 'kept', reason: 'what becomes of its token is said where the address is put together' };
  if (site.socket.address)
    return {
      action: 'manual',
      reason: 'the token goes into an address that is opened here',
      todo: `Leave it out of the address once ${openedBy(site)}`,
    };
  if (!socketsTakeCookies(project)) return site.socket.told ? OPENS_OTHER_SOCKET : OPENS_SOCKET;
  if (site.socket.told)
    return {
      action: 'manual',
      reason: 'the token is told when a socket opens, which the cookie does by itself',
      todo: 'Leave it out, and whatever asks for it.',
    };
  if (site.socket.sent)
    return {
      action: 'manual',
      reason:
        'an event hands the token to a socket that is open already, and a cookie comes only when one is opened',
      todo: 'Once acceptSession() has settled connect anew, socket.disconnect().connect(), and send the event without the token: the server finds the session by the cookie then.',
    };
  if (!site.socket.options && !statementOf(site.path))
    return {
      action: 'manual',
      reason: 'the token is handed to a socket in the middle of something else',
      todo: 'Leave the token out: the cookie opens the socket, which is made with withCredentials: true.',
    };
  return { action: 'rewritten', reason: "the session's cookie opens the socket" };
}

/** An `EventSource` sends a request like any other, which the server answers as it does those. */
function isRequest({ path }: SocketSite): boolean {
  return path.isNewExpression() && /EventSource/.test(String(path.get('callee')));
}

/** Whether the token in the address is known to be the login's. */
function isLogin({ path, file }: SocketSite, { sites }: Project): boolean {
  const [given] = path.isNewExpression() ? path.get('arguments') : [];
  const address = given && written(given);
  return sites.some(
    (one) =>
      one.kind === 'header' &&
      one.file === file &&
      one.family === 'session' &&
      one.attached.form === 'address' &&
      address !== undefined &&
      isInside(address, one.path),
  );
}

function openedBy(site: SocketSite): string {
  return isRequest(site)
    ? 'the server asks for the session there: the cookie comes along by itself, to another origin with { withCredentials: true }.'
    : "the server asks for the session when a socket is opened, as sessionOfUpgrade() of '@jwt-to-session/shim' does: the cookie comes along by itself.";
}

function edit({ socket, file }: SocketSite, decision: Decision, project: Project): readonly Edit[] {
  if (decision.action !== 'rewritten' || socket.address) return [];
  const { options, carriers, path } = socket;
  if (!options) {
    const value = path.isAssignmentExpression() ? path.get('right') : path;
    return isAll(value, carriers) ? [withoutStatement(file, path)] : withoutTokens(file, value);
  }
  const gone = carriers.filter((carrier) => isAll(givenBy(carrier)));
  const { properties } = options.node;
  const told = properties.some((one) => keyName(one) === 'withCredentials');
  const alone = gone.length === properties.length;
  const later = laterSocket(socket, project);
  const put = [
    ...(told ? [] : ['withCredentials: true']),
    ...(later && !later.given ? ['autoConnect: false'] : []),
  ];
  const waiting = [
    ...(later ? [later.connects] : []),
    ...(later?.given ? [insteadOf(file, later.given.get('value') as NodePath, 'false')] : []),
  ];
  if (alone)
    return [{ ...contentsOf(file, options.node), text: ` ${put.join(', ')} `, covers: true }, ...waiting];
  return [
    ...(put.length ? [intoObject(file, options, put.join(`,${gapIn(file, options)}`), false)] : []),
    ...waiting,
    ...gone.flatMap((carrier) => withoutItem(file, properties, carrier.node)),
    ...carriers.filter((one) => !gone.includes(one)).flatMap((one) => withoutTokens(file, givenBy(one))),
  ];
}

/** What stands between two properties of an object. */
function gapIn(file: SourceFile, { node }: NodePath<t.ObjectExpression>): string {
  const [first] = node.properties;
  return (first && /^\s*\n[ \t]*/.exec(file.text.slice(startOf(node) + 1, startOf(first)))?.[0]) || ' ';
}

function givenBy(carrier: NodePath): NodePath {
  return carrier.isObjectProperty() ? (carrier.get('value') as NodePath) : carrier;
}

/** Whether there is nothing but tokens in what is handed over. */
function isAll(value: NodePath, tokens: readonly NodePath[] = tokensIn(value)): boolean {
  return !t.isObjectExpression(value.node) || tokens.length === value.node.properties.length;
}

function insteadOf(file: SourceFile, { node }: NodePath, text: string): Edit {
  return { file: file.path, start: startOf(node), end: endOf(node), text };
}

function withoutTokens(file: SourceFile, value: NodePath): Edit[] {
  if (!value.isObjectExpression()) return [];
  return withoutItems(file, value.node.properties, new Set(tokensIn(value).map(({ node }) => node)));
}

export default alone('client/socket', rule);
export const parser = 'tsx';
