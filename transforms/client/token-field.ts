// https://developer.mozilla.org/en-US/docs/Web/API/Web_Storage_API
import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { alone } from '../alone.js';
import type { Edit, NeededName } from '../edit/edits.js';
import { localName, SHIM_CLIENT } from '../edit/names.js';
import { indentationAt, styleOf } from '../edit/style.js';
import { comparedWithNothing } from '../edit/token-read.js';
import { isTyped } from '../edit/typed.js';
import { isHeldForTests, isPassedInVain } from '../project/browser/passing.js';
import { isForSocket } from '../project/browser/sockets.js';
import { isTest } from '../project/browser/truth.js';
import { storageHazard } from '../project/browser/uses.js';
import { componentClassOf } from '../project/component-classes.js';
import type { Project } from '../project/project.js';
import type { GuardSite } from '../project/site.js';
import { endOf, type SourceFile, startOf, textOf } from '../project/source.js';
import { hasTemplate, isAskedFor, isInTemplate } from '../project/templates.js';
import type { Decision, Rule } from '../rule.js';

/** `user.token`, of an object that has lost its token: asked for → `hasSession()`, used → something empty. */
export const rule: Rule<GuardSite> = {
  step: 'client',
  hints: ['localStorage', 'sessionStorage'],
  knows: [],
  owns: (site): site is GuardSite => site.kind === 'token-field',
  decide,
  edit,
};

function decide({ path, file, evidence, template }: GuardSite, project: Project): Decision {
  if (template)
    return template.called
      ? {
          action: 'bridged',
          reason: `${evidence}, of which nothing is left to show: it is empty from now on`,
        }
      : isTest(path) || isAskedFor(file.text, path) || path.isProgram()
        ? {
            action: 'manual',
            reason: `${evidence}, and the template asks for it where the session can't be asked`,
            todo: 'Ask hasSession() in the script, and use its answer in the template.',
          }
        : {
            action: 'manual',
            reason: `${evidence}, and the template goes on with it`,
            todo: 'There is no token in the browser any more: take it out, or show something of sessionInfo() instead.',
          };
  if (isEmptied(path)) return { action: 'kept', reason: 'it stands for nothing where there is no token' };
  if (isPassedInVain(project, path))
    return { action: 'rewritten', reason: 'the token is not read for a header any more' };
  if (isAsked(project, path))
    return { action: 'rewritten', reason: 'asks whether there is a session instead of a token' };
  const call = methodCall(path);
  if (call)
    return {
      action: 'bridged',
      reason: `${evidence}, of which nothing is left to show: it is empty from now on`,
    };
  if (isForSocket(project, path))
    return { action: 'rewritten', reason: 'it goes with the token that opens the socket' };
  if (isFlag(path, project))
    return { action: 'rewritten', reason: 'what is handed on from here says whether there is a session' };
  return { action: 'bridged', reason: `${evidence}: what is handed on from here is empty from now on` };
}

/** Whether nothing but whether it is there is asked, here or of the name that holds it. */
function isAsked(project: Project, path: NodePath): boolean {
  return isTest(path) || isAskedFor(project.sources.fileOf(path).text, path) || isHeldForTests(project, path);
}

/** Whether a flag goes as well wherever the token is handed on to. */
function isFlag(path: NodePath, project: Project): boolean {
  return !isForSocket(project, path) && storageHazard(project, path) === undefined;
}

/** `user.token || ''` */
function isEmptied({ parent }: NodePath): boolean {
  return t.isLogicalExpression(parent, { operator: '||' }) && t.isStringLiteral(parent.right, { value: '' });
}

function edit({ path, file, template }: GuardSite, _decision: Decision, project: Project): readonly Edit[] {
  if (template) {
    const { start, end, called } = template;
    return called ? [{ file: file.path, start, end, text: `(${file.text.slice(start, end)} || '')` }] : [];
  }
  if (isEmptied(path)) return [];
  if (isOfComponent(file, path)) return askedByComponent(file, path, project);
  const at = { file: file.path, start: startOf(path.node), end: endOf(path.node) };
  const has = localName(file, SHIM_CLIENT, 'hasSession');
  if (isAsked(project, path)) return [askedOf(file, path, `${has.local}()`, has)];
  if (!methodCall(path) && !isPassedInVain(project, path) && isFlag(path, project))
    return [isTyped(file) ? namedFlag(file, path, has) : askedOf(file, path, `${has.local}()`, has)];
  return methodCall(path) ? [{ ...at, text: `(${textOf(file, path.node)} || '')` }] : [];
}

/** Whether it stands in a template that has nothing but what the class of its component has. */
function isOfComponent(file: SourceFile, path: NodePath): boolean {
  return isInTemplate(path) && !hasTemplate(file.path);
}

/** The class hands `hasSession` to its template. */
function askedByComponent(file: SourceFile, path: NodePath, { sources }: Project): Edit[] {
  const made = componentClassOf(sources, path);
  if (!made) return [];
  const home = sources.fileOf(made);
  const has = localName(home, SHIM_CLIENT, 'hasSession');
  const { newline, semicolon, indent } = styleOf(home.text);
  const start = startOf(made.node.body) + 1;
  const member = `${newline}${indentationAt(home, startOf(made.node))}${indent}readonly hasSession = ${has.local}${semicolon}${made.node.body.body.length ? newline : ''}`;
  const { needs: _, ...asked } = askedOf(file, path, 'hasSession()', has);
  return [
    asked,
    {
      file: home.path,
      start,
      end: start,
      text: member,
      needs: [has],
      because: 'its template asks whether there is a session',
    },
  ];
}

/** A text where types say that the token is one: `user?.token` is `undefined` where there is no user. */
function namedFlag(file: SourceFile, path: NodePath, has: NeededName): Edit {
  const { object } = path.isOptionalMemberExpression() && path.node.optional ? path.node : {};
  const text = object
    ? `${has.local}() && ${textOf(file, object)} ? 'session' : undefined`
    : `${has.local}() ? 'session' : ''`;
  const alone = path.parentPath?.isReturnStatement() || /^(?:init|body)$/.test(String(path.key));
  return {
    file: file.path,
    start: startOf(path.node),
    end: endOf(path.node),
    text: alone ? text : `(${text})`,
    needs: [has],
  };
}

/** `user?.token` → `user && hasSession()`: where there is no user, nobody is logged in for whoever asks. */
function askedOf(file: SourceFile, path: NodePath, asks: string, has: NeededName): Edit {
  const compared = comparedWithNothing(path);
  const { object } =
    (path.isOptionalMemberExpression() && path.node.optional) || isWatched(file, path) ? path.node : {};
  // Where it is declared to be a boolean, an object that is not there would be none.
  const asked = object && isTyped(file) && !isInTemplate(path) ? undefined : booleanAround(path);
  const whole = compared?.path ?? asked ?? path;
  const held = object ? `${textOf(file, object)} && ${asks}` : asks;
  const text = compared?.absent ? (object ? `!(${held})` : `!${held}`) : held;
  const { parentPath: parent, key } = whole;
  const alone =
    !object ||
    compared?.absent ||
    (/^(?:init|test|argument|body|value|expression)$/.test(String(key)) && !parent?.isUnaryExpression()) ||
    whole.listKey === 'arguments' ||
    parent?.isJSXExpressionContainer() ||
    parent?.isLogicalExpression({ operator: '&&' });
  return {
    file: file.path,
    start: startOf(whole.node),
    end: endOf(whole.node),
    text: alone ? text : `(${text})`,
    needs: [has],
  };
}

/** Whether a template shows anew what is asked here because the object changes, and nothing else says so beside it. */
function isWatched(file: SourceFile, path: NodePath): path is NodePath<t.MemberExpression> {
  if (!isInTemplate(path) || !path.isMemberExpression()) return false;
  const { parentPath: parent } = path;
  const beside = parent?.isLogicalExpression({ operator: '&&' }) && path.key === 'right';
  return !(beside && textOf(file, parent.node.left) === textOf(file, path.node.object));
}

/** `Boolean(user.token)`, `!!user.token` */
function booleanAround({ parentPath: parent }: NodePath): NodePath | undefined {
  const { parentPath: outer } = parent ?? {};
  if (parent?.isUnaryExpression({ operator: '!' }) && outer?.isUnaryExpression({ operator: '!' }))
    return outer;
  return parent?.isCallExpression() && parent.get('callee').isIdentifier({ name: 'Boolean' })
    ? parent
    : undefined;
}

/** `user.token.substring(0, 20)` */
function methodCall(path: NodePath): boolean {
  return Boolean(path.key === 'object' && path.parentPath?.isMemberExpression());
}

export default alone('client/token-field', rule);
export const parser = 'tsx';
