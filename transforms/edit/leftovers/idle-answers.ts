import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { callersOf } from '../../project/callers.js';
import { type SourceFile, textOf } from '../../project/source.js';
import type { Sources } from '../../project/sources.js';
import type { Edit } from '../edits.js';
import { withoutStatement } from '../statements.js';
import { declaredBy } from './hollow-functions.js';
import { type Edited, isMade } from './leftover.js';

/** `if (hasSession()) attach(hasSession())` of a function that only does something when it is given nothing. */
export function idleAnswers(edited: Edited, file: SourceFile): Edit[][] {
  const found: Edit[][] = [];
  for (const path of file.paths.values()) {
    if (!path.isFunction() || !isMade(edited, file, declaredBy(path))) continue;
    const acts = actsOnNothing(path);
    if (!acts) continue;
    for (const call of callersOf(edited.sources, path)) {
      const at = call as NodePath;
      const idle = isKnown(edited.sources, at) || (acts === 'forgets' && isAnswered(edited.sources, at));
      if (at.parentPath?.isExpressionStatement() && idle)
        found.push([withoutStatement(edited.sources.fileOf(at), at)]);
    }
  }
  return found;
}

/** `(token) => { if (!token) { … } }`, and whether all that it does is to forget the session. */
function actsOnNothing({ node }: NodePath<t.Function>): 'acts' | 'forgets' | undefined {
  const [parameter, ...others] = node.params;
  if (!t.isIdentifier(parameter) || others.length || !t.isBlockStatement(node.body)) return undefined;
  const [only, ...further] = node.body.body;
  const asks =
    !further.length &&
    t.isIfStatement(only) &&
    !only.alternate &&
    t.isUnaryExpression(only.test, { operator: '!' }) &&
    t.isIdentifier(only.test.argument, { name: parameter.name });
  if (!asks) return undefined;
  const { consequent } = only;
  const [done, ...more] = t.isBlockStatement(consequent) ? consequent.body : [consequent];
  const call = t.isExpressionStatement(done) && !more.length ? done.expression : undefined;
  const forgets = t.isCallExpression(call) && t.isIdentifier(call.callee, { name: 'forgetSession' });
  return forgets ? 'forgets' : 'acts';
}

/** `store(hasSession())` of what would forget a session that is not there. */
function isAnswered(sources: Sources, call: NodePath): boolean {
  const [given, ...others] = call.isCallExpression() ? call.node.arguments : [];
  return Boolean(
    given &&
      !others.length &&
      /^hasSession\w*\(\)(?: \? 'session' : ''| \? "session" : "")?$/.test(
        textOf(sources.fileOf(call), given),
      ),
  );
}

/** Whether the condition around a call has just asked for what it hands over. */
function isKnown(sources: Sources, call: NodePath): boolean {
  const [given, ...others] = call.isCallExpression() ? call.node.arguments : [];
  if (!given || others.length || !t.isCallExpression(given) || given.arguments.length) return false;
  const file = sources.fileOf(call);
  const asked = textOf(file, given);
  if (!/^hasSession\w*\(\)$/.test(asked)) return false;
  return Boolean(
    call.findParent(
      (above) =>
        above.parentPath?.isIfStatement() === true &&
        above.key === 'consequent' &&
        textOf(file, above.parentPath.node.test) === asked,
    ),
  );
}
