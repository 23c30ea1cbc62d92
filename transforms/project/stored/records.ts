import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { keyName, propertyName } from '../definitions.js';
import { textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { isChanging } from './changing.js';
import type { Keeper } from './writes.js';

/** A place that keeps a login token or takes it out of what is kept, and does nothing else. */
export interface TokenRecord {
  /** The statements that do it, the saving that follows included. */
  readonly statements: readonly NodePath[];
  /** The field or the table, list or cache. */
  readonly keeper: Keeper;
}

const UPDATES = /^(?:update\w*|findOneAnd\w+|findByIdAnd\w+)$/;

/** What keeps the token at a place; undefined where the code around does more than that, or something else. */
export function recordAt(sources: Sources, path: NodePath): TokenRecord | undefined {
  const statement = outerStatement(path);
  if (statement?.isVariableDeclaration()) return ofVariable(sources, statement);
  if (!statement?.isExpressionStatement() || statement.listKey !== 'body') return undefined;
  const expression = awaited(statement.get('expression') as NodePath);
  const found = expression.isAssignmentExpression({ operator: '=' })
    ? ofAssignment(sources, statement, expression)
    : expression.isCallExpression()
      ? ofCall(sources, statement, expression)
      : undefined;
  return found;
}

/** `user.tokens = user.tokens.concat({ token })`: the field goes on as it was, but for one token. */
function ofAssignment(
  sources: Sources,
  statement: NodePath,
  { node }: NodePath<t.AssignmentExpression>,
): TokenRecord | undefined {
  const field = propertyName(node.left);
  if (field === undefined || !t.isMemberExpression(node.left)) return undefined;
  const file = sources.fileOf(statement);
  const own = textOf(file, node.left);
  if (!textOf(file, node.right).includes(own)) return undefined;
  return { statements: withSaving(sources, statement, textOf(file, node.left.object)), keeper: { field } };
}

function ofCall(
  sources: Sources,
  statement: NodePath,
  call: NodePath<t.CallExpression>,
): TokenRecord | undefined {
  const { callee } = call.node;
  const method = propertyName(callee) ?? '';
  if (!t.isMemberExpression(callee) || !(method === 'create' || isChanging(method))) return undefined;
  const file = sources.fileOf(statement);
  const holder = callee.object;
  if (UPDATES.test(method)) return ofUpdate(statement, call);
  // `user.tokens.push({ token })` on a record, `denied.add(token)` on a list of its own.
  const field = propertyName(holder);
  if (field !== undefined && t.isMemberExpression(holder) && /^(?:push|unshift|pull)$/.test(method))
    return { statements: withSaving(sources, statement, textOf(file, holder.object)), keeper: { field } };
  const root = t.isNewExpression(holder) ? textOf(file, holder.callee) : textOf(file, holder);
  return { statements: [statement], keeper: { root } };
}

/** `updateOne({ id }, { $push: { tokens: token } })` */
function ofUpdate(statement: NodePath, call: NodePath<t.CallExpression>): TokenRecord | undefined {
  const change = call.node.arguments[1];
  const [only, ...others] = t.isObjectExpression(change) ? change.properties : [];
  if (!only || others.length || !t.isObjectProperty(only)) return undefined;
  if (!/^\$(?:push|pull|addToSet)$/.test(keyName(only) ?? '') || !t.isObjectExpression(only.value))
    return undefined;
  const [field, ...more] = only.value.properties.map((one) => keyName(one));
  return field === undefined || more.length ? undefined : { statements: [statement], keeper: { field } };
}

/** `const gone = new Denied({ token }); await gone.save();` */
function ofVariable(sources: Sources, statement: NodePath<t.VariableDeclaration>): TokenRecord | undefined {
  const [declarator, ...others] = statement.get('declarations');
  const init = declarator?.get('init') as NodePath | undefined;
  const id = declarator?.node.id;
  if (!declarator || others.length || !init?.isNewExpression() || !t.isIdentifier(id)) return undefined;
  const references = declarator.scope.getBinding(id.name)?.referencePaths ?? [];
  const [only] = references;
  const saving = only && outerStatement(only);
  const saves = references.length === 1 && only && propertyName(only.parent) === 'save';
  if (!saves || saving?.parentPath !== statement.parentPath || !saving?.isExpressionStatement())
    return undefined;
  const root = textOf(sources.fileOf(statement), init.node.callee);
  return { statements: [statement, saving], keeper: { root } };
}

/** The statement, and the next one where that only saves what it changed and nothing else was changed. */
function withSaving(sources: Sources, statement: NodePath, holder: string): NodePath[] {
  const next = statement.getNextSibling();
  const file = sources.fileOf(statement);
  const saves = next.node && new RegExp(`^(?:await )?${escaped(holder)}\\.save\\(\\);?$`);
  if (!saves?.test(textOf(file, next.node))) return [statement];
  const owner = statement.getFunctionParent();
  let others = 0;
  owner?.traverse({
    AssignmentExpression({ node }) {
      if (t.isMemberExpression(node.left) && textOf(file, node.left.object).startsWith(holder)) others++;
    },
  });
  const own =
    statement.isExpressionStatement() && t.isAssignmentExpression(statement.node.expression) ? 1 : 0;
  return others > own ? [statement] : [statement, next];
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The statement around a place, that of a callback being the one that is given the callback. */
export function outerStatement(path: NodePath): NodePath | undefined {
  let statement = path.getStatementParent();
  for (;;) {
    const owner = statement?.getFunctionParent();
    if (owner?.listKey !== 'arguments' || !isOfList(owner)) return statement ?? undefined;
    statement = owner.getStatementParent();
  }
}

/** `tokens.filter((one) => one !== token)` */
function isOfList({ parent }: NodePath): boolean {
  return (
    t.isCallExpression(parent) && /^(?:filter|map|some|find|every)$/.test(propertyName(parent.callee) ?? '')
  );
}

function awaited(path: NodePath): NodePath {
  return path.isAwaitExpression() ? awaited(path.get('argument')) : path;
}
