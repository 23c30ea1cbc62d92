import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { operandsOf, parameterAround } from '../project/browser/token-addresses.js';
import { endOf, type SourceFile, startOf, textOf } from '../project/source.js';
import { isAttribute } from '../project/templates.js';
import type { Edit } from './edits.js';
import { quoted, styleAt } from './style.js';

/** What stands right before a value in an address: `?token=` of `/files?token=`. */
const BEFORE = /([?&])[\w.-]+=(?:Bearer(?:\s|%20|\+))?$/i;

/** Takes a parameter out of an address; undefined where that is put together in another way. */
export function withoutAddressed(file: SourceFile, value: NodePath): Edit[] | undefined {
  const whole = parameterAround(value)?.whole;
  if (whole?.isTemplateLiteral()) return outOfTemplate(file, whole, value);
  return whole?.isBinaryExpression() ? outOfSum(file, whole, value) : undefined;
}

/** `/files?token=${token}&size=1` → `/files?size=1` */
function outOfTemplate(
  file: SourceFile,
  whole: NodePath<t.TemplateLiteral>,
  value: NodePath,
): Edit[] | undefined {
  const { quasis } = whole.node;
  const expressions = whole.get('expressions') as NodePath[];
  const index = expressions.findIndex(({ node }) => node === value.node);
  const [before, after] = [quasis[index], quasis[index + 1]];
  const found = before && BEFORE.exec(before.value.raw);
  // A quote ends the attribute of a tag that the text is of.
  if (!found || !after || !/^(?:[&#"']|$)/.test(after.value.raw)) return undefined;
  const follows = found[1] === '?' && after.value.raw.startsWith('&');
  const start = startOf(before) + found.index + (follows ? 1 : 0);
  const end = startOf(after) + (follows ? 1 : 0);
  const kept = file.text.slice(startOf(whole.node) + 1, start) + file.text.slice(end, endOf(whole.node) - 1);
  // Nothing is filled in any more.
  const plain = !isAttribute(whole.node) && expressions.length === 1 && !/['"\\\n]/.test(kept);
  return plain
    ? [at(file, startOf(whole.node), endOf(whole.node), quoted(styleAt(file, whole), kept))]
    : [at(file, start, end, '')];
}

/** `url + '/files?token=' + token + '&size=1'` → `url + '/files?size=1'` */
function outOfSum(file: SourceFile, whole: NodePath, value: NodePath): Edit[] | undefined {
  const operands = operandsOf(whole).map(({ node }) => node);
  const index = operands.indexOf(value.node);
  const [earlier, before, after] = [operands[index - 2], operands[index - 1], operands[index + 1]];
  if (!t.isStringLiteral(before)) return undefined;
  const raw = textOf(file, before).slice(1, -1);
  const found = BEFORE.exec(raw);
  if (!found || raw !== before.value) return undefined;
  if (after && !(t.isStringLiteral(after) && /^[&#]/.test(after.value))) return undefined;
  const follows = found[1] === '?' && t.isStringLiteral(after) && after.value.startsWith('&');
  const quote = file.text[startOf(before)];
  if (follows && file.text[startOf(after)] === quote)
    return [at(file, startOf(before) + 2 + found.index, startOf(after) + 2, '')];
  if (follows) return undefined;
  if (found.index > 0)
    return [
      at(file, startOf(before) + 1 + found.index, endOf(before) - 1, ''),
      at(file, endOf(before), endOf(value.node), ''),
    ];
  if (earlier) return [at(file, endOf(earlier), endOf(value.node), '')];
  return after ? undefined : [at(file, startOf(before), endOf(value.node), quoted(styleAt(file, whole), ''))];
}

function at(file: SourceFile, start: number, end: number, text: string): Edit {
  return { file: file.path, start, end, text };
}
