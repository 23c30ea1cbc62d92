import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import type { CallPath } from '../../project/callers.js';
import { keyName } from '../../project/definitions.js';
import type { SourceFile } from '../../project/source.js';
import type { Sources } from '../../project/sources.js';
import type { Edit } from '../edits.js';
import { withoutItems } from '../lists.js';
import { isPure } from '../purity.js';
import { declaredBy } from './hollow-functions.js';
import { type Edited, isMade } from './leftover.js';
import { knownCalls } from './removal.js';

/** `attach(req, { user, token })` of which nothing reads the token any more, at all its calls. */
export function unreadNames(edited: Edited, file: SourceFile): Edit[][] {
  const found: Edit[][] = [];
  for (const path of file.paths.values()) {
    if (!path.isFunction() || !isMade(edited, file, declaredBy(path))) continue;
    for (const [index, pattern] of path.get('params').entries()) {
      const unread = pattern.isObjectPattern() ? unreadIn(edited, file, path, pattern) : [];
      if (!pattern.isObjectPattern() || !unread.length || unread.length === pattern.node.properties.length)
        continue;
      const calls = knownCalls(edited.sources, path);
      const names = new Set(unread.map((one) => keyName(one)));
      const given = calls?.map((call) => withoutGiven(edited.sources, call, index, names));
      if (!calls?.length || !given?.every((edits) => edits !== undefined)) continue;
      found.push([...withoutItems(file, pattern.node.properties, new Set(unread)), ...given.flat()]);
    }
  }
  return found;
}

/** The names of a pattern that were read before, and are no more. */
export function unreadIn(
  { before }: Edited,
  file: SourceFile,
  path: NodePath<t.Function>,
  { node }: NodePath<t.ObjectPattern>,
): t.ObjectProperty[] {
  const plain = node.properties.filter((one) => t.isObjectProperty(one));
  // What is left over goes into the rest.
  if (plain.length < node.properties.length) return [];
  const old = before.at(file.path)?.text ?? '';
  return plain.filter(({ value }) => {
    const binding = t.isIdentifier(value) ? path.scope.getBinding(value.name) : undefined;
    const word = t.isIdentifier(value)
      ? new RegExp(`(?<![\\w$])${value.name.replaceAll('$', '\\$')}(?![\\w$])`, 'g')
      : undefined;
    const now = word ? [...file.text.matchAll(word)].length : 0;
    return Boolean(
      binding?.constant && !binding.referencePaths.length && word && [...old.matchAll(word)].length > now,
    );
  });
}

/** Without what a call gives for the names; undefined where it does not write it out, or giving it does more. */
function withoutGiven(
  sources: Sources,
  call: CallPath,
  index: number,
  names: ReadonlySet<string | undefined>,
): Edit[] | undefined {
  const given = call.node.arguments[index];
  if (!t.isObjectExpression(given)) return undefined;
  const gone = given.properties.filter((one) => names.has(keyName(one)));
  const plain = given.properties.every((one) => t.isObjectProperty(one));
  if (!plain || !gone.every((one) => t.isObjectProperty(one) && isPure(one.value, []))) return undefined;
  return withoutItems(sources.fileOf(call), given.properties, new Set(gone));
}
