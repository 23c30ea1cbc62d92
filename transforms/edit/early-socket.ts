import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { namedFunctionAround } from '../project/browser/renewal-calls.js';
import { renewsByCookie } from '../project/browser/renews-by-cookie.js';
import type { SocketCredential } from '../project/browser/sockets.js';
import { callersOf } from '../project/callers.js';
import { keyName } from '../project/definitions.js';
import type { Project } from '../project/project.js';
import { type SourceFile, textOf } from '../project/source.js';
import { browserModuleOf } from './browser-module.js';
import type { Edit } from './edits.js';
import { relativeSpecifier } from './module-imports.js';
import { localName } from './names.js';
import { afterStatement } from './statements.js';
import { styleOf } from './style.js';

/** How a socket is made that connects later. */
export interface LaterSocket {
  /** The option that says when it connects, where it is given. */
  readonly given: NodePath<t.ObjectProperty> | undefined;
  readonly connects: Edit;
}

/**
 * A socket that opens while the pages are still loading comes before an earlier login has become a session: the
 * server would turn it away, and it would not try again. It connects when the session is there.
 */
export function laterSocket(
  { file, path, options }: SocketCredential,
  project: Project,
): LaterSocket | undefined {
  const holder = holderOf(path);
  if (!holder || !options || !isMadeAtLoad(project, path)) return undefined;
  const entry = project.sites.find(
    (site) => site.kind === 'client-entry' && site.client.files.includes(file),
  );
  if (entry?.kind !== 'client-entry' || !entry.client.entry?.mount || !entry.client.places.length)
    return undefined;
  const given = options
    .get('properties')
    .find((one): one is NodePath<t.ObjectProperty> => keyName(one.node) === 'autoConnect');
  const condition = given && conditionIn(file, given);
  if (condition === 'never') return undefined;
  const { path: module } = browserModuleOf(
    entry.client,
    project.sources,
    renewsByCookie(project, entry.client),
  );
  const ready = localName(file, specifierOf(file, module), 'sessionReady');
  const call = `${holder.name}.connect()`;
  const then = condition ? `${condition} && ${call}` : call;
  const text = `${ready.local}.finally(() => ${then})${styleOf(file.text).semicolon}`;
  return { given, connects: { ...afterStatement(file, holder.statement, text), needs: [ready] } };
}

/** `const socket = io(…)`, `socket = io(…)` */
function holderOf(path: NodePath): { readonly name: string; readonly statement: NodePath } | undefined {
  const { parentPath: parent } = path;
  if (parent?.isVariableDeclarator() && t.isIdentifier(parent.node.id)) {
    const declaration = parent.parentPath;
    const exported = declaration?.parentPath?.isExportNamedDeclaration() ? declaration.parentPath : undefined;
    const statement = exported ?? declaration;
    return statement ? { name: parent.node.id.name, statement } : undefined;
  }
  if (!parent?.isAssignmentExpression({ operator: '=' }) || !t.isIdentifier(parent.node.left))
    return undefined;
  const statement = parent.parentPath;
  return statement?.isExpressionStatement() ? { name: parent.node.left.name, statement } : undefined;
}

/** Whether it is made by a module as that is loaded, by itself or by a function that one calls then. */
function isMadeAtLoad({ sources }: Project, path: NodePath): boolean {
  if (!path.getFunctionParent()) return true;
  const around = namedFunctionAround(sources, path);
  if (!around || path.getFunctionParent() !== around) return false;
  return callersOf(sources, around).some((call) => {
    const outer = call.getFunctionParent();
    if (!outer) return true;
    return callersOf(sources, outer).some((further) => !further.getFunctionParent());
  });
}

/** What must hold for it to connect: nothing, or text that says so anywhere. */
function conditionIn(file: SourceFile, { node }: NodePath<t.ObjectProperty>): string | undefined {
  if (t.isBooleanLiteral(node.value)) return node.value.value ? undefined : 'never';
  const plain = t.isUnaryExpression(node.value) ? /^!!\w+$/ : /^\w+$/;
  const text = textOf(file, node.value);
  return plain.test(text) ? text.replace(/^!!/, '') : 'never';
}

function specifierOf(file: SourceFile, module: string): string {
  const extended = /(?:from|import)\s*['"]\.{1,2}\/[^'"]+\.js['"]/.test(file.text) ? '.js' : '';
  return relativeSpecifier(file.path, module).replace(/\.\w+$/, '') + extended;
}
