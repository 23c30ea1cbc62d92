import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { propertyName } from './definitions.js';
import { checkObstacle, isLoginToken } from './obstacles.js';
import type { Project } from './project.js';
import { isRequest } from './request-places.js';
import { readsOffRequest } from './request-properties.js';
import { isCheck } from './site.js';
import { isInGoneRecord } from './stored/unit.js';
import { unwrapped } from './unwrapped.js';

/** `req.token = token`, as a statement. */
export interface PutOnRequest {
  readonly name: string;
  readonly statement: NodePath<t.ExpressionStatement>;
}

/** The statement that does nothing but put a value on the request, for whoever comes after. */
export function putOnRequest(value: NodePath, { sources }: Project): PutOnRequest | undefined {
  const assignment = value.key === 'right' ? value.parentPath : undefined;
  const statement = assignment?.parentPath;
  if (!assignment?.isAssignmentExpression({ operator: '=' }) || !statement?.isExpressionStatement())
    return undefined;
  const left = assignment.get('left');
  const name = propertyName(left.node);
  if (!left.isMemberExpression() || name === undefined) return undefined;
  return isRequest(sources, unwrapped(left.get('object'))) ? { name, statement } : undefined;
}

/** Whether nobody asks for a property of the request any more once the checks of the token ask the session. */
export function isReadInVain(name: string, project: Project): boolean {
  const { sources, sites } = project;
  const checked = new Set<t.Node | undefined>(
    sites
      .filter(isCheck)
      .filter((site) => isLoginToken(site, project) && !checkObstacle(site, project))
      .map(({ token }) => token?.node),
  );
  return readsOffRequest(sources, name).every(
    (path) => checked.has(path.node) || isInGoneRecord(path, project),
  );
}
