import type { NodePath } from '@babel/traverse';
import type { CallPath } from '../callers.js';
import type { LibraryCallSite, MintSite, Site } from '../site.js';
import { claimsOfCheck, type Door } from './doors.js';

/** Libraries whose arguments are known, though no rule rewrites their calls. */
const MINTS = new Set(['njwt', 'nJwt', 'jwt-simple']);
const CHECKS = new Set(['njwt', 'nJwt', 'jwt-simple']);

/** Tokens that other libraries than jsonwebtoken sign, in the same terms. */
export function otherMints(sites: readonly Site[]): MintSite[] {
  return sites.flatMap((site): MintSite[] => {
    if (site.kind !== 'library-call' || site.role !== 'mint') return [];
    const call = callOf(site);
    const [claims, second] = call ? (call.get('arguments') as NodePath[]) : [];
    if (!call || !claims) return [];
    const { library, family, evidence, file } = site;
    const common = {
      role: 'mint',
      kind: 'sign',
      promisified: false,
      library,
      family,
      evidence,
      file,
    } as const;
    if (MINTS.has(library))
      return [{ ...common, path: call, call, claims, ...(second ? { key: second } : {}) }];
    return [];
  });
}

/** Tokens that other libraries check, in the same terms. */
export function otherDoors(sites: readonly Site[]): Door[] {
  return sites.flatMap((site): Door[] => {
    if (site.kind !== 'library-call' || site.role !== 'check' || !CHECKS.has(site.library)) return [];
    const call = callOf(site);
    const [, key, options] = call ? (call.get('arguments') as NodePath[]) : [];
    if (!call || !key) return [];
    const claims = claimsOfCheck(call, undefined);
    const { file, library, family } = site;
    return [
      {
        file,
        call,
        library,
        family,
        key,
        ...(options?.isObjectExpression() ? { options } : {}),
        ...(claims ? { claims } : {}),
      },
    ];
  });
}

function callOf({ path }: LibraryCallSite): CallPath | undefined {
  return path.isCallExpression() || path.isNewExpression() || path.isOptionalCallExpression()
    ? path
    : undefined;
}
