import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { definitionOf } from '../definitions.js';
import { familyOfWord } from '../families.js';
import type { ReadSite, RequestPlace, Site } from '../site.js';
import type { SourceFile } from '../source.js';
import { positionKey, textOf } from '../source.js';
import type { Sources } from '../sources.js';
import type { Door } from './doors.js';

/** Where in a request a login token is looked for. */
export interface TokenPlace extends RequestPlace {
  /** The word before the token in the header `Authorization`; absent where the header is the token. */
  readonly scheme?: string;
}

/** Every place that the application takes login tokens from, in the order in which the code tries them. */
export function placesOf(
  sources: Sources,
  sites: readonly Site[],
  doors: readonly Door[],
  files: ReadonlySet<SourceFile>,
): TokenPlace[] {
  const places: TokenPlace[] = [];
  for (const door of doors) {
    if (door.family !== 'session' || !door.extractor) continue;
    places.push(...(door.extractor === 'bearer' ? [bearer()] : extracted(sources, door.extractor)));
  }
  const reads = sites
    .filter((site): site is ReadSite => site.role === 'read' && site.kind === 'request')
    .filter((site) => site.family === 'session' && files.has(site.file));
  for (const read of inTurn(reads)) places.push(...placesOfRead(read));
  // What the shim makes for code that still reads a JWT has the claims of a login, and goes where that is read.
  const renews = (place: TokenPlace) => (isOfRefresh(sites, place) ? 1 : 0);
  const found = distinct(places).toSorted((a, b) => renews(a) - renews(b));
  return found.length ? found : [bearer()];
}

/** Whether refresh tokens come in a place, by its name or because the application puts them there. */
export function isOfRefresh(sites: readonly Site[], { name }: TokenPlace): boolean {
  if (familyOfWord(name) === 'refresh') return true;
  return sites.some((site) => site.kind === 'response' && site.family === 'refresh' && site.name === name);
}

function bearer(scheme = 'Bearer'): TokenPlace {
  return { in: 'header', name: 'authorization', scheme };
}

function distinct(places: readonly TokenPlace[]): TokenPlace[] {
  const byText = new Map(
    places.map((place) => [`${place.in} ${place.name} ${(place.scheme ?? '').toLowerCase()}`, place]),
  );
  return [...byText.values()];
}

/** Reads of one function are tried as they stand; of several functions, those come first that read a header. */
function inTurn(reads: readonly ReadSite[]): ReadSite[] {
  const byFunction = new Map<t.Node, ReadSite[]>();
  for (const read of reads) {
    const owner = (read.path.getFunctionParent() ?? read.path.scope.getProgramParent().path).node;
    byFunction.set(owner, [...(byFunction.get(owner) ?? []), read]);
  }
  const position = (read: ReadSite) => positionKey(read.file, read.path.node);
  const groups = [...byFunction.values()].map((group) =>
    group.toSorted((a, b) => position(a).localeCompare(position(b))),
  );
  const rank = ([first]: readonly ReadSite[]) => (first?.place.in === 'header' ? 0 : 1);
  return groups.toSorted((a, b) => rank(a) - rank(b)).flat();
}

function placesOfRead({ file, path, place }: ReadSite): TokenPlace[] {
  if (place.in !== 'header' || place.name !== 'authorization') return [place];
  const around = path.getFunctionParent() ?? path.scope.getProgramParent().path;
  const text = textOf(file, around.node);
  // A message such as 'Token is not valid' names no scheme: that ends where its text does, or a token follows it.
  const schemes = [
    ...text.matchAll(
      /(['"`])(bearer|token|jwt) ?(?:\1|\$\{)|([/^])\^?(bearer|token|jwt)(?:\\s\+?| )?[^\w'"`]/gi,
    ),
  ].map(([, , quoted, , matched]) => {
    const word = quoted ?? matched ?? '';
    return word.charAt(0).toUpperCase() + word.slice(1);
  });
  const known = [...new Set(schemes)].filter(
    (word) => word === 'Bearer' || new RegExp(`['"\`/^]${word} ?`).test(text),
  );
  if (known.length) return known.map((scheme) => bearer(scheme));
  return /\.(?:split|slice|substring|substr|replace|match|exec)\(/.test(text) ? [bearer()] : [place];
}

/** What an extractor of passport-jwt, or a function that is handed the request, reads. */
function extracted(sources: Sources, extractor: NodePath): TokenPlace[] {
  const definition = definitionOf(sources, extractor);
  const call = definition.kind === 'value' ? definition.path : extractor;
  if (!call.isCallExpression()) return [];
  const callee = definitionOf(sources, call.get('callee') as NodePath);
  if (callee.kind !== 'package') return [];
  const [first] = call.get('arguments') as NodePath[];
  const name = first?.isStringLiteral() ? first.node.value : '';
  switch (callee.name.at(-1)) {
    case 'fromAuthHeaderAsBearerToken':
      return [bearer()];
    case 'fromAuthHeader':
      return [bearer('JWT')];
    case 'fromAuthHeaderWithScheme':
      return [bearer(name)];
    case 'fromHeader':
      return [{ in: 'header', name: name.toLowerCase() }];
    case 'fromBodyField':
      return [{ in: 'body', name }];
    case 'fromUrlQueryParameter':
      return [{ in: 'query', name }];
    case 'fromExtractors':
      return first?.isArrayExpression()
        ? first
            .get('elements')
            .flatMap((one) => (one.node ? extracted(sources, one as NodePath<t.Expression>) : []))
        : [];
    default:
      return [];
  }
}
