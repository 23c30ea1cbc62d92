import type { NodePath } from '@babel/traverse';
import { originsOf } from '../flow/origins.js';
import { isMint, type Site } from '../site.js';
import { textOf } from '../source.js';
import type { Sources } from '../sources.js';

const LOGS_OR_COOKIES = /^(?:(?:console|log|logger)\b|res(?:ponse)?\.(?:clearCookie|cookie)\()/;
const ANSWER = /^(?:res|response|reply)$/;

/**
 * A statement that says nothing about a token: something is written into a log, a cookie is set or taken back, or a
 * refresh token is handed to what sends it.
 */
export function isAside(sources: Sources, sites: readonly Site[], statement: NodePath): boolean {
  if (LOGS_OR_COOKIES.test(textOf(sources.fileOf(statement), statement.node))) return true;
  const call = statement.isExpressionStatement() ? statement.get('expression') : undefined;
  if (!call?.isCallExpression()) return false;
  const renewing = new Set(
    sites
      .filter(isMint)
      .filter(({ family }) => family === 'refresh')
      .map(({ path }) => path.node),
  );
  const given = call.get('arguments') as NodePath[];
  const answers = given.filter((one) => one.isIdentifier() && ANSWER.test(one.node.name));
  const tokens = given.filter((one) => {
    const origins = originsOf(sources, one);
    return origins.length > 0 && origins.every(({ path, trail }) => !trail.length && renewing.has(path.node));
  });
  return answers.length === 1 && tokens.length === 1 && given.length === 2;
}
