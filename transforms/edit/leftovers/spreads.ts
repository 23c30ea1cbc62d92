import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { keyName } from '../../project/definitions.js';
import { endOf, type SourceFile, startOf, textOf } from '../../project/source.js';
import type { Edit } from '../edits.js';
import { onlyValue } from '../handing-on.js';
import { withoutItem } from '../lists.js';
import { type Edited, isMade } from './leftover.js';

/** `headers: { ...common }` → `headers: common`: nobody else gets hold of either. */
export function idleSpreads(edited: Edited, file: SourceFile): Edit[][] {
  const found: Edit[][] = [];
  for (const path of file.paths.values()) {
    const options = asOptions(edited, file, path);
    if (options) found.push([options]);
    const preparation = withoutPreparation(edited, file, path);
    if (preparation) found.push(preparation);
    if (!path.isObjectProperty() || !/headers$/i.test(keyName(path.node) ?? '')) continue;
    const { value } = path.node;
    const [only, ...others] = t.isObjectExpression(value) ? value.properties : [];
    if (!t.isSpreadElement(only) || others.length || !isMade(edited, file, path)) continue;
    if (!t.isIdentifier(only.argument) && !t.isMemberExpression(only.argument)) continue;
    const { key } = path.node;
    const text = textOf(file, only.argument);
    const short = t.isIdentifier(key, { name: text });
    const start = startOf(short ? path.node : value);
    const { parentPath: holder } = path;
    const spread = holder.isObjectExpression() && isThereAnyway(file, holder.node, text);
    found.push(
      spread && holder.isObjectExpression()
        ? withoutItem(file, holder.node.properties, path.node)
        : [{ file: file.path, start, end: endOf(value), text }],
    );
  }
  return found;
}

/** `requestMiddleware: (request) => ({ ...request })`: the request as it is. */
function withoutPreparation(edited: Edited, file: SourceFile, path: NodePath): Edit[] | undefined {
  if (!path.isObjectProperty() || keyName(path.node) !== 'requestMiddleware') return undefined;
  const { value } = path.node;
  const { parentPath: holder } = path;
  if (!t.isFunction(value) || !holder.isObjectExpression() || !isMade(edited, file, path)) return undefined;
  const [parameter] = value.params;
  const yielded = onlyValue(value);
  const [only, ...others] = t.isObjectExpression(yielded) ? yielded.properties : [];
  const handedOn = t.isSpreadElement(only) && !others.length ? only.argument : yielded;
  const same = t.isIdentifier(parameter) && t.isIdentifier(handedOn, { name: parameter.name });
  return same ? withoutItem(file, holder.node.properties, path.node) : undefined;
}

/** `fetch(url, { ...options })` → `fetch(url, options)` */
function asOptions(edited: Edited, file: SourceFile, path: NodePath): Edit | undefined {
  if (!path.isObjectExpression() || path.listKey !== 'arguments') return undefined;
  const [only, ...others] = path.node.properties;
  const { parentPath: call } = path;
  const callee = call.isCallExpression() ? String(call.get('callee')) : '';
  if (!t.isSpreadElement(only) || others.length || !/^(?:window\.)?fetch$/.test(callee)) return undefined;
  if (!t.isIdentifier(only.argument) || !isMade(edited, file, call)) return undefined;
  return { file: file.path, start: startOf(path.node), end: endOf(path.node), text: only.argument.name };
}

/** `{ ...options, headers: options.headers }` */
function isThereAnyway(file: SourceFile, { properties }: t.ObjectExpression, text: string): boolean {
  const [spread, ...others] = properties.filter((one) => t.isSpreadElement(one));
  return Boolean(spread && !others.length && `${textOf(file, spread.argument)}.headers` === text);
}
