import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { chainedOperatorOf } from '../../project/browser/operators.js';
import { definitionOf, propertyName } from '../../project/definitions.js';
import type { SourceFile } from '../../project/source.js';
import { endOf } from '../../project/source.js';
import type { Sources } from '../../project/sources.js';
import type { Edit } from '../edits.js';
import { handsOn, rejects } from '../handing-on.js';
import { withoutItem } from '../lists.js';
import { isPure } from '../purity.js';
import { withoutDeclaration, withoutStatement } from '../statements.js';
import { declaredBy, isHollow } from './hollow-functions.js';
import { type Edited, isMade } from './leftover.js';

/** Calls that hand something on of which nothing is left: interceptors, effects, plugins, operators, settings. */
export function idleCalls(edited: Edited, file: SourceFile): Edit[][] {
  const found: Edit[][] = [];
  for (const path of file.paths.values()) {
    if (!path.isCallExpression()) continue;
    const edits =
      withoutInterceptor(edited, file, path) ??
      withoutEffect(edited, file, path) ??
      withoutPlugin(edited, file, path) ??
      withoutLink(edited, file, path) ??
      withoutSagaEffect(edited, file, path) ??
      withoutOperator(edited, file, path);
    if (edits) found.push(edits);
  }
  return found;
}

type Call = NodePath<t.CallExpression>;

/** `interceptors.request.use((config) => config)`, with what would take it back. */
function withoutInterceptor(edited: Edited, file: SourceFile, path: Call): Edit[] | undefined {
  const { callee } = path.node;
  if (!t.isMemberExpression(callee) || propertyName(callee) !== 'use') return undefined;
  if (!/^re(?:quest|sponse)$/.test(propertyName(callee.object) ?? '')) return undefined;
  const given = path.get('arguments').map((one) => functionAt(edited.sources, one as NodePath));
  const [first, second, ...others] = given;
  const idle = first && handsOn(first) && (given.length < 2 || (second && rejects(second.node)));
  if (!idle || others.length) return undefined;
  if (!given.some((one) => one && isMadeThere(edited, one))) return undefined;
  const { parentPath: parent } = path;
  if (parent.isExpressionStatement()) return [withoutStatement(file, path)];
  return parent.isVariableDeclarator() ? withoutNumber(file, parent) : undefined;
}

/** `const number = ….use(…)`, where it is for nothing but `….eject(number)`. */
function withoutNumber(file: SourceFile, declarator: NodePath<t.VariableDeclarator>): Edit[] | undefined {
  const { id } = declarator.node;
  const declaration = declarator.parentPath;
  const binding = t.isIdentifier(id) ? declarator.scope.getBinding(id.name) : undefined;
  if (!binding?.constant || !declaration.isVariableDeclaration() || declaration.node.declarations.length > 1)
    return undefined;
  const edits = [withoutDeclaration(file, declaration)];
  for (const { parentPath: call, listKey } of binding.referencePaths) {
    const ejects =
      call?.isCallExpression() && propertyName(call.node.callee) === 'eject' && listKey === 'arguments';
    if (!ejects) return undefined;
    const { parentPath: around } = call;
    // `return () => ….eject(number);` of an effect
    const cleanup = around.isArrowFunctionExpression() ? around.parentPath : undefined;
    if (cleanup?.isReturnStatement()) edits.push(withoutDeclaration(file, cleanup));
    else if (around.isExpressionStatement()) edits.push(withoutStatement(file, call));
    else return undefined;
  }
  return edits;
}

/** `useEffect(() => {}, [token])`, `socket.on('connect', () => {})`, `$.ajaxSetup({})`, `operation.setContext({})` */
function withoutEffect(edited: Edited, file: SourceFile, path: Call): Edit[] | undefined {
  const { callee } = path.node;
  const name = propertyName(callee) ?? (t.isIdentifier(callee) ? callee.name : '');
  const [first] = path.get('arguments') as NodePath[];
  if (!first || !path.parentPath.isExpressionStatement() || !isMade(edited, file, path)) return undefined;
  const given = path.get('arguments') as NodePath[];
  const last = given.at(-1);
  if (/^(?:on|once|addEventListener|addListener)$/.test(name) && last?.isFunction())
    return given.length === 2 && isHollow(last) ? [withoutStatement(file, path)] : undefined;
  // A store that is watched for nothing, `token.subscribe(() => {})`, and a reaction of MobX
  if (name === 'subscribe')
    return first.isFunction() && isHollow(first) ? [withoutStatement(file, path)] : undefined;
  if (name === 'reaction')
    return given[1]?.isFunction() && isHollow(given[1]) ? [withoutStatement(file, path)] : undefined;
  const hollow = /^(?:useEffect|useLayoutEffect|onMounted|onBeforeMount|onMount)$/.test(name)
    ? first.isFunction() && isHollow(first)
    : /^(?:ajaxSetup|setContext)$/.test(name) && first.isObjectExpression() && !first.node.properties.length;
  return hollow ? [withoutStatement(file, path)] : undefined;
}

/** `request.get(url).use(plugin)` of a plugin that does nothing. */
function withoutPlugin(edited: Edited, file: SourceFile, path: Call): Edit[] | undefined {
  const { callee, arguments: given } = path.node;
  if (!t.isMemberExpression(callee) || propertyName(callee) !== 'use' || given.length !== 1) return undefined;
  if (!t.isCallExpression(callee.object)) return undefined;
  const [first] = path.get('arguments') as NodePath[];
  const plugin = first && functionAt(edited.sources, first);
  if (!plugin || !(isHollow(plugin) || handsOn(plugin)) || !isMadeThere(edited, plugin)) return undefined;
  return [{ file: file.path, start: endOf(callee.object), end: endOf(path.node), text: '' }];
}

/** `yield call(setAuthToken, token)` of a function that does nothing any more */
function withoutSagaEffect(edited: Edited, file: SourceFile, path: Call): Edit[] | undefined {
  const { parentPath: whole } = path;
  if (!whole.isYieldExpression() || !whole.parentPath.isExpressionStatement()) return undefined;
  const effect = definitionOf(edited.sources, path.get('callee'));
  if (effect.kind !== 'package' || !effect.module.startsWith('redux-saga')) return undefined;
  const [first, ...given] = path.get('arguments') as NodePath[];
  const called = first && functionAt(edited.sources, first);
  if (!called || !isHollow(called) || !isMadeThere(edited, called)) return undefined;
  return given.every(({ node }) => isPure(node, []))
    ? [withoutDeclaration(file, whole.parentPath)]
    : undefined;
}

/** `http.post(…).do(() => {})` of RxJS 5 */
function withoutLink(edited: Edited, file: SourceFile, path: Call): Edit[] | undefined {
  const { callee } = path.node;
  const [only] = path.get('arguments') as NodePath[];
  if (!t.isMemberExpression(callee) || !only?.isFunction() || chainedOperatorOf(only)?.name !== 'do')
    return undefined;
  return isHollow(only) && isMade(edited, file, only)
    ? [{ file: file.path, start: endOf(callee.object), end: endOf(path.node), text: '' }]
    : undefined;
}

/** `pipe(tap(() => {}))` */
function withoutOperator(edited: Edited, file: SourceFile, path: Call): Edit[] | undefined {
  const { parentPath: pipe } = path;
  const [first] = path.get('arguments') as NodePath[];
  const idle = path.get('callee').isIdentifier({ name: 'tap' }) && first?.isFunction() && isHollow(first);
  if (!idle || !isMade(edited, file, path)) return undefined;
  if (!pipe.isCallExpression() || propertyName(pipe.node.callee) !== 'pipe') return undefined;
  const { callee, arguments: given } = pipe.node;
  if (given.length > 1) return withoutItem(file, given, path.node);
  return t.isMemberExpression(callee)
    ? [{ file: file.path, start: endOf(callee.object), end: endOf(pipe.node), text: '' }]
    : undefined;
}

function functionAt(sources: Sources, path: NodePath): NodePath<t.Function> | undefined {
  const defined = definitionOf(sources, path);
  return defined.kind === 'function' ? defined.path : undefined;
}

function isMadeThere(edited: Edited, path: NodePath<t.Function>): boolean {
  return isMade(edited, edited.sources.fileOf(path), declaredBy(path));
}
