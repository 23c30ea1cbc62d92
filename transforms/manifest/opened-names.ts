import * as t from '@babel/types';
import type { Edit } from '../edit/edits.js';
import { indentationAt, styleOf } from '../edit/style.js';
import { exportsOf } from '../project/exports.js';
import type { PortableImport } from '../project/importing.js';
import { endOf, type SourceFile, startOf } from '../project/source.js';

const BECAUSE = 'the session module checks tokens with a key that this file has';

/** Exports the constants that the session module imports and that their files keep to themselves. */
export function openedNames(imports: readonly PortableImport[]): Edit[] {
  const wanted = new Map(imports.flatMap((one) => (one.adds ? [[one.adds.node, one] as const] : [])));
  return [...wanted.values()].flatMap(({ file, adds, local }): Edit[] => {
    const statement = adds?.parentPath;
    if (!file || !statement) return [];
    if (file.system === 'commonjs') return [inCommonJs(file, local)];
    const at = startOf(statement.node);
    return [{ file: file.path, start: at, end: at, text: 'export ', keeps: local, because: BECAUSE }];
  });
}

/** Into the object that is exported, else by an assignment of its own. */
function inCommonJs(file: SourceFile, name: string): Edit {
  const { whole } = exportsOf(file);
  const { newline, semicolon } = styleOf(file.text);
  if (whole?.isObjectExpression()) {
    const last = whole.node.properties.at(-1);
    if (last && !t.isSpreadElement(last)) {
      const lines = file.text.slice(startOf(whole.node), startOf(last)).includes('\n');
      const text = lines ? `,${newline}${indentationAt(file, startOf(last))}${name}` : `, ${name}`;
      return { file: file.path, start: endOf(last), end: endOf(last), text, keeps: name, because: BECAUSE };
    }
  }
  const gap = file.text.endsWith('\n') ? '' : newline;
  const target = whole ? 'module.exports' : 'exports';
  const text = `${gap}${target}.${name} = ${name}${semicolon}${newline}`;
  return {
    file: file.path,
    start: file.text.length,
    end: file.text.length,
    text,
    keeps: name,
    because: BECAUSE,
  };
}
