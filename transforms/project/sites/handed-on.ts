import type { NodePath } from '@babel/traverse';
import { definitionOf, lastNameOf } from '../definitions.js';
import type { Signature } from '../signatures.js';
import type { LibraryCallSite } from '../site.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import { signatureFor } from './libraries.js';

/**
 * Finds where a function that signs or checks is handed on as a value, to be called under another name: what it is
 * called with is not seen there. Tables of functions and what `promisify` makes are followed, and no such places.
 */
export function handedOnSites(
  sources: Sources,
  file: SourceFile,
  knows: readonly Signature[],
): LibraryCallSite[] {
  const libraries = new Set(knows.map((one) => one.package));
  if (![...libraries].some((library) => file.text.includes(library))) return [];
  return [...file.paths.values()].flatMap((path): LibraryCallSite[] => {
    if (!isHandedOn(path) || !/sign|verif|decode|encode/i.test(lastNameOf(path) ?? '')) return [];
    const signature = signatureFor(definitionOf(sources, path), knows);
    if (!signature || isFollowed(sources, path)) return [];
    const { package: library, export: name, role } = signature;
    const evidence = `${library}'s ${name} is handed on here, and called elsewhere`;
    return [{ kind: 'library-call', role, library, family: 'session', evidence, file, path }];
  });
}

/** An argument, the default of a parameter, what a function returns. */
function isHandedOn(path: NodePath): boolean {
  if (!path.isIdentifier() && !path.isMemberExpression()) return false;
  const { parentPath: parent } = path;
  if (path.listKey === 'arguments' || parent?.isReturnStatement()) return true;
  return path.key === 'right' && parent?.isAssignmentPattern() === true;
}

/** `promisify(jwt.sign)` */
function isFollowed(sources: Sources, path: NodePath): boolean {
  const call = path.listKey === 'arguments' ? path.parentPath : undefined;
  return call?.isCallExpression() === true && definitionOf(sources, call).kind === 'package';
}
