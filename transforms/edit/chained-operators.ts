import * as t from '@babel/types';
import type { ChainedOperator } from '../project/browser/operators.js';
import { endOf, type SourceFile, startOf } from '../project/source.js';
import type { Edit } from './edits.js';
import { quoted, styleOf } from './style.js';

const OPERATORS = 'rxjs/add/operator/';

/** `.map((answer) => …)` → `.concatMap(async (answer) => …)`, which waits for what the callback promises. */
export function asConcatMap(file: SourceFile, { property }: ChainedOperator): Edit[] {
  const renamed = { file: file.path, start: startOf(property), end: endOf(property), text: 'concatMap' };
  return [renamed, ...addingConcatMap(file)];
}

/** RxJS 5 has the operators that somebody has added: `import 'rxjs/add/operator/concatMap'`, or all of `rxjs/Rx`. */
export function addingConcatMap(file: SourceFile): Edit[] {
  const imports = file.program.node.body.filter((one) => t.isImportDeclaration(one));
  const all = imports.some(({ specifiers, source: { value } }) =>
    value === 'rxjs/Rx' ? !specifiers.length : value === `${OPERATORS}concatMap`,
  );
  if (all) return [];
  const last = imports.findLast(({ source }) => source.value.startsWith(OPERATORS)) ?? imports.at(-1);
  if (!last) return [];
  const style = styleOf(file.text);
  const end = endOf(last);
  const text = `${style.newline}import ${quoted(style, `${OPERATORS}concatMap`)}${style.semicolon}`;
  return [{ file: file.path, start: end, end, text }];
}
