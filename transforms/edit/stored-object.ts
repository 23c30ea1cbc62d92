import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { jsonOf } from '../project/browser/storage.js';
import { keyName } from '../project/definitions.js';
import type { StoreSite } from '../project/site.js';
import { endOf, textOf } from '../project/source.js';
import { storedIn } from './asked.js';
import type { Edit } from './edits.js';
import { withoutItem } from './lists.js';
import { replacement } from './replacement.js';

/** Code for the token in the object that is stored; undefined where the object does not show it. */
export function tokenStored(site: StoreSite, field: string): string | undefined {
  const json = storedIn(site);
  if (!json?.isObjectExpression()) return json && `${textOf(site.file, json.node)}.${field}`;
  const named = json.node.properties.find((property) => keyName(property) === field);
  if (named) return t.isObjectProperty(named) ? textOf(site.file, named.value) : undefined;
  const [spread, ...others] = json.node.properties.filter((property) => t.isSpreadElement(property));
  return spread && !others.length ? `${textOf(site.file, spread.argument)}?.${field}` : undefined;
}

/** `{ ...user, token: undefined }`; of an object that is written out to become text the property goes. */
export function withoutField(
  { file, access: { value, storage } }: StoreSite,
  json: NodePath,
  field: string,
): Edit[] {
  const nothing = `${field}: undefined`;
  if (!json.isObjectExpression())
    return [replacement(file, json, `{ ...${textOf(file, json.node)}, ${nothing} }`)];
  const { properties } = json.node;
  const last = properties.at(-1);
  const named = json.get('properties').find(({ node }) => keyName(node) === field);
  if (named) {
    // What is spread into it may hold the token as well.
    const becomesText = storage === 'cookie' || (value && jsonOf(value));
    const whole = !becomesText || properties.some((one) => t.isSpreadElement(one));
    if (whole) return [replacement(file, named, nothing)];
    return properties.length > 1
      ? withoutItem(file, properties, named.node)
      : [replacement(file, json, '{}')];
  }
  return last
    ? [{ file: file.path, start: endOf(last), end: endOf(last), text: `, ${nothing}` }]
    : [replacement(file, json, `{ ${nothing} }`)];
}
