import type { NodePath } from '@babel/traverse';
import { parameterIndex } from '../acceptance/check-callers.js';
import { argumentOf, type CallPath, callersOf } from '../callers.js';
import { isNothing } from '../credential.js';
import type { ClearCookieSite, ResponseSite } from '../site.js';
import type { Sources } from '../sources.js';

/** Finds where a function that sends a token's cookie is handed no token: `sendToken(res, '')` takes the cookie back. */
export function handedNothingSites(sources: Sources, responses: readonly ResponseSite[]): ClearCookieSite[] {
  return responses.flatMap(({ how, name, call, family }) => {
    const sender = call.getFunctionParent();
    const [, value] = call.get('arguments') as NodePath[];
    if (how !== 'cookie' || name === undefined || !sender || !value) return [];
    const index = parameterIndex(sender, value);
    if (index === undefined) return [];
    const empty = (caller: CallPath) => {
      const given = argumentOf(caller, sender, index);
      return given !== undefined && isNothing(given.node) && !sources.fileOf(caller).test;
    };
    return callersOf(sources, sender)
      .filter(empty)
      .map(
        (path): ClearCookieSite => ({
          role: 'drop',
          kind: 'clear-cookie',
          family,
          evidence: `${name} carried a login token`,
          file: sources.fileOf(path),
          path,
          call: path,
          name,
          through: true,
        }),
      );
  });
}
