import type { NodePath } from '@babel/traverse';
import { familyOfWord, surroundingNames } from '../families.js';
import { type Use, usesOf } from '../flow/follow.js';
import { intoPattern } from '../flow/names.js';
import { gatewayServedBy } from '../gateways.js';
import { isInside } from '../inside.js';
import { placeRead } from '../request-places.js';
import { sideOf } from '../sides.js';
import type { CheckSite, GatewaySite, ReadSite, RequestPlace } from '../site.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';

const TOKEN_HEADER =
  /^(?:authorization|x-(?:access|auth|jwt|id)-?token|x-token|token|jwt|access-token|auth-token)$/i;
const TOKEN_FIELD = /^(?:token|jwt|access_?token|auth_?token|id_?token|refresh_?token|jwt_?token)$/i;

/** Finds where a file takes login tokens from requests. */
export function requestSites(
  sources: Sources,
  file: SourceFile,
  checks: readonly CheckSite[],
  gateways: readonly GatewaySite[],
): ReadSite[] {
  const sites: ReadSite[] = [];
  for (const path of file.paths.values()) {
    const place = placeRead(sources, path);
    if (!place) continue;
    const uses = usesOfRead(sources, path);
    const checked = uses.some((use) =>
      checks.some((check) => check.token?.node === use.path.node || isInside(check.token, use.path)),
    );
    const named = place.in === 'header' ? TOKEN_HEADER.test(place.name) : TOKEN_FIELD.test(place.name);
    const gateway = gatewayServedBy(path, gateways, sources);
    if (!named && !checked && !gateway) continue;
    const check = checks.find((one) => uses.some((use) => isInside(one.token, use.path)));
    // A token in a body or query that nothing checks is some other value that happens to be called so.
    if (!check && !gateway && place.in !== 'header') continue;
    sites.push({
      role: 'read',
      kind: 'request',
      file,
      path,
      place,
      uses,
      ...purposeOf(path, place, check, gateway),
    });
  }
  return sites;
}

/** What the token that is read is for: as its check says, unless one check serves several kinds of token. */
function purposeOf(
  path: NodePath,
  place: RequestPlace,
  check: CheckSite | undefined,
  gateway: GatewaySite | undefined,
): Pick<ReadSite, 'family' | 'evidence'> {
  const own = [place.name, ...surroundingNames(path)].find((name) => familyOfWord(name));
  if (check?.family === 'refresh' && own !== undefined && familyOfWord(own) === 'one-time')
    return { family: 'one-time', evidence: `a token that is used once: ${own} reads it` };
  if (check) return { family: check.family, evidence: `what it reads is checked: ${check.evidence}` };
  if (gateway) return { family: gateway.family, evidence: `${gateway.library} checks what it reads` };
  return { family: 'session', evidence: `${place.name} carries the login token` };
}

/**
 * Finds the other reads of the cookies and headers that carry login tokens: a page that only asks whether the
 * cookie is there goes by the login too.
 */
export function sameReadSites(sources: Sources, known: readonly ReadSite[]): ReadSite[] {
  const carriers = new Map(
    known.flatMap((site) =>
      site.place.in === 'cookie' || site.place.in === 'header' ? [[keyOf(site.place), site]] : [],
    ),
  );
  if (!carriers.size) return [];
  const seen = new Set(known.map(({ path }) => path.node));
  const names = [...carriers.values()].map(({ place }) => place.name);
  const files = sources
    .mentioning(...names)
    .filter((file) => !file.test && sideOf(sources, file) !== 'client');
  return files.flatMap((file) =>
    [...file.paths.values()].flatMap((path): ReadSite[] => {
      const place = seen.has(path.node) ? undefined : placeRead(sources, path);
      const carrier = place && carriers.get(keyOf(place));
      if (!place || !carrier || isWritten(path)) return [];
      const { family } = carrier;
      const evidence = `${place.name} carries the login token`;
      return [
        {
          role: 'read',
          kind: 'request',
          file,
          path,
          place,
          uses: usesOfRead(sources, path),
          family,
          evidence,
        },
      ];
    }),
  );
}

/** The places of a file that read one of the fields of a body or query which others read a token from. */
export function readsAt(sources: Sources, file: SourceFile, known: readonly ReadSite[]): ReadSite[] {
  return [...file.paths.values()].flatMap((path): ReadSite[] => {
    const place = placeRead(sources, path);
    const same = place && known.find((site) => keyOf(site.place) === keyOf(place));
    if (!place || !same || isWritten(path)) return [];
    const { family } = same;
    const evidence = `${place.name} carries the token here too`;
    return [
      { role: 'read', kind: 'request', file, path, place, uses: usesOfRead(sources, path), family, evidence },
    ];
  });
}

function keyOf(place: RequestPlace): string {
  return `${place.in} ${place.name}`;
}

/** Every place of a file that reads a field of a request. */
export function fieldsRead(
  sources: Sources,
  file: SourceFile,
): { readonly path: NodePath; readonly place: RequestPlace }[] {
  return [...file.paths.values()].flatMap((path) => {
    const place = isWritten(path) ? undefined : placeRead(sources, path);
    return place ? [{ path, place }] : [];
  });
}

/** `req.headers.authorization = …` */
function isWritten(path: NodePath): boolean {
  return path.key === 'left' && path.parentPath?.isAssignmentExpression() === true;
}

/** What becomes of what is read from a request. */
export function usesOfRead(sources: Sources, path: NodePath, ends?: (path: NodePath) => boolean): Use[] {
  // `const { authorization } = req.headers`
  if (path.isObjectProperty()) {
    return intoPattern(sources, path.get('value') as NodePath, { path, trail: [], part: 'token' }).flatMap(
      (value) => usesOf(sources, value.path, [], ends),
    );
  }
  return usesOf(sources, path, [], ends);
}
