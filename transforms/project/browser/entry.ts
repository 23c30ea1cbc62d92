import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { callsOf } from '../callers.js';
import { type Definition, keyName, propertyName } from '../definitions.js';
import { pathsOf, type SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import { sendsEarly } from './early-calls.js';
import { entryPaths } from './entry-paths.js';
import { navigatesFirst } from './first-navigation.js';
import { importsOfRouters, routerIn } from './routers.js';

/** Where a browser application starts. */
export interface Entry {
  readonly file: SourceFile;
  /** The statement that shows the application; absent where a framework does that out of sight. */
  readonly mount?:
    | NodePath<t.ExpressionStatement>
    | NodePath<t.VariableDeclaration>
    | NodePath<t.IfStatement>;
  /** The statement that exports what the mount makes, though nothing imports an entry. */
  readonly exported?: NodePath;
  /** The first of the statements right before it that set the application going. */
  readonly first?:
    | NodePath<t.ExpressionStatement>
    | NodePath<t.IfStatement>
    | NodePath<t.VariableDeclaration>;
  /** Imports of modules that send requests as soon as they are loaded. */
  readonly later?: readonly NodePath<t.ImportDeclaration>[];
}

const MOUNTING: Readonly<Record<string, RegExp>> = {
  'react-dom': /^(?:render|hydrate)$/,
  'react-dom/client': /^(?:render|hydrateRoot)$/,
  preact: /^render$/,
  'solid-js/web': /^(?:render|hydrate)$/,
  svelte: /^(?:mount|hydrate)$/,
  vue: /^(?:mount|\$mount)$/,
};

/** Finds the file that a page loads first, and in it the statement that mounts the application. */
export function entryOf(sources: Sources, folder: string): Entry | undefined {
  const files = [...new Set(entryPaths(sources, folder).flatMap((path) => startingIn(sources, path)))];
  for (const file of files) {
    const mount = mountIn(sources, file);
    if (mount) {
      const first = routerBefore(sources, file, mount) ?? startBefore(sources, mount);
      const later = importsOfRouters(sources, file, mount);
      const exported = mount.isVariableDeclaration() ? exportOf(mount) : undefined;
      return {
        file,
        mount,
        ...(first ? { first } : {}),
        ...(exported ? { exported } : {}),
        ...(later.length ? { later } : {}),
      };
    }
  }
  const [first] = files;
  return first && { file: first };
}

/** The file at a path, and what it does no more than load: `import('./bootstrap')`. */
function startingIn(sources: Sources, path: string): SourceFile[] {
  const file = sources.at(path);
  if (!file) return [];
  const loads = file.ast.program.body.every(
    (one) => one.type === 'ExpressionStatement' || one.type === 'ImportDeclaration',
  );
  const loaded = loads ? [...pathsOf(file, 'Import')] : [];
  return [
    file,
    ...loaded.flatMap(({ parent }) => {
      const [module] = parent.type === 'CallExpression' ? parent.arguments : [];
      return (module?.type === 'StringLiteral' && sources.resolve(file, module.value)) || [];
    }),
  ];
}

function mountIn(sources: Sources, file: SourceFile): Entry['mount'] {
  for (const { path, callee } of callsOf(sources, file)) {
    if (!isMounting(path as NodePath, callee)) continue;
    // `startTransition(() => { hydrateRoot(…) })`, `router.isReady().then(() => app.mount('#app'))`
    const statement = path.findParent((above) => isOfProgram(above));
    // `if (!root.innerHTML) { createRoot(root).render(…) }`
    if (statement?.isExpressionStatement() || statement?.isIfStatement()) return statement;
    if (statement?.isVariableDeclaration() && isForNothing(path as NodePath, statement)) return statement;
    const started = statement && startingAt(statement);
    if (started) return started;
  }
  return undefined;
}

/** `bootstrap()`, of `async function bootstrap() { … app.mount('#app'); }`, which nothing else calls. */
function startingAt(definition: NodePath): NodePath<t.ExpressionStatement> | undefined {
  if (!definition.isFunctionDeclaration() && !definition.isVariableDeclaration()) return undefined;
  const calls = Object.keys(definition.getBindingIdentifiers()).flatMap(
    (name) => definition.scope.getBinding(name)?.referencePaths ?? [],
  );
  const starts = calls.map((name) => {
    const statement = name.key === 'callee' ? name.findParent((above) => isOfProgram(above)) : undefined;
    if (!statement || statement === definition) return undefined;
    return statement.isExpressionStatement() ? statement : startingAt(statement);
  });
  const [first] = starts;
  return starts.every((one) => one === first) ? first : undefined;
}

function isOfProgram({ parentPath: parent }: NodePath): boolean {
  return parent?.isProgram() === true;
}

/** `const app = new App({ target })` that is only exported, or not even that. */
function isForNothing(made: NodePath, statement: NodePath<t.VariableDeclaration>): boolean {
  const [only, ...others] = statement.get('declarations');
  if (!only?.isVariableDeclarator() || others.length || made.parentPath !== only) return false;
  const uses = usesOf(statement);
  return uses.every((use) => use.parentPath?.isExportDefaultDeclaration());
}

function exportOf(statement: NodePath<t.VariableDeclaration>): NodePath | undefined {
  return usesOf(statement)[0]?.parentPath ?? undefined;
}

function usesOf(statement: NodePath<t.VariableDeclaration>): readonly NodePath[] {
  return Object.keys(statement.getBindingIdentifiers()).flatMap(
    (name) => statement.scope.getBinding(name)?.referencePaths ?? [],
  );
}

/** `new App({ target: document.body })` of a component of Svelte */
function isSvelteWithTarget(path: NodePath<t.NewExpression>): boolean {
  const [options] = path.get('arguments');
  const callee = path.get('callee');
  const declared = callee.isIdentifier() ? callee.scope.getBinding(callee.node.name)?.path.parent : undefined;
  const component = declared?.type === 'ImportDeclaration' && declared.source.value.endsWith('.svelte');
  return Boolean(
    component &&
      options?.isObjectExpression() &&
      options.node.properties.some((one) => keyName(one) === 'target'),
  );
}

/** `new Vue({ el: '#app' })` */
function isVueWithElement(path: NodePath<t.NewExpression>): boolean {
  const [options] = path.get('arguments');
  return Boolean(
    path.get('callee').isIdentifier({ name: 'Vue' }) &&
      options?.isObjectExpression() &&
      options.node.properties.some((one) => keyName(one) === 'el'),
  );
}

/** `const router = createBrowserRouter([…])`, whose loaders run at once, where only the mount makes use of it. */
function routerBefore(
  sources: Sources,
  file: SourceFile,
  mount: NonNullable<Entry['mount']>,
): NodePath<t.VariableDeclaration> | undefined {
  const router = routerIn(sources, file);
  if (!router?.parentPath.isProgram() || !sources.mentioning('loader').length) return undefined;
  const used = usesOf(router);
  const next = router.getNextSibling();
  const near = next.node === mount.node || next.getNextSibling().node === mount.node;
  const between = next.isVariableDeclaration() ? usesOf(next) : [];
  return near && [...used, ...between].every((use) => use.isDescendant(mount)) ? router : undefined;
}

/** `store.dispatch(load())` right before the mount: it asks the server, so it has to wait as well. */
function startBefore(sources: Sources, mount: NonNullable<Entry['mount']>): Entry['first'] {
  let first: Entry['first'];
  for (let at = mount.getPrevSibling(); isStatement(at); at = at.getPrevSibling()) {
    if (dispatches(at) || sendsEarly(sources, at) || navigatesFirst(sources, at)) first = at;
  }
  return first;
}

function isStatement(path: NodePath): path is NodePath<t.ExpressionStatement> | NodePath<t.IfStatement> {
  return path.isExpressionStatement() || path.isIfStatement();
}

/** Whether a statement dispatches, be it on a condition: `if (token) store.dispatch(load())`. */
function dispatches(path: NodePath<t.ExpressionStatement> | NodePath<t.IfStatement>): boolean {
  const isDispatch = (call: NodePath): boolean =>
    call.isCallExpression() && propertyName(call.node.callee) === 'dispatch';
  if (path.isExpressionStatement()) return isDispatch(startOfChain(path.get('expression')));
  let found = false;
  path.traverse({
    CallExpression(call) {
      if (isDispatch(call)) found = true;
    },
  });
  return found;
}

/** `store.dispatch(load())` of `store.dispatch(load()).then(…).catch(…)` */
function startOfChain(path: NodePath): NodePath {
  const callee = path.isCallExpression() ? path.get('callee') : undefined;
  const object = callee?.isMemberExpression() ? callee.get('object') : undefined;
  return object?.isCallExpression() ? startOfChain(object) : path;
}

function isMounting(path: NodePath, callee: Definition): boolean {
  if (path.isNewExpression()) return isVueWithElement(path) || isSvelteWithTarget(path);
  if (!path.isCallExpression()) return false;
  const method =
    propertyName(path.node.callee) ?? (path.get('callee').isIdentifier() ? String(path.get('callee')) : '');
  if (/^(?:bootstrapModule|bootstrapApplication)$/.test(method)) return true;
  if (callee.kind === 'package') return MOUNTING[callee.module]?.test(callee.name.at(-1) ?? '') ?? false;
  const text = String(path.get('callee'));
  if (method === 'render') return /createRoot|root/i.test(text);
  return method === 'mount' || method === '$mount';
}
