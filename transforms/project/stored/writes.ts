import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { callersOf } from '../callers.js';
import { keyName, propertyName } from '../definitions.js';
import { usesOf } from '../flow/follow.js';
import { sideOf } from '../sides.js';
import { isMint, type LogoutRouteSite, type MintSite, type Site } from '../site.js';
import { type SourceFile, textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { isChanging } from './changing.js';
import type { LookUp, Revocation } from './lookups.js';

/** What tokens are kept in: a field of the user, or a table, list or cache of its own. */
export type Keeper = { readonly field: string } | { readonly root: string };

/** A place that changes what is kept, and what that says about the user's logins. */
export interface Write {
  readonly path: NodePath;
  /** `kept`: a login's token goes in · `logout`: this login's ends · `everywhere`: all of a user's end. */
  readonly what: 'kept' | 'logout' | 'everywhere' | 'unclear';
  /** For `everywhere`: the record of the user, as the code says it. */
  readonly user?: string;
}

const MAKES_OR_REPLACES = /^(?:create\w*|clear|replace\w*|upsert)$/;
const CACHE = /redis|client|cache|store/i;
const ABOUT_TOKENS = /token|jwt|jti|black|deny|denied|revok/i;
const UPDATES = /^(?:update\w*|findOneAnd\w+|findByIdAnd\w+|replace\w*|bulkWrite)$/;

/** What a look-up searches in. */
export function keeperOf(
  sources: Sources,
  { call, text }: LookUp,
  { property }: Revocation,
): Keeper | undefined {
  const field = property && keyName(property.node)?.split('.')[0];
  if (property) return field === undefined ? undefined : { field };
  const [root = ''] = text.split(/[.?(\s]/);
  const names = text.split('.').slice(0, -1);
  // `req.app.locals.denied`, `this.tokens`: the last name tells it.
  const name = root === 'this' || root === 'req' ? names.at(-1) : names.length > 1 ? names.join('.') : root;
  return name && sources.fileOf(call) ? { root: name } : undefined;
}

/** Every place that changes what tokens are kept in, but for tests and the browser. */
export function writesOf(sources: Sources, sites: readonly Site[], keeper: Keeper): Write[] {
  const word = 'field' in keeper ? keeper.field : (keeper.root.split('.').at(-1) ?? '');
  const minted = mintedIn(sources, sites.filter(isMint));
  const logouts = sites.filter((site): site is LogoutRouteSite => site.kind === 'logout-route');
  const files = sources.naming(word).filter((file) => !file.test && sideOf(sources, file) !== 'client');
  return files.flatMap((file) =>
    [...file.paths.values()].flatMap((path): Write[] => {
      if (!isWrite(sources, path, keeper)) return [];
      const statement = path.getStatementParent() ?? path;
      if (minted.some((one) => one.isDescendant(statement) || statement.isDescendant(one)))
        return [{ path, what: isAdded(file, path, keeper) ? 'kept' : 'unclear' }];
      if ('field' in keeper && isEmptied(path)) {
        const user =
          t.isAssignmentExpression(path.node) && t.isMemberExpression(path.node.left)
            ? textOf(file, path.node.left.object)
            : undefined;
        return [{ path, what: user === undefined ? 'unclear' : 'everywhere', ...(user ? { user } : {}) }];
      }
      return [{ path, what: isOfLogout(sources, path, logouts, 0) ? 'logout' : 'unclear' }];
    }),
  );
}

/** The places that a token which was just made gets to. */
function mintedIn(sources: Sources, mints: readonly MintSite[]): NodePath[] {
  return mints
    .filter(({ family }) => family === 'session')
    .flatMap((mint) => usesOf(sources, mint.path).map(({ path }) => path));
}

function isWrite(sources: Sources, path: NodePath, keeper: Keeper): boolean {
  if ('field' in keeper) {
    const { field } = keeper;
    if (path.isAssignmentExpression()) return propertyName(path.node.left) === field;
    if (path.isUpdateExpression()) return propertyName(path.node.argument) === field;
    if (!path.isCallExpression()) return false;
    const { callee } = path.node;
    const method = propertyName(callee) ?? '';
    const holder = t.isMemberExpression(callee) ? callee.object : undefined;
    if (holder && propertyName(holder) === field)
      return /^(?:push|splice|pop|shift|pull|unshift|set)$/.test(method);
    return UPDATES.test(method) && namesField(path, field);
  }
  const { root } = keeper;
  if (path.isNewExpression()) return textOf(sources.fileOf(path), path.node.callee) === root;
  if (!path.isCallExpression()) return false;
  const callee = path.get('callee') as NodePath;
  const method = propertyName(callee.node) ?? '';
  if (!callee.isMemberExpression() || !(isChanging(method) || MAKES_OR_REPLACES.test(method))) return false;
  const file = sources.fileOf(path);
  const holder = textOf(file, callee.node.object);
  if (holder !== root && !holder.endsWith(`.${root}`)) return false;
  // A cache keeps other things too.
  return !CACHE.test(root) || ABOUT_TOKENS.test(textOf(file, path.node));
}

/** Whether a token goes to those that are there: in the place of another one, it would end that one's login. */
function isAdded(file: SourceFile, path: NodePath, keeper: Keeper): boolean {
  if ('root' in keeper) return true;
  if (path.isAssignmentExpression())
    return new RegExp(`\\.${keeper.field}\\b`).test(textOf(file, path.node.right));
  const text = textOf(file, path.node);
  return /\.(?:push|unshift)\(/.test(text) || /\$(?:push|addToSet)\b/.test(text);
}

/** `updateOne(…, { $pull: { tokens: … } })` */
function namesField(call: NodePath<t.CallExpression>, field: string): boolean {
  let found = false;
  call.traverse({
    ObjectProperty(property) {
      if (keyName(property.node)?.split('.')[0] === field) found = true;
    },
  });
  return found;
}

/** `user.tokens = []`, `user.token = null` */
function isEmptied({ node }: NodePath): boolean {
  if (!t.isAssignmentExpression(node)) return false;
  const { right } = node;
  return (
    (t.isArrayExpression(right) && !right.elements.length) ||
    t.isNullLiteral(right) ||
    t.isStringLiteral(right, { value: '' }) ||
    t.isIdentifier(right, { name: 'undefined' })
  );
}

/** Whether a place is reached by logging out alone. */
export function isOfLogout(
  sources: Sources,
  path: NodePath,
  logouts: readonly LogoutRouteSite[],
  depth: number,
): boolean {
  if (logouts.some((one) => path.isDescendant(one.function))) return true;
  const owner = path.getFunctionParent();
  if (!owner || depth > 3) return false;
  if (/\bendSession\(/.test(textOf(sources.fileOf(owner), owner.node))) return true;
  const callers = callersOf(sources, owner);
  return callers.length > 0 && callers.every((caller) => isOfLogout(sources, caller, logouts, depth + 1));
}
