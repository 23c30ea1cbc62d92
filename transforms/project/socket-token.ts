import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { identifiersIn } from './acceptance/carried-code.js';
import { CUTS, PICKS } from './cuts.js';
import { propertyName } from './definitions.js';
import type { CheckSite } from './site.js';
import type { SocketDoor } from './sockets.js';
import { textOf } from './source.js';

/** Where a door asks whether a token came, and where it takes for granted that one did. */
export interface SocketToken {
  readonly asked: readonly Question[];
  /** Objects of which a method cuts the token out, and that are nothing where none came. */
  readonly cut: readonly NodePath[];
  /** What is taken apart into a list, and is nothing likewise. */
  readonly listed: readonly NodePath[];
}

/** An expression that is true where a token came, or one that is true where none did, with what that one denies. */
export interface Question {
  readonly path: NodePath;
  readonly denied?: readonly NodePath[];
}

/**
 * How a door comes by its token, where it goes on working for a socket that brings a session's cookie and no
 * token; undefined where it may not.
 */
export function socketTokenOf({ token, file }: CheckSite, door: SocketDoor): SocketToken | undefined {
  if (!token) return undefined;
  const asked = new Map<t.Node, Question>();
  const cut = new Map<t.Node, NodePath>();
  const listed: NodePath[] = [];
  const seen = new Set<t.Node>();
  const visit = (value: NodePath): boolean => {
    if (value.isIdentifier()) return visitName(value);
    const cuts = cutsIn(value);
    if (!cuts) return false;
    for (const one of cuts) cut.set(one.node, one);
    return (
      membersIn(value).every((member) => sameAs(member).every(visitMention)) &&
      identifiersIn(value).every(visitName)
    );
  };
  /** Where else a door reads the same property of what it is handed. */
  const sameAs = (member: NodePath): NodePath[] => {
    const text = plain(textOf(file, member.node));
    const same: NodePath[] = [];
    door.function.traverse({
      enter(path) {
        const other = path.isExpression() && path.node !== member.node;
        if (other && plain(textOf(file, path.node)) === text) same.push(path);
      },
    });
    return same;
  };
  const visitName = (name: NodePath<t.Identifier>): boolean => {
    const binding = name.scope.getBinding(name.node.name);
    // What stands outside of the door is there whatever comes.
    if (!binding || binding.scope.getFunctionParent() !== door.function.scope) return true;
    if (seen.has(binding.identifier)) return true;
    seen.add(binding.identifier);
    if (binding.kind === 'param') return true;
    const { path } = binding;
    if (!binding.constant || !path.isVariableDeclarator()) return false;
    const init = path.get('init') as NodePath;
    // An address is there whatever is in it.
    const there = init.isNewExpression() || (init.isCallExpression() && /\bparse$/.test(calleeOf(init)));
    if (!init.node || !(there || binding.referencePaths.every(visitMention)) || !visit(init)) return false;
    return !path.get('id').isArrayPattern() || isListed(path, init);
  };
  /** `const [, token] = header.split(' ')`, where no other part is asked for. */
  const isListed = (declarator: NodePath<t.VariableDeclarator>, init: NodePath): boolean => {
    const names = Object.keys(declarator.getBindingIdentifiers());
    const used = names.filter((name) => declarator.scope.getBinding(name)?.referenced);
    if (used.length > 1) return false;
    if (init.isLogicalExpression() && init.get('right').isArrayExpression()) return true;
    if (!init.isCallExpression()) return false;
    listed.push(init);
    return true;
  };
  /** Whether a mention is fine as it is, or as a question. */
  const visitMention = (mention: NodePath): boolean => {
    const parent = mention.parentPath;
    if (!parent || mention.isDescendant(token) || mention.node === token.node) return true;
    if (cut.has(mention.node)) return true;
    const question = questionAround(mention);
    if (question) {
      asked.set(question.path.node, question);
      return true;
    }
    // Nobody knows what comes of nothing there: `typeof token !== 'string'`, `isRevoked(token)`.
    const handed =
      mention.listKey === 'arguments' && !/^(?:console|log\w*)\./.test(String(parent.get('callee')));
    if (handed || parent.isUnaryExpression({ operator: 'typeof' })) return false;
    // `header.startsWith('Bearer ')` fails where there is none.
    const taken = mention.key === 'object' && parent.isMemberExpression();
    return !parent.isBinaryExpression() && (!taken || isGuarded(mention));
  };
  return visit(token) ? { asked: [...asked.values()], cut: [...cut.values()], listed } : undefined;
}

function calleeOf(call: NodePath<t.CallExpression>): string {
  return String(call.get('callee'));
}

/**
 * The objects that an expression cuts a token out of and that are nothing where none came; undefined where it
 * would do more than fail then.
 */
function cutsIn(value: NodePath): NodePath[] | undefined {
  const found: NodePath[] = [];
  let fine = true;
  const consider = (path: NodePath) => {
    if (path.isFunction()) path.skip();
    if (path.isAwaitExpression() || path.isAssignmentExpression()) fine = false;
    const callee = path.isCallExpression() ? (path.get('callee') as NodePath) : undefined;
    const method = callee ? (propertyName(callee.node) ?? '') : '';
    if (!callee?.isMemberExpression() || !(CUTS.has(method) || PICKS.has(method)) || isGuarded(path)) return;
    const object = callee.get('object');
    // What follows a question in a chain is not asked where the answer is nothing.
    if (startsWithCall(object)) return;
    if (object.isIdentifier() || object.isMemberExpression()) found.push(object);
    else fine = false;
  };
  consider(value);
  value.traverse({ enter: consider });
  return fine ? found : undefined;
}

function plain(text: string): string {
  return text.replaceAll('?.', '.');
}

/** The properties that an expression reads, each as a whole: `socket.handshake.auth.token`. */
function membersIn(value: NodePath): NodePath[] {
  const found: NodePath[] = [];
  const consider = (path: NodePath) => {
    if (path.isFunction()) return path.skip();
    if (!path.isMemberExpression() && !path.isOptionalMemberExpression()) return;
    if (path.key === 'callee' || startsWithCall(path)) return;
    found.push(path);
    path.skip();
  };
  if (value.isMemberExpression() || value.isOptionalMemberExpression()) {
    if (!startsWithCall(value)) return [value];
  }
  value.traverse({ enter: consider });
  return found;
}

/** `header.split(' ')[1]` */
function startsWithCall(path: NodePath): boolean {
  if (path.isCallExpression() || path.isOptionalCallExpression()) return true;
  const member = path.isMemberExpression() || path.isOptionalMemberExpression();
  return member && startsWithCall(path.get('object') as NodePath);
}

/** `header && header.split(' ')[1]`, `header ? … : undefined` */
function isGuarded(path: NodePath): boolean {
  for (let at: NodePath = path; at.parentPath?.isExpression(); at = at.parentPath) {
    if (at.parentPath.isLogicalExpression({ operator: '&&' }) && at.key === 'right') return true;
    if (at.parentPath.isConditionalExpression() && at.key !== 'test') return true;
  }
  return false;
}

/** `token` of `!token` or `if (token)`, and all of `token && token.startsWith('Bearer ')` or `!token || !token.startsWith(…)`. */
function questionAround(mention: NodePath): Question | undefined {
  const single = shapeAsked(mention);
  const denial = single.parentPath?.isUnaryExpression({ operator: '!' }) ? single.parentPath : undefined;
  const start = denial ?? single;
  const operator = denial ? '||' : '&&';
  let at = start;
  while (
    at.parentPath?.isLogicalExpression({ operator }) &&
    operandsOf(at.parentPath, operator).every(isAbout)
  )
    at = at.parentPath;
  if (at !== start) {
    const operands = operandsOf(at, operator);
    return denial
      ? { path: at, denied: operands.map((one) => one.get('argument') as NodePath) }
      : isTested(at)
        ? { path: at }
        : undefined;
  }
  if (single !== mention) return undefined;
  return denial || isTested(mention) ? { path: mention } : undefined;

  function isAbout(operand: NodePath): boolean {
    const argument = operand.isUnaryExpression({ operator: '!' }) ? operand.get('argument') : undefined;
    if (Boolean(argument) !== Boolean(denial)) return false;
    const subject = nameAsked((argument ?? operand) as NodePath);
    return subject !== undefined && String(subject) === String(mention);
  }
}

function operandsOf(path: NodePath, operator: string): NodePath[] {
  return path.isLogicalExpression() && path.node.operator === operator
    ? [...operandsOf(path.get('left') as NodePath, operator), path.get('right')]
    : [path];
}

/** `token.startsWith('Bearer ')` of `token`, which is else itself. */
function shapeAsked(mention: NodePath): NodePath {
  const call = mention.key === 'object' ? mention.parentPath?.parentPath : undefined;
  return call && nameAsked(call)?.node === mention.node ? call : mention;
}

/** `token` of `token.startsWith('Bearer ')`. */
function nameAsked(path: NodePath): NodePath | undefined {
  if (!path.isCallExpression() && !path.isOptionalCallExpression()) return path;
  const callee = path.get('callee') as NodePath;
  return /^(?:startsWith|includes)$/.test(propertyName(callee.node) ?? '')
    ? (callee.get('object') as NodePath)
    : undefined;
}

/** `if (token)`, `if (token && …)` */
function isTested(path: NodePath): boolean {
  let at = path;
  while (at.parentPath?.isLogicalExpression()) at = at.parentPath;
  return at.key === 'test' && at.parentPath?.isIfStatement() === true;
}
