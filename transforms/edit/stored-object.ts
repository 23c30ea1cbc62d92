import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { keyName } from '../project/definitions.js';
import type { StoreSite } from '../project/site.js';
import { endOf, textOf } from '../project/source.js';
import { storedIn } from './asked.js';
import type { Edit } from './edits.js';
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

/** `{ ...user, token: undefined }`; of an object that is written out the property alone changes. */
export function withoutField({ file }: StoreSite, json: NodePath, field: string): Edit {
  const nothing = `${field}: undefined`;
  if (!json.isObjectExpression())
    return replacement(file, json, `{ ...${textOf(file, json.node)}, ${nothing} }`);
  const last = json.get('properties').at(-1);
  const named = json.get('properties').find(({ node }) => keyName(node) === field);
  if (named) return replacement(file, named, nothing);
  return last
    ? { file: file.path, start: endOf(last.node), end: endOf(last.node), text: `, ${nothing}` }
    : replacement(file, json, `{ ${nothing} }`);
}
