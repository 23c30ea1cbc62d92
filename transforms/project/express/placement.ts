import type { NodePath } from '@babel/traverse';
import { endOf, type SourceFile, startOf } from '../source.js';
import type { Application } from './application.js';
import type { Registration } from './registrations.js';

/** Where the shim is mounted: after body parsers and CORS, before the first route. */
export interface Placement {
  readonly file: SourceFile;
  readonly offset: number;
  /** `after` and `before` a statement on a line of its own, or as the next link of a chain of registrations. */
  readonly how: 'after' | 'before' | 'chained';
  /** The expression that names the application there. */
  readonly application: NodePath;
  /** The registration (or the making of the application) that it stands next to. */
  readonly at: NodePath;
}

/** Finds the place for one more middleware on an application. */
export function placementOf({ file, creation, registrations }: Application): Placement {
  const prepares = ({ kind }: Registration) => kind === 'parser' || kind === 'cors';
  // A page without tokens may stay in front, where what prepares requests for the others comes after it.
  const first = registrations.findIndex(
    ({ kind }, index) =>
      kind === 'route' ||
      kind === 'reader' ||
      (kind === 'page' && !registrations.slice(index).some(prepares)),
  );
  const ahead = first < 0 ? registrations : registrations.slice(0, first);
  const anchor = ahead.findLast(prepares);
  const route = registrations[first];
  if (anchor) {
    const statement = statementOf(anchor.call);
    const chained = anchor.file === route?.file && statementOf(route.call).node === statement.node;
    return {
      file: anchor.file,
      application: anchor.application,
      at: anchor.call,
      ...(chained || isLastLink(anchor)
        ? { how: 'chained', offset: endOf(anchor.call.node) }
        : { how: 'after', offset: endOf(statement.node) }),
    };
  }
  if (route) return before(route);
  const made = statementOf(creation);
  const declarator = creation.findParent(
    (above) => above.isVariableDeclarator() || above.isAssignmentExpression(),
  );
  const name = declarator?.isVariableDeclarator()
    ? (declarator.get('id') as NodePath)
    : declarator?.isAssignmentExpression()
      ? declarator.get('left')
      : creation;
  return { file, how: 'after', offset: endOf(made.node), application: name, at: creation };
}

/** `app.use(a).use(b);`: what comes next is one more link. */
function isLastLink({ call }: Registration): boolean {
  const callee = call.get('callee') as NodePath;
  const chained = callee.isMemberExpression() && callee.get('object').isCallExpression();
  return chained && call.parentPath.isExpressionStatement();
}

function before({ call, file, application }: Registration): Placement {
  const { node } = statementOf(call);
  let offset = startOf(node);
  for (const comment of (node.leadingComments ?? []).toReversed()) {
    const between = file.text.slice(comment.end ?? 0, offset);
    // A comment with an empty line below it speaks of more than this statement.
    if (between.split('\n').length > 2) break;
    offset = comment.start ?? offset;
  }
  return { file, how: 'before', offset, application, at: call };
}

/** The statement around a path that always runs when its function does: conditions and loops are climbed out of. */
export function statementOf(path: NodePath): NodePath {
  let statement: NodePath = path;
  for (let at: NodePath | null = path; at; at = at.parentPath) {
    const block: NodePath | null = at.parentPath;
    if (!at.isStatement() || !block) continue;
    if (block.isProgram()) return at;
    if (block.isBlockStatement() && (block.parentPath?.isFunction() || block.parentPath?.isTryStatement()))
      return at;
    statement = at;
  }
  return statement;
}
