import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { fixedString } from './browser/strings.js';
import { keyName, lastNameOf, propertyName } from './definitions.js';
import { constantKeyOf } from './families.js';
import type { SourceFile } from './source.js';
import type { Sources } from './sources.js';

/** The functions of stores that `commit` or `dispatch` names: by text, or by the constant that is their key. */
export function functionsNamed(sources: Sources, asked: NodePath): NodePath<t.Function>[] {
  const name = nameAsked(sources, asked);
  return sources
    .mentioning(...[name.text, name.constant].flatMap((word) => word ?? []))
    .filter(({ test }) => !test)
    .flatMap((file) =>
      [...file.paths.values()].flatMap((path) =>
        path.isFunction() && namesFunction(name, path) ? [path] : [],
      ),
    );
}

/**
 * What a mutation or an action of Vuex is handed, wherever it is asked for by its name; undefined where the function
 * is neither.
 */
export function payloadsOf(sources: Sources, called: NodePath<t.Function>): NodePath[] | undefined {
  const key = keyOf(called);
  const word = keyName(key) ?? constantKeyOf(key);
  if (word === undefined || !isInTable(sources.fileOf(called), called)) return undefined;
  return sources
    .mentioning(word)
    .filter(({ test }) => !test)
    .flatMap((file) =>
      [...file.paths.values()].flatMap((path) => {
        if (!path.isCallExpression()) return [];
        const payload = payloadIn(sources, file, path, called);
        return payload ? [payload] : [];
      }),
    );
}

/** `commit('user/SET_TOKEN', token)`, `this.saveToken(token)` of `...mapActions(['saveToken'])` */
function payloadIn(
  sources: Sources,
  file: SourceFile,
  call: NodePath<t.CallExpression>,
  called: NodePath<t.Function>,
): NodePath | undefined {
  const callee = call.get('callee') as NodePath;
  const [first, second] = call.get('arguments') as NodePath[];
  if (first && isAsking(callee)) return namesFunction(nameAsked(sources, first), called) ? second : undefined;
  const method =
    callee.isMemberExpression() && callee.get('object').isThisExpression()
      ? propertyName(callee.node)
      : undefined;
  const key = keyOf(called);
  return method !== undefined && method === keyName(key) && /\bmap(?:Actions|Mutations)\b/.test(file.text)
    ? first
    : undefined;
}

/** `commit`, `context.dispatch`, `this.$store.dispatch` */
export function isAsking(callee: NodePath): boolean {
  const name = lastNameOf(callee);
  return name === 'commit' || name === 'dispatch';
}

interface NameAsked {
  readonly text?: string;
  readonly constant?: string;
}

/** What is asked for without the names of modules before it, or the constant that says it. */
function nameAsked(sources: Sources, asked: NodePath): NameAsked {
  const text = fixedString(sources, asked)?.split('/').at(-1);
  const constant = asked.isIdentifier()
    ? asked.node.name
    : asked.isMemberExpression()
      ? propertyName(asked.node)
      : undefined;
  return { ...(text === undefined ? {} : { text }), ...(constant === undefined ? {} : { constant }) };
}

function namesFunction({ text, constant }: NameAsked, called: NodePath<t.Function>): boolean {
  const key = keyOf(called);
  return [keyName(key), constantKeyOf(key)].some(
    (name) => name !== undefined && (name === text || name === constant),
  );
}

/** What has the key of a function: the method itself, or the property that it is the value of. */
function keyOf(called: NodePath<t.Function>): t.Node {
  return called.isObjectMethod() ? called.node : called.parent;
}

/** `actions: { … }`, `const mutations = { … }`, `export default { … }` of a file actions.js */
function isInTable({ path }: SourceFile, called: NodePath<t.Function>): boolean {
  const table = called.isObjectMethod() ? called.parentPath : called.parentPath?.parentPath;
  if (!table?.isObjectExpression()) return false;
  const { parentPath: parent } = table;
  if (parent?.isExportDefaultDeclaration()) return /(?:^|\/)(?:actions|mutations)\.\w+$/.test(path);
  const name =
    parent?.isVariableDeclarator() && t.isIdentifier(parent.node.id)
      ? parent.node.id.name
      : parent && keyName(parent.node);
  return name !== undefined && /(?:actions|mutations)$/i.test(name);
}
