// https://developer.mozilla.org/en-US/docs/Web/API/Web_Storage_API
import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { alone } from '../alone.js';
import type { Edit } from '../edit/edits.js';
import { localName, SHIM_CLIENT } from '../edit/names.js';
import { isTest } from '../project/browser/acceptance.js';
import { isHeldForTests, isPassedInVain } from '../project/browser/passing.js';
import type { Project } from '../project/project.js';
import type { GuardSite } from '../project/site.js';
import { endOf, startOf, textOf } from '../project/source.js';
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

function decide({ path, evidence, template }: GuardSite, project: Project): Decision {
  if (template)
    return template.called
      ? {
          action: 'bridged',
          reason: `${evidence}, of which nothing is left to show: it is empty from now on`,
        }
      : {
          action: 'manual',
          reason: `${evidence}, and the template asks for it where the session can't be asked`,
          todo: 'Ask hasSession() in the script, and use its answer in the template.',
        };
  if (isEmptied(path)) return { action: 'kept', reason: 'it stands for nothing where there is no token' };
  if (isPassedInVain(project, path))
    return { action: 'rewritten', reason: 'the token is not read for a header any more' };
  if (isTest(path) || isHeldForTests(project, path))
    return { action: 'rewritten', reason: 'asks whether there is a session instead of a token' };
  const call = methodCall(path);
  if (call)
    return {
      action: 'bridged',
      reason: `${evidence}, of which nothing is left to show: it is empty from now on`,
    };
  return { action: 'bridged', reason: `${evidence}: what is handed on from here is empty from now on` };
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
  const at = { file: file.path, start: startOf(path.node), end: endOf(path.node) };
  if (isTest(path) || isHeldForTests(project, path)) {
    const has = localName(file, SHIM_CLIENT, 'hasSession');
    return [{ ...at, text: `${has.local}()`, needs: [has] }];
  }
  return methodCall(path) ? [{ ...at, text: `(${textOf(file, path.node)} || '')` }] : [];
}

/** `user.token.substring(0, 20)` */
function methodCall(path: NodePath): boolean {
  return Boolean(path.key === 'object' && path.parentPath?.isMemberExpression());
}

export default alone('client/token-field', rule);
export const parser = 'tsx';
