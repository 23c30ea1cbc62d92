// https://socket.io/docs/v4/middlewares/
import { alone } from '../alone.js';
import { before, statementAround } from '../edit/chains.js';
import type { Edit } from '../edit/edits.js';
import { localName, SHIM } from '../edit/names.js';
import { intoObject } from '../edit/options.js';
import { quoted, styleOf } from '../edit/style.js';
import type { Project } from '../project/project.js';
import type { SocketOpeningSite } from '../project/site.js';
import { passesShim, startOfChain } from '../project/socket-openings.js';
import { endOf, textOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/**
 * `io.on('connection', …)` → `io.use(socketCutover())` in front of it: listeners that check a token find a good one
 * for whoever comes with the session's cookie, and can ask the session at once. The same for ws by `verifyClient`.
 */
export const rule: Rule<SocketOpeningSite> = {
  step: 'install',
  hints: ['handshake', 'connection', 'WebSocket'],
  knows: [],
  owns: (site): site is SocketOpeningSite => site.kind === 'socket-opening',
  decide,
  edit,
};

function decide({ opening }: SocketOpeningSite, { sources }: Project): Decision {
  if (passesShim(opening, sources)) return { action: 'kept', reason: 'sockets pass the shim here' };
  return { action: 'rewritten', reason: 'sockets pass the shim before anything else sees them' };
}

function edit(site: SocketOpeningSite, decision: Decision): readonly Edit[] {
  if (decision.action !== 'rewritten') return [];
  const { file, opening } = site;
  const { call, server, options } = opening;
  const name = localName(file, SHIM, options ? 'upgradeCutover' : 'socketCutover');
  const needs = [name];
  const made = `${name.local}(${optionsOf(site)})`;
  if (options) return [{ ...intoObject(file, options, `verifyClient: ${made}`, false), needs }];
  const link = `.use(${made})`;
  const first = startOfChain(server);
  const statement = statementAround(call);
  if (statement && first === server)
    return [{ ...before(file, statement, textOf(file, server.node) + link), needs }];
  // A chain goes on as it is laid out: `io.of('/chat').use(first).on('connection', …)`.
  const at = endOf(first.node);
  const gap = /^\s*/.exec(file.text.slice(at))?.[0] ?? '';
  return [{ file: file.path, start: at, end: at, text: gap + link, needs }];
}

const USUAL = ['auth.token', 'headers.authorization', 'query.token'];

/** What the shim is to be told: places that it does not look at by itself, and events that bring a token. */
function optionsOf({
  file,
  opening: { places, events },
}: Pick<SocketOpeningSite, 'file' | 'opening'>): string {
  const style = styleOf(file.text);
  const text = (one: string) => quoted(style, one);
  const key = (one: string) => (/^[A-Za-z_$][\w$]*$/.test(one) ? one : text(one));
  const usual = places.every((place) => USUAL.includes(place));
  const options = [
    ...(usual ? [] : [`from: [${places.map(text).join(', ')}]`]),
    ...(events.size
      ? [`events: { ${[...events].map(([event, name]) => `${key(event)}: ${text(name)}`).join(', ')} }`]
      : []),
  ];
  return options.length ? `{ ${options.join(', ')} }` : '';
}

export default alone('server/socket-opening', rule);
export const parser = 'tsx';
