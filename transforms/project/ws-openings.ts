import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { definitionOf, keyName } from './definitions.js';
import { originsOf } from './flow/origins.js';
import type { CheckSite } from './site.js';
import type { SocketDoor } from './sockets.js';
import { textOf } from './source.js';
import type { Sources } from './sources.js';

/** Where sockets of ws come in: the server that hands them to a listener, and its options. */
export interface WsOpening {
  readonly server: NodePath<t.NewExpression>;
  readonly options: NodePath<t.ObjectExpression>;
  /** Where in the request the token is read: `query.token`. */
  readonly places: readonly string[];
}

/**
 * The server of ws whose listener checks the token that came with the request: `wss.on('connection', (ws, req) => …)`;
 * or in words why the shim can't come before. Undefined where no server of ws is seen.
 */
export function wsOpeningOf(
  sources: Sources,
  check: CheckSite,
  door: SocketDoor,
): WsOpening | string | undefined {
  const listened = door.function.parentPath;
  const callee = listened?.isCallExpression() ? (listened.get('callee') as NodePath) : undefined;
  if (!callee?.isMemberExpression() || door.function.node.params.length < 2) return undefined;
  const made = definitionOf(sources, callee.get('object'));
  const server = made.kind === 'value' && made.path.isNewExpression() ? made.path : undefined;
  const maker = server && definitionOf(sources, server.get('callee') as NodePath);
  if (!server || maker?.kind !== 'package' || maker.module !== 'ws') return undefined;
  const [options] = server.get('arguments');
  if (!options?.isObjectExpression() || options.node.properties.some(({ type }) => type === 'SpreadElement'))
    return 'a socket is served here, and the options of its server are not seen';
  const given = options.node.properties.map((one) => keyName(one));
  const passes = /\bupgradeCutover\w*\(/.test(textOf(sources.fileOf(options), options.node));
  if ((given.includes('verifyClient') && !passes) || given.includes('noServer'))
    return 'a socket is served here that other code has let in';
  if (check.call.getFunctionParent()?.node !== door.function.node)
    return 'a socket is served here, and what it sends is checked as a token';
  const places = placesOf(sources, check);
  return places
    ? { server, options, places }
    : 'a socket is served here, and where its token comes from is not seen';
}

const PLACES: readonly (readonly [carrier: string, pattern: RegExp])[] = [
  ['query', /(?:searchParams|URLSearchParams\(.*\))\s*\.get\(\s*['"]([\w-]+)['"]\s*\)$/s],
  ['query', /\.url\b[\s\S]*\)\.(?:query\.)?([\w-]+)$/],
  ['headers', /\.headers\.([\w-]+)$/],
];

/** Where in the request a check's token is read; undefined where that is not seen, or can't be written to. */
function placesOf(sources: Sources, { token }: CheckSite): string[] | undefined {
  const places = new Set<string>();
  for (const { path, trail } of token ? originsOf(sources, token) : []) {
    if (path.isNullLiteral() || path.isStringLiteral()) continue;
    const text = [textOf(sources.fileOf(path), path.node), ...trail]
      .join('.')
      .replaceAll('?.', '.')
      .replace(/\.?\[\s*['"]([\w-]+)['"]\s*\]/g, '.$1');
    const place = PLACES.flatMap(([carrier, pattern]) => {
      const name = pattern.exec(text)?.[1];
      return name === undefined ? [] : [`${carrier}.${name}`];
    })[0];
    // What is agreed on as a protocol goes back to the client, and a cookie is nobody's to write.
    if (!place || /^headers\.(?:cookie|sec-)/i.test(place)) return undefined;
    places.add(place);
  }
  return places.size ? [...places].sort() : undefined;
}
