import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { lastNameOf, propertyName } from '../../definitions.js';
import { unwrapped } from '../../unwrapped.js';
import type { RefreshKeeper } from './keepers.js';

/** Entries of a cache, under keys that are made alike: `refresh:*`. */
export type EntryKeeper = Extract<RefreshKeeper, { kind: 'entry' }>;

const CACHE = /redis|client|cache/i;
const PUTS = /^(?:set|setex|psetex|setnx)$/i;
const GETS = /^(?:get|exists)$/i;
const DROPS = /^(?:del|unlink)$/i;
const LASTS = /^p?(?:expire|ttl)/i;

/** `redis.set(`refresh:${user.id}`, token, 'EX', ttl)` keeps a token. */
export function entryPut(call: NodePath<t.CallExpression>, index: number): EntryKeeper | undefined {
  return index > 0 && isEntryPut(call) ? entryOf(call) : undefined;
}

/** Whether a call puts something into a cache: as the value, or as the key. */
export function isEntryPut({ node: { callee } }: NodePath<t.CallExpression>): boolean {
  const holder = t.isMemberExpression(callee) ? callee.object : undefined;
  const name = t.isIdentifier(holder) ? holder.name : holder && propertyName(holder);
  return PUTS.test(propertyName(callee) ?? '') && CACHE.test(name ?? '');
}

/** The entry that a variable was taken from: `const kept = await redis.get(key)`. */
export function entryTaken(path: NodePath): EntryKeeper | undefined {
  const binding = path.isIdentifier() ? path.scope.getBinding(path.node.name) : undefined;
  const init = binding?.path.isVariableDeclarator() ? (binding.path.get('init') as NodePath) : path;
  const call = init.isAwaitExpression() ? init.get('argument') : init;
  if (!call.isCallExpression() || !GETS.test(propertyName(call.node.callee) ?? '')) return undefined;
  return entryOf(call);
}

/** What a call on a cache is about, by its first argument. */
function entryOf(call: NodePath<t.CallExpression>): EntryKeeper | undefined {
  const callee = call.get('callee');
  const name = callee.isMemberExpression() ? lastNameOf(callee.get('object')) : undefined;
  const [key] = call.get('arguments') as NodePath[];
  if (name === undefined || !CACHE.test(name) || !key) return undefined;
  return { kind: 'entry', name, key: shapeOf(key) };
}

/** A key with a star for what is another one for each user. */
function shapeOf(path: NodePath): string {
  const key = unwrapped(path);
  if (key.isStringLiteral()) return key.node.value;
  if (key.isTemplateLiteral()) return key.node.quasis.map(({ value }) => value.raw).join('*');
  if (key.isBinaryExpression({ operator: '+' }))
    return shapeOf(key.get('left') as NodePath) + shapeOf(key.get('right'));
  if (!key.isCallExpression() || propertyName(key.node.callee) === 'toString') return '*';
  const called = String(key.get('callee'));
  return called === 'String' ? '*' : `${called}(*)`;
}

/** The calls of a file on an entry. */
export function entriesIn(paths: Iterable<NodePath>, { name, key }: EntryKeeper): NodePath[] {
  return [...paths].filter((path) => {
    if (!path.isCallExpression()) return false;
    const entry = /^\w+$/.test(propertyName(path.node.callee) ?? '') ? entryOf(path) : undefined;
    return entry?.name === name && entry.key === key;
  });
}

/** Whether a call on an entry puts a token there, says how long it stays, or takes it out. */
export function changesEntry(call: NodePath): boolean {
  const method = call.isCallExpression() ? (propertyName(call.node.callee) ?? '') : '';
  return PUTS.test(method) || DROPS.test(method) || LASTS.test(method);
}

/** Whether a call asks for an entry. */
export function asksEntry(call: NodePath): boolean {
  return call.isCallExpression() && GETS.test(propertyName(call.node.callee) ?? '');
}
