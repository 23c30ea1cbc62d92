import type { NodePath } from '@babel/traverse';
import type { CallPath } from '../callers.js';
import { propertyName } from '../definitions.js';
import type { LibraryCallSite, MintSite, Site } from '../site.js';
import { claimsOfCheck, type Door } from './doors.js';

/** Libraries whose arguments are known, though no rule rewrites their calls. */
const MINTS = new Set(['njwt', 'nJwt', 'jwt-simple']);
const CHECKS = new Set(['njwt', 'nJwt', 'jwt-simple', 'jose']);

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
    // `new SignJWT(claims).setExpirationTime('2h').sign(key)`
    if (library === 'jose' && call.isNewExpression()) {
      const key = linkOf(call, 'sign');
      const expires = linkOf(call, 'setExpirationTime');
      return [
        { ...common, path: call, call, claims, ...(key ? { key } : {}), ...(expires ? { expires } : {}) },
      ];
    }
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

/** The first argument of a link in the chain that starts with a call. */
function linkOf(start: NodePath, name: string): NodePath | undefined {
  for (let at: NodePath | null = start.parentPath; at; at = at.parentPath) {
    if (at.isMemberExpression()) continue;
    if (!at.isCallExpression()) return undefined;
    const callee = at.get('callee');
    if (callee.isMemberExpression() && propertyName(callee.node) === name) return at.get('arguments')[0];
  }
  return undefined;
}
