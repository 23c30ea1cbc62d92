import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { isNamedReceiver } from '../project/browser/named-receivers.js';
import { chainedOperatorOf, operatorOf } from '../project/browser/operators.js';
import { keyName, propertyName } from '../project/definitions.js';
import { endOf, type SourceFile, startOf } from '../project/source.js';
import { asConcatMap } from './chained-operators.js';
import type { Edit } from './edits.js';
import { furtherIn } from './further-in.js';
import { indentationAt, styleOf } from './style.js';

/** How a function can wait for something. */
export type Waiting =
  /** It is asynchronous, or can be made so without anybody noticing. */
  | {
      readonly how: 'await' | 'yield';
      readonly edits: readonly Edit[];
      /** What the lines of its body are moved in by. */
      readonly further?: string;
    }
  /** Somebody takes what it returns at once. */
  | { readonly how: 'never' };

const CALLBACKS =
  /^(?:then|catch|finally|subscribe|addEventListener|on|once|useEffect|setTimeout|tap|forEach)$/;
const RECEIVERS = /^(?:on[A-Z]\w*|next|success|error|handle[A-Z]\w*)$/;

/** Says how the code of a function can wait, and what makes it so. */
export function waitingIn(file: SourceFile, owner: NodePath<t.Function>): Waiting {
  const { node } = owner;
  if (node.generator) return { how: 'yield', edits: [] };
  if (node.async) return { how: 'await', edits: [] };
  if (owner.isClassMethod() || owner.isObjectMethod()) {
    if (node.type !== 'ClassMethod' && node.type !== 'ObjectMethod') return { how: 'never' };
    if (node.kind === 'constructor' || node.kind === 'get' || node.kind === 'set') return { how: 'never' };
    if (
      /^(?:render|componentDidUpdate|getDerivedStateFromProps|shouldComponentUpdate)$/.test(
        keyName(node) ?? '',
      )
    )
      return { how: 'never' };
  }
  // Whoever subscribes goes on without it.
  if (isReducer(owner) || operatorOf(owner)) return { how: 'never' };
  const chained = chainedOperatorOf(owner);
  if (chained?.name === 'do') return { how: 'never' };
  if (returnsSomething(owner) && !isIgnored(owner) && !chained) return { how: 'never' };
  if (isEffect(owner))
    return { how: 'await', edits: inOwnFunction(file, owner), further: styleOf(file.text).indent };
  const key = 'key' in node && node.key ? startOf(node.key) : undefined;
  const computed = 'computed' in node && node.computed && key !== undefined;
  const at = computed ? file.text.lastIndexOf('[', key) : (key ?? startOf(node));
  return {
    how: 'await',
    edits: [
      { file: file.path, start: at, end: at, text: 'async ' },
      ...waitedFor(file, owner),
      ...(chained ? asConcatMap(file, chained) : []),
    ],
  };
}

/** `$.post(url).done(…)` → `.then(…)`, where somebody goes on with it: jQuery waits for what that returns. */
function waitedFor(file: SourceFile, { parentPath: call, listKey }: NodePath<t.Function>): Edit[] {
  const callee = call?.isCallExpression() && listKey === 'arguments' ? call.node.callee : undefined;
  if (!t.isMemberExpression(callee) || propertyName(callee) !== 'done' || callee.computed) return [];
  if (call?.parentPath?.isExpressionStatement()) return [];
  return [{ file: file.path, start: startOf(callee.property), end: endOf(callee.property), text: 'then' }];
}

/** What an effect returns is called when it is cleared up: it can not be a promise. */
function isEffect({ parentPath: parent, listKey }: NodePath<t.Function>): boolean {
  if (!parent?.isCallExpression() || listKey !== 'arguments') return false;
  return /^(?:React\.)?use(?:Layout|Insertion)?Effect$/.test(String(parent.get('callee')));
}

/** `(async () => { … })()` around what a function does. */
function inOwnFunction(file: SourceFile, { node: { body } }: NodePath<t.Function>): Edit[] {
  const { newline, indent, semicolon } = styleOf(file.text);
  const start = startOf(body) + 1;
  const end = start + file.text.slice(start, endOf(body) - 1).trimEnd().length;
  const line = newline + indentationAt(file, startOf(body)) + indent;
  const put = (at: number, text: string): Edit => ({
    file: file.path,
    start: at,
    end: at,
    text,
    stays: true,
  });
  return [
    put(start, `${line}(async () => {`),
    ...furtherIn(file, start, end),
    put(end, `${line}})()${semicolon}`),
  ];
}

/** What is put into such a function, moved in as its lines are. */
export function movedIn(edits: readonly Edit[], waiting: Waiting): readonly Edit[] {
  const further = waiting.how === 'never' ? undefined : waiting.further;
  return further
    ? edits.map((edit) => ({ ...edit, text: edit.text.replace(/\n(?=[ \t])/g, `\n${further}`) }))
    : edits;
}

/** Reducers, mutations and the like must have done their work when they return. */
function isReducer(owner: NodePath<t.Function>): boolean {
  const [first] = owner.node.params;
  const state = t.isAssignmentPattern(first) ? first.left : first;
  if (t.isIdentifier(state) && /^(?:state|draft|_?state|prev(?:ious)?State)$/.test(state.name)) return true;
  const table = owner.findParent((above) => above.isObjectProperty());
  return Boolean(
    table?.findParent(
      (above) =>
        above.isObjectProperty() &&
        /^(?:reducers|extraReducers|mutations|getters)$/.test(keyName(above.node) ?? ''),
    ),
  );
}

/** Whether the result of a callback is awaited or thrown away. */
function isIgnored(owner: NodePath<t.Function>): boolean {
  const { parentPath: parent } = owner;
  if (isNamedReceiver(owner)) return true;
  if (parent?.isCallExpression() && owner.listKey === 'arguments') {
    const name =
      propertyName(parent.node.callee) ?? (t.isIdentifier(parent.node.callee) ? parent.node.callee.name : '');
    return CALLBACKS.test(name) && name !== 'useEffect' && name !== 'forEach';
  }
  return RECEIVERS.test(keyName(owner.node) ?? (parent ? keyName(parent.node) : undefined) ?? '');
}

/** Whether a function returns a value; what an arrow function's body yields counts, unless it is a call of ours. */
function returnsSomething(owner: NodePath<t.Function>): boolean {
  const body = owner.get('body');
  if (Array.isArray(body)) return false;
  if (!body.isBlockStatement()) return true;
  let returns = false;
  body.traverse({
    Function: (inner) => inner.skip(),
    ReturnStatement(statement) {
      if (statement.node.argument) returns = true;
    },
  });
  return returns;
}
