import type { NodePath } from '@babel/traverse';
import { endOf, type SourceFile, startOf } from '../project/source.js';
import { attributeAround, quoteAround, templateAround } from '../project/templates.js';
import type { Edit } from './edits.js';

/** Takes out the attribute of a template that an expression is all of the value of, or puts another in its place. */
export function withoutAttribute(file: SourceFile, path: NodePath, instead = ''): Edit | undefined {
  const template = templateAround(path);
  const quote = quoteAround(file.text, path);
  const attribute = template && attributeAround(file.text, path);
  if (!attribute || quote === undefined || !path.parentPath?.isExpressionStatement()) return undefined;
  const before = new RegExp(`\\s+${escaped(attribute.name)}\\s*=\\s*${quote}[\\s(]*$`);
  const from = file.text.slice(0, startOf(path.node)).search(before);
  const end = file.text.indexOf(quote, endOf(path.node)) + 1;
  if (from < 0 || end === 0) return undefined;
  const white = /^\s+/.exec(file.text.slice(from))?.[0].length ?? 0;
  return { file: file.path, start: instead ? from + white : from, end, text: instead };
}

function escaped(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
