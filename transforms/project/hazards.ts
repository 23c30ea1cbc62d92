import type { NodePath } from '@babel/traverse';
import { isOnlyAnswered } from './answered-records.js';
import { isNothing } from './credential.js';
import { definitionOf, propertyName } from './definitions.js';
import type { Use } from './flow/follow.js';
import { kindsOf } from './kinds.js';
import { textOf } from './source.js';
import type { Sources } from './sources.js';
import { isEntryPut } from './stored/refresh/entries.js';
import { isSaved } from './stored/saved-records.js';
import { serializedName } from './written-cookies.js';

const ANSWERS = /^(?:json|jsonp|send|cookie|setHeader|set|header|redirect|render|end|append|write|status)$/;
const LOGS = /^(?:console|logger|log|debug|winston)\b/;
const DATABASE =
  /(?:^|\.)(?:create|save|insert\w*|update\w*|find\w*|where|upsert|set|hset|sadd|push|query|run|exec)$/;

/** Says in words where a token goes that a marker must never get to; undefined when it goes nowhere such. */
export function hazardOf(sources: Sources, uses: readonly Use[]): string | undefined {
  for (const use of uses) {
    const hazard = hazardOfUse(sources, use);
    if (hazard) return hazard;
  }
  return undefined;
}

function hazardOfUse(sources: Sources, use: Use): string | undefined {
  const text = (path: NodePath) => textOf(sources.fileOf(path), path.node);
  if (use.kind === 'compare')
    return use.part === 'token' && !isWithNothing(use.path)
      ? `compared in ${text(use.path.parentPath ?? use.path)}`
      : undefined;
  if (use.kind === 'stored') {
    const target = use.path.parentPath;
    return target?.isAssignmentExpression() &&
      (/^(?:res|response)\b/.test(text(target.get('left') as NodePath)) || isOnlyAnswered(target))
      ? undefined
      : `stored by ${text(target ?? use.path).split('\n')[0]}`;
  }
  if (use.kind !== 'argument') return undefined;
  const call = use.path.parentPath;
  if (!call?.isCallExpression() && !call?.isNewExpression()) return undefined;
  const callee = call.get('callee') as NodePath;
  const name = propertyName(callee.node);
  const called = text(callee);
  if (call.isCallExpression() && isEntryPut(call)) return `written to or looked up in a store by ${called}`;
  if (LOGS.test(called) || (name && ANSWERS.test(name))) return undefined;
  if (/(?:sign|verify|decode)$/.test(called) || isCheckOfKinds(sources, callee)) return undefined;
  if (call.isCallExpression() && serializedName(sources, call) !== undefined) return undefined;
  if (DATABASE.test(called)) return `written to or looked up in a store by ${called}`;
  if (/hash|compare|digest|crypt/i.test(called)) return `hashed or compared by ${called}`;
  if (call.isNewExpression() && isSaved(sources, call))
    return `written to or looked up in a store by new ${called}`;
  // A callback's parameter: `done(null, token)` hands it to code that decides for itself.
  return callee.isIdentifier() ? undefined : `handed to ${called}, which is not followed`;
}

/** A function that checks tokens of several kinds, under whatever name. */
function isCheckOfKinds(sources: Sources, callee: NodePath): boolean {
  const called = definitionOf(sources, callee);
  return called.kind === 'function' && kindsOf(sources, called.path)?.does === 'check';
}

/** `token == null` asks whether there is one. */
function isWithNothing(path: NodePath): boolean {
  const compared = path.parentPath;
  if (!compared?.isBinaryExpression()) return false;
  return isNothing(path.key === 'left' ? compared.node.right : compared.node.left);
}
