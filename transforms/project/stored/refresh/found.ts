import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { isNothing } from '../../credential.js';
import { keyName, propertyName } from '../../definitions.js';

/** A question after a token: whether it is kept, or whose record has it. */
export interface Question {
  /** The expression that asks, with what only waits for it. */
  readonly path: NodePath;
  /** `yes`: it is true when the token is kept · `no`: when it is not · `record`: it yields what keeps it. */
  readonly yields: 'yes' | 'no' | 'record';
  /** Only whether a user has a token is asked. */
  readonly presence?: true;
  /** The key with the token among what a table is searched by. */
  readonly asked?: NodePath<t.ObjectProperty>;
  /** Whose field is searched: the key with the token among what a user is searched by. */
  readonly column?: NodePath<t.ObjectProperty>;
  /** The variable that holds a record. */
  readonly held?: NodePath<t.VariableDeclarator>;
  /** The function that asks for tokens of several kinds, of which this is one call, and how it asks. */
  readonly through?: { readonly function: NodePath<t.Function>; readonly question: Question };
}

/** All tokens of a user are taken out, or the one that he has. */
export interface Cleared {
  readonly path: NodePath;
  /** What names him. */
  readonly user: NodePath;
  /** `record`: his record, a field of which is emptied · `key`: its id · `column`: what rows name him by. */
  readonly named: 'record' | 'key' | 'column';
  /** The column, where it is not the key of what names him. */
  readonly column?: string;
}

/** What a mention of a keeper is there for. */
export type Found =
  | { readonly is: 'question'; readonly question: Question }
  | {
      readonly is: 'gone';
      readonly statement: NodePath;
      readonly derived?: NodePath[];
      readonly cleared?: Cleared;
      /** It asks for a token: old ones are still refused by it. */
      readonly asks?: true;
      /** The row that is made. */
      readonly row?: NodePath;
    }
  /** The token is changed beside other columns, which stay. */
  | { readonly is: 'column'; readonly column: NodePath<t.ObjectProperty> }
  /** The token is read off a row that is no longer made. */
  | { readonly is: 'shown'; readonly path: NodePath }
  | { readonly is: 'tested' }
  | { readonly is: 'left' };

/** A variable's declaration goes when everything that is done with the variable does. */
export function declared(declarator: NodePath<t.VariableDeclarator>): Found | undefined {
  const statement = declarator.parentPath;
  const { id } = declarator.node;
  if (!statement.isVariableDeclaration() || statement.node.declarations.length !== 1) return undefined;
  const binding = t.isIdentifier(id) ? declarator.scope.getBinding(id.name) : undefined;
  if (!binding) return undefined;
  const written = binding.constantViolations.map((one) =>
    one.isAssignmentExpression() ? (one.get('left') as NodePath) : one,
  );
  return { is: 'gone', statement, derived: [...binding.referencePaths, ...written] };
}

/** The statement that an expression is, with what only waits for it or makes a promise of it. */
export function statementOf(path: NodePath): NodePath | undefined {
  const { parentPath } = outermost(path);
  if (!parentPath?.isExpressionStatement()) return undefined;
  return parentPath.listKey ? parentPath : conditionOf(parentPath);
}

/** `if (token) await Row.deleteOne({ token })`: the condition asks nothing but whether there is something. */
function conditionOf(statement: NodePath): NodePath | undefined {
  const { parentPath: above } = statement;
  if (!above?.isIfStatement() || !above.listKey || above.node.alternate) return undefined;
  const { test } = above.node;
  return t.isIdentifier(test) || t.isMemberExpression(test) || t.isOptionalMemberExpression(test)
    ? above
    : undefined;
}

/** An expression with what only waits for it: `await`, `.exec()`, `.lean()`. */
export function outermost(path: NodePath): NodePath {
  let at = path;
  for (let above = at.parentPath; above; above = at.parentPath) {
    const call = above.isMemberExpression() && at.key === 'object' ? above.parentPath : undefined;
    const finishes = /^(?:exec|lean|save)$/.test(propertyName(above.node) ?? '');
    if (above.isAwaitExpression() || above.isTSAsExpression() || above.isTSNonNullExpression()) at = above;
    else if (finishes && call?.isCallExpression() && above.key === 'callee') at = call;
    else break;
  }
  return at;
}

/** A question that yields a record, which a variable may hold. */
export function held(call: NodePath): Question {
  const path = outermost(call);
  const declarator = path.parentPath;
  const named = declarator?.isVariableDeclarator() && heldName(declarator.node.id) !== undefined;
  return { path, yields: 'record', ...(named ? { held: declarator } : {}) };
}

/** The name that a record has: `const row = …`, and `const [row] = …`, `const { rows } = …` of a list. */
export function heldName(id: t.Node): t.Identifier | undefined {
  if (t.isIdentifier(id)) return id;
  const [only, ...others] = t.isArrayPattern(id) ? id.elements : t.isObjectPattern(id) ? id.properties : [];
  if (!only || others.length) return undefined;
  // `const { rows } = await pool.query(…)`
  return t.isObjectProperty(only)
    ? keyName(only) === 'rows'
      ? heldName(only.value)
      : undefined
    : heldName(only);
}

/** Whether a value says that there is no token. */
export function isNoToken(node: t.Node): boolean {
  return (t.isArrayExpression(node) && !node.elements.length) || isNothing(node);
}
