import * as t from '@babel/types';
import type { IdleParameter } from '../project/browser/passing.js';
import { endOf, startOf } from '../project/source.js';
import type { Sources } from '../project/sources.js';
import type { Edit } from './edits.js';
import { withoutItems } from './lists.js';

/** Takes a parameter out of a function, and what fills it out of every call. */
export function withoutParameter(sources: Sources, { function: owner, index, calls }: IdleParameter): Edit[] {
  const { params } = owner.node;
  const parameter = params[index];
  if (!parameter) return [];
  const file = sources.fileOf(owner);
  const because = 'the token is not handed on any more';
  const bare =
    t.isArrowFunctionExpression(owner.node) &&
    params.length === 1 &&
    !/\(\s*$/.test(file.text.slice(startOf(owner.node), startOf(parameter)));
  const own: Edit[] = bare
    ? [{ file: file.path, start: startOf(parameter), end: endOf(parameter), text: '()' }]
    : withoutItems(file, params, new Set<t.Node>([parameter]));
  const given = calls.flatMap((call) => {
    const argument = call.node.arguments[index];
    return argument
      ? withoutItems(sources.fileOf(call), call.node.arguments, new Set<t.Node>([argument]))
      : [];
  });
  return [...own, ...given].map((edit) => ({ ...edit, because }));
}
