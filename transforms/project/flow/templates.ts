import type { NodePath } from '@babel/traverse';
import { propertyName } from '../definitions.js';
import type { Sources } from '../sources.js';
import { isAskedFor, isInTemplate } from '../templates.js';
import { handedTo, propsOf, setupOf, templateMentions } from '../vue-components.js';
import { intoParameter } from './calls.js';
import type { Passage, Through, Value } from './follow.js';

/** `:token="token"`, `{{ token }}`, `v-if="token"`: where a template hands a value on, shows it, or asks for it. */
export const throughTemplate: Through = (sources, value): Passage | undefined => {
  const { path } = value;
  if (!isInTemplate(path)) return undefined;
  const [head, ...rest] = value.trail;
  // A template takes what is in a ref by the name of the ref.
  const { parentPath: parent } = path;
  const asked = parent?.isMemberExpression() && propertyName(parent.node) === 'value';
  if (head === 'value' && path.isIdentifier() && !asked) return { values: [{ ...value, trail: rest }] };
  if (!parent?.isExpressionStatement()) return undefined;
  const child = handedTo(sources, path);
  if (child) return { values: intoProps(sources, value, child.file, child.name) };
  const asks = isAskedFor(sources.fileOf(path).text, path);
  return { uses: [{ ...value, kind: asks ? 'test' : 'rendered' }] };
};

/** Where a component has what it is handed under a name. */
function intoProps(
  sources: Sources,
  value: Value,
  file: ReturnType<Sources['fileOf']>,
  name: string,
): Value[] {
  const setup = setupOf(sources, file);
  const inside = { ...value, trail: [name, ...value.trail] };
  return [
    ...propsOf(file).map((path): Value => ({ ...inside, path })),
    ...(setup ? intoParameter(sources, setup, 0, inside) : []),
    ...templateMentions(file, name).map((path: NodePath): Value => ({ ...value, path })),
  ];
}
