import type { NodePath } from '@babel/traverse';
import { isAbsent } from '../project/browser/absent.js';
import { jsonOf } from '../project/browser/storage.js';
import { keyName } from '../project/definitions.js';
import type { StoreSite } from '../project/site.js';
import { textOf } from '../project/source.js';
import { SHIM_CLIENT } from './names.js';

/** Whether the code asks for the session around it already. */
export function isAsked({ access: { path }, file }: StoreSite): boolean {
  const around = path.getStatementParent() ?? path;
  return file.text.includes(SHIM_CLIENT) && /\bhasSession\w*\(\)/.test(textOf(file, around.node));
}

/** Whether the function around a place that is set or cleared, or else the statement before, speaks of the session. */
export function isMoved({ access: { path }, file }: StoreSite): boolean {
  const around = path.getFunctionParent() ?? path.getStatementParent()?.getPrevSibling();
  return (
    file.text.includes(SHIM_CLIENT) &&
    /\b(?:acceptSession|forgetSession|signOut)\w*\(/.test(around?.node ? textOf(file, around.node) : '')
  );
}

/** Whether a condition around it has asked for the same thing already. */
export function isGuarded({ access: { path }, file }: StoreSite): boolean {
  const text = textOf(file, path.node);
  return Boolean(
    path.findParent(
      (above) =>
        (above.isConditionalExpression() || above.isIfStatement()) &&
        textOf(file, above.node.test).includes(text) &&
        path.node !== above.node.test &&
        !path.isDescendant(above.get('test') as NodePath),
    ),
  );
}

/** Whether an answer is stored as it is, which has lost its token where it came in, or an object without its token. */
export function isStoredWithout(site: StoreSite): boolean {
  const { place, arrival } = site;
  const stored = storedIn(site);
  if (place?.field !== undefined && stored?.isObjectExpression()) {
    const token = stored.get('properties').find(({ node }) => keyName(node) === place.field);
    if (token?.isObjectProperty() && isAbsent(token.get('value') as NodePath)) return true;
  }
  return place?.field !== undefined && arrival?.kind === 'answers' && !stored?.isObjectExpression();
}

/** What is stored, as it is before it becomes text. */
export function storedIn({ access: { value } }: StoreSite): NodePath | undefined {
  return value && (jsonOf(value) ?? value);
}
