import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { CUTS } from '../cuts.js';
import { keyName, propertyName } from '../definitions.js';
import type { Sources } from '../sources.js';
import { intoParameter } from './calls.js';
import type { Passage, Through, Use, Value } from './follow.js';

/** Methods of a string that only ask about it. */
const QUESTIONS = new Set([
  'startsWith',
  'includes',
  'indexOf',
  'endsWith',
  'toLowerCase',
  'toUpperCase',
  'search',
  'length',
]);
/** Methods that split it, the token being the second part. */
const SPLITS = new Set(['split', 'match', 'exec']);
/** Methods of the parts that hand out the last one. */
const LAST = new Set(['pop', 'at', 'slice']);

/** Properties, object literals and spreads: where a value is put into an object or taken out of one. */
export const throughMember: Through = (sources, value): Passage | undefined => {
  const { path, trail } = value;
  const parent = path.parentPath;
  if (!parent) return {};
  if (path.key === 'object' && (parent.isMemberExpression() || parent.isOptionalMemberExpression())) {
    return outOf(sources, value, parent.node);
  }
  if (parent.isObjectProperty() && path.key === 'value' && parent.parentPath?.isObjectExpression()) {
    const key = keyName(parent.node);
    const holder: Value = { ...value, path: parent.parentPath, trail: [key ?? '*', ...trail] };
    return { values: [holder] };
  }
  if (parent.isSpreadElement() && parent.parentPath) {
    return { values: [{ ...value, path: parent.parentPath }] };
  }
  if (parent.isArrayExpression()) {
    return { values: [{ ...value, path: parent, trail: [String(path.key), ...trail] }] };
  }
  return undefined;
};

function outOf(
  sources: Sources,
  value: Value,
  access: t.MemberExpression | t.OptionalMemberExpression,
): Passage {
  const { path } = value;
  const parent = path.parentPath;
  if (!parent) return {};
  const name = propertyName(access);
  const [head, ...rest] = value.trail;
  const call = parent.parentPath;
  const called =
    call && (call.isCallExpression() || call.isOptionalCallExpression()) && parent.key === 'callee';
  if (head !== undefined) {
    if (called && call && head === '1' && !rest.length && LAST.has(name ?? '')) {
      return { values: [{ ...value, path: call, trail: [] }] };
    }
    if (name === head || head === '*') return { values: [{ ...value, path: parent, trail: rest }] };
    if (head === '1' && name === '0')
      return { values: [{ ...value, path: parent, trail: [], part: 'scheme' }] };
    // `user.token = token; await user.save()` puts it into a database.
    const saved = called && /^(?:save|update|create|insert|upsert|set)/.test(name ?? '');
    return saved ? { uses: [{ ...value, kind: 'stored' }] } : {};
  }
  const used = (kind: Use['kind']): Passage => ({ uses: [{ ...value, kind }] });
  if (called && call) {
    if (CUTS.has(name ?? '') || name === 'concat') return { values: [{ ...value, path: call }] };
    if (SPLITS.has(name ?? '')) return { values: [{ ...value, path: call, trail: ['1'] }] };
    if (QUESTIONS.has(name ?? '')) return used('test');
    // `sign(…).then((token) => …)`: what a promise yields.
    const [callback] = name === 'then' ? (call.get('arguments') as NodePath[]) : [];
    if (callback?.isFunction()) return { values: intoParameter(sources, callback, 0, value) };
    return used('other');
  }
  return used(QUESTIONS.has(name ?? '') ? 'test' : 'other');
}
