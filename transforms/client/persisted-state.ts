// https://redux.js.org/usage/configuring-your-store
import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { alone } from '../alone.js';
import type { Edit } from '../edit/edits.js';
import { withoutItem } from '../edit/lists.js';
import { localName, SHIM_CLIENT } from '../edit/names.js';
import { quoted, styleOf } from '../edit/style.js';
import { parsedFrom } from '../project/browser/storage.js';
import { keyName } from '../project/definitions.js';
import type { PersistedSite } from '../project/site.js';
import { endOf, textOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/** State that is kept as JSON → kept without its token, and restored with `hasSession()` in the token's place. */
export const rule: Rule<PersistedSite> = {
  step: 'client',
  hints: ['localStorage', 'sessionStorage'],
  knows: [],
  owns: (site): site is PersistedSite => site.kind === 'persisted-state',
  decide,
  edit,
};

function decide({ access, place, file }: PersistedSite): Decision {
  const { path } = access;
  if (place.flag && access.operation === 'get')
    return { action: 'kept', reason: 'what keeps this state holds a flag in the place of the token' };
  const json = jsonCallOf(access);
  if (!json)
    return access.operation === 'get' && isTested(path)
      ? { action: 'kept', reason: 'it only asks whether anything is stored' }
      : {
          action: 'manual',
          reason: place.evidence,
          todo: `Take ${place.field} out of what is stored, and put hasSession() in its place where it is restored.`,
        };
  if (json.node.arguments.length > 1)
    return textOf(file, json.node).includes(place.field)
      ? { action: 'kept', reason: 'the token does not go through here' }
      : {
          action: 'manual',
          reason: `${place.evidence}, and a function goes through it already`,
          todo: `Let that function leave out ${place.field} where it is stored, and put hasSession() in its place where it is restored.`,
        };
  return access.operation === 'set'
    ? { action: 'rewritten', reason: 'the state is stored without the token' }
    : {
        action: 'rewritten',
        reason: 'what is restored says whether there is a session instead of the token',
      };
}

function edit(site: PersistedSite, { action }: Decision): readonly Edit[] {
  const json = jsonCallOf(site.access);
  if (action !== 'rewritten' || !json) return [];
  const { access, file, place } = site;
  const [kept] = json.get('arguments') as NodePath[];
  const written = kept?.isObjectExpression() && !place.within?.length ? kept.node.properties : [];
  const named = written.find((property) => keyName(property) === place.field);
  // Of an object that is written out the property goes.
  if (
    access.operation === 'set' &&
    named &&
    written.length > 1 &&
    !written.some((one) => t.isSpreadElement(one))
  )
    return withoutItem(file, written, named);
  const owner = quoted(styleOf(file.text), place.within?.at(-1) ?? '');
  const condition = place.within?.length ? `key === ${owner}` : `key === ${owner} && value`;
  const has = localName(file, SHIM_CLIENT, 'hasSession');
  const stands = access.operation === 'set' ? 'null' : `${has.local}()`;
  const end = endOf(json.node.arguments[0] ?? json.node);
  const text = `, (key, value) => (${condition} ? { ...value, ${place.field}: ${stands} } : value)`;
  return [
    { file: file.path, start: end, end, text, ...(access.operation === 'set' ? {} : { needs: [has] }) },
  ];
}

/** The `JSON.stringify` of what is stored, the `JSON.parse` of what is read. */
function jsonCallOf({
  operation,
  path,
  value,
}: PersistedSite['access']): NodePath<t.CallExpression> | undefined {
  const call = operation === 'set' ? value : parsedFrom(path);
  return call?.isCallExpression() && t.isMemberExpression(call.node.callee) ? call : undefined;
}

/** Whether nothing is asked of what is stored but that it is there. */
function isTested({ parentPath: parent, key }: NodePath): boolean {
  return Boolean(
    parent?.isBinaryExpression() ||
      parent?.isUnaryExpression({ operator: '!' }) ||
      (key === 'test' && (parent?.isConditionalExpression() || parent?.isIfStatement())),
  );
}

export default alone('client/persisted-state', rule);
export const parser = 'tsx';
