import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { callersOf, escapes } from '../callers.js';
import { keyName, propertyName } from '../definitions.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import { declarationOf } from './hollow.js';
import { namedFunctionAround, renewalCalls } from './renewal-calls.js';
import { type Ahead, isGone, type Renewal } from './renewals.js';

/**
 * Finds the functions that ask for a new token, or for the one to ask with, and that nothing calls any more once
 * renewals are gone.
 *
 * @param reads where refresh tokens are read from storage
 */
export function idleRenewals(
  sources: Sources,
  files: readonly SourceFile[],
  renewals: readonly Renewal[],
  reads: readonly NodePath[],
): Ahead[] {
  const found: Ahead[] = [];
  const goes = (path: NodePath) => {
    const file = sources.fileOf(path);
    return [...renewals, ...found].some((one) => one.file === file && isGone(one, path));
  };
  const calls = [...files.flatMap((file) => renewalCalls(sources, file)), ...reads];
  for (let grew = true; grew; ) {
    grew = false;
    for (const call of calls) {
      const owner = goes(call) ? undefined : namedFunctionAround(sources, call);
      const statement = owner && statementOf(owner);
      if (!owner || !statement || !isUncalled(sources, owner, goes)) continue;
      found.push({
        kind: 'ahead',
        file: sources.fileOf(call),
        call,
        statements: [statement],
        uncalled: true,
      });
      grew = true;
    }
  }
  return found;
}

function statementOf(owner: NodePath<t.Function>): NodePath | undefined {
  const declared = declarationOf(owner);
  if (declared || !owner.isClassMethod()) return declared;
  const holder = owner.findParent((above) => above.isClass());
  return holder?.isClass() && !holder.node.implements?.length && !holder.node.superClass ? owner : undefined;
}

function isUncalled(
  sources: Sources,
  owner: NodePath<t.Function>,
  goes: (path: NodePath) => boolean,
): boolean {
  if (isGetter(owner)) return isUnread(sources, owner, goes);
  const calls = callersOf(sources, owner);
  const outside = calls.filter((call) => !call.isDescendant(owner));
  let handed = 0;
  const isGoing = (mention: NodePath) => {
    const going = goes(mention);
    if (going) handed++;
    return going;
  };
  if (!outside.every((call) => goes(call as NodePath)) || escapes(sources, owner, isGoing)) return false;
  return outside.length + handed > 0;
}

function isGetter(owner: NodePath<t.Function>): boolean {
  return owner.isClassMethod({ kind: 'get' }) || owner.isObjectMethod({ kind: 'get' });
}

/** Nobody calls a getter: whatever reads a property of its name may read it. */
function isUnread(
  sources: Sources,
  getter: NodePath<t.Function>,
  goes: (path: NodePath) => boolean,
): boolean {
  const name = keyName(getter.node);
  const reads =
    name === undefined
      ? []
      : sources
          .naming(name)
          .flatMap((file) => [...file.paths.values()])
          .filter((path) => propertyName(path.node) === name && !path.isDescendant(getter));
  return reads.length > 0 && reads.every(goes);
}
