import * as t from '@babel/types';
import type { IdleParameter } from '../project/idle-parameters.js';
import { endOf, type SourceFile, startOf } from '../project/source.js';
import type { Sources } from '../project/sources.js';
import type { Edit } from './edits.js';
import { withoutItems } from './lists.js';
import { withoutDeclaration } from './statements.js';

/**
 * Takes a parameter out of a function, and what fills it out of every call.
 *
 * @param replaced the request takes its place in a function whose parameters have no parentheses
 */
export function withoutParameter(
  sources: Sources,
  { function: owner, index, calls }: IdleParameter,
  replaced = false,
): Edit[] {
  const { params } = owner.node;
  const parameter = params[index];
  if (!parameter) return [];
  const file = sources.fileOf(owner);
  const because = 'the token is not handed on any more';
  const none: Edit = { file: file.path, start: startOf(parameter), end: endOf(parameter), text: '()' };
  const bare = isBare(file, owner.node);
  const own = bare
    ? replaced
      ? []
      : [none]
    : isNothingElse(owner.node)
      ? [withoutDeclaration(file, owner)]
      : withoutItems(file, params, new Set<t.Node>([parameter]));
  const given = calls.flatMap((call) => {
    const argument = call.node.arguments[index];
    return argument
      ? withoutItems(sources.fileOf(call), call.node.arguments, new Set<t.Node>([argument])).map((edit) => ({
          ...edit,
          covers: true,
        }))
      : [];
  });
  return [...own, ...given].map((edit) => ({ ...edit, because }));
}

/** `constructor(private readonly secret: string) {}` */
function isNothingElse(node: t.Function): boolean {
  return t.isClassMethod(node, { kind: 'constructor' }) && node.params.length === 1 && !node.body.body.length;
}

/** `token => …` has no parentheses to put another parameter into. */
export function isBare(file: SourceFile, node: t.Function): boolean {
  const [first, more] = node.params;
  if (!first || more || !t.isArrowFunctionExpression(node)) return false;
  return !/\(\s*$/.test(file.text.slice(startOf(node), startOf(first)));
}
