import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import type { Finding } from '../../words.js';
import { isTokenHeader } from '../browser/names.js';
import { STANDS_IN } from '../browser/stand-ins.js';
import { keyName, propertyName } from '../definitions.js';
import { isolated } from '../isolated.js';
import type { Project } from '../project.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import { at } from './at.js';
import { testNamed } from './test-named.js';

/** Libraries that tests send requests to a server with, or run one by. */
const OF_SERVER = /['"](?:supertest|chai-http|light-my-request|pactum|express|jsonwebtoken)['"]/;

/** Tests of pages that are about the header by which the token was sent, each by name. */
export function sentHeaderFindings({ sources, sites, steps }: Project): Finding[] {
  if (!steps.includes('client')) return [];
  const folders = new Set(
    sites.flatMap((site) => (site.kind === 'client-entry' ? [site.client.folder] : [])),
  );
  if (!folders.size) return [];
  return sources
    .mentioning('uthorization', 'x-auth-token', 'x-access-token')
    .filter(({ test, text }) => test && !STANDS_IN.test(text) && !OF_SERVER.test(text))
    .filter((file) => folders.has(sources.packageOf(file)?.folder ?? ''))
    .flatMap((file) => isolated(sources, [file], () => findingsIn(sources, file)));
}

function findingsIn(sources: Sources, file: SourceFile): Finding[] {
  const byTest = new Map<string, NodePath>();
  for (const path of file.paths.values()) {
    if (!namesHeader(path)) continue;
    const name = `${isSentHere(path)} ${testNamed(path)}`;
    if (!byTest.has(name)) byTest.set(name, path);
  }
  return [...byTest.values()].map((path) => ({
    ...(isSentHere(path)
      ? {
          severity: 'note',
          title: `${testNamed(path)} sends the login token itself`,
          detail:
            "What it sends by keeps cookies: a login by it is enough, and the session's cookie goes by itself. The header opens nothing once the server works with sessions, and can go.",
        }
      : {
          severity: 'warning',
          title: `${testNamed(path)} is about the header that carried the login token`,
          detail:
            "After the step client the browser sends none: the session's cookie goes by itself. Expect the request without the header.",
        }),
    ...at(sources, path),
  }));
}

/** `request.get(url, { headers: { … } })` of Playwright, `cy.request({ headers: { … } })` */
function isSentHere(path: NodePath): boolean {
  return Boolean(
    path.findParent((above) => {
      const callee = above.isCallExpression() ? String(above.get('callee')) : '';
      return /^cy\.request$|(?:^|\.|\b)request\.(?:get|post|put|patch|delete|head|fetch)$/.test(callee);
    }),
  );
}

/** `{ Authorization: … }`, `headers.authorization`, `headers.get('Authorization')` */
function namesHeader(path: NodePath): boolean {
  if (path.isStringLiteral()) {
    const asked = path.listKey === 'arguments' && path.parentPath?.isCallExpression();
    return Boolean(asked && isLogin(path.node.value));
  }
  const name = t.isObjectProperty(path.node) ? keyName(path.node) : propertyName(path.node);
  return name !== undefined && isLogin(name);
}

function isLogin(header: string): boolean {
  return isTokenHeader(header) && /^(?:authorization|x-)/i.test(header);
}
