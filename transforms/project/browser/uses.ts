import type { NodePath } from '@babel/traverse';
import { definitionOf, keyName, propertyName } from '../definitions.js';
import { type Use, usesOf } from '../flow/follow.js';
import { holderOf } from '../holders.js';
import { isInside } from '../inside.js';
import type { Project } from '../project.js';
import { firstLineOf } from '../source.js';
import { isShown } from '../templates.js';
import { isAbsent } from './absent.js';
import { isGone } from './renewals.js';
import { isForSocket, socketsTakeCookies } from './sockets.js';

/** Calls that put a flag into state as well as they put a token there, or only print. */
const STATE =
  /^(?:set[A-Z_]\w*|dispatch|commit|use[A-Z]\w*|on[A-Z]\w*|next|resolve|cb|callback|done|log|info|debug|warn|error|Boolean|String|\$state|\$derived|ref|reactive|computed|signal|createContext|atom|writable|(?:Behavior|Replay|Async)?Subject|readable|observable|runInAction|of|put|patchValue|emit|provide|[sS]tore|create\w*|configure\w*|define\w*|combine\w*)$/;

/** Where a token goes that opens a socket, whose own place in the code says what is to be done. */
export const FOR_SOCKET = 'handed to the socket';

/** Says in words where a token that was read from storage goes that a flag can't go; undefined when nowhere. */
export function storageHazard(project: Project, path: NodePath): string | undefined {
  const uses = usesOf(project.sources, path, [], (at) => isInAddress(project, at));
  const hazards = uses.flatMap((use) => hazardOf(project, use) ?? []);
  // Who gets a text that the token is put into says more than the text.
  return hazards.find((one) => !one.startsWith('put into')) ?? hazards[0];
}

/** Where a use of a token is one that a flag can't serve. */
export function hazardOf(project: Project, use: Use): string | undefined {
  if (isForSocket(project, use.path)) return socketsTakeCookies(project) ? undefined : FOR_SOCKET;
  const inText = use.kind === 'text' && isRead(project, use.path) && !isWithinHeader(project, use.path);
  if (
    (isHandled(project, use.path) && !inText) ||
    use.trail.some((name) => /^(?:authorization|x-.*token)$/i.test(name))
  )
    return undefined;
  // A finding says so of what a template shows or asks for.
  if (isShown(use.path) || (use.kind === 'text' && isTextOfHeaders(project, use.path))) return undefined;
  const file = project.sources.fileOf(use.path);
  if (use.kind === 'text') return `put into ${firstLineOf(file, (use.path.parentPath ?? use.path).node)}`;
  if (use.kind === 'compare')
    return isAbsence(use.path)
      ? undefined
      : `compared in ${firstLineOf(file, (use.path.parentPath ?? use.path).node)}`;
  if (use.kind !== 'argument') return undefined;
  const call = use.path.parentPath;
  const callee =
    call?.isCallExpression() || call?.isNewExpression() ? (call.get('callee') as NodePath) : undefined;
  if (!callee) return undefined;
  const name = propertyName(callee.node) ?? (callee.isIdentifier() ? callee.node.name : '');
  if (opensSocket(callee)) return FOR_SOCKET;
  // `new Vue({ store })`: who gets a whole store asks it for what it has.
  if (use.trail.includes('state') || use.trail.includes('getters')) return undefined;
  if (STATE.test(name) || isTold(project, callee, name) || setsState(project, callee, name)) return undefined;
  return `handed to ${firstLineOf(file, callee.node)}`;
}

/** Whether a token stands in an address, or in what one is made of, and is taken out of it. */
export function isInAddress({ sites }: Project, path: NodePath): boolean {
  return sites.some(
    (site) =>
      site.kind === 'header' &&
      (site.attached.form === 'address' || !IN_HEADER.test(site.attached.header)) &&
      isInside(site.path, path),
  );
}

const IN_HEADER = /^(?:authorization|x-.*)$/i;

/** `worker.postMessage({ token })`: a worker of this page, whose requests lose their headers as well. */
function isTold({ sources }: Project, callee: NodePath, name: string): boolean {
  if (name !== 'postMessage' || !callee.isMemberExpression()) return false;
  const receiver = callee.get('object');
  const made = definitionOf(sources, receiver);
  const kind = made.kind === 'value' && made.path.isNewExpression() ? String(made.path.get('callee')) : '';
  return /^(?:Shared)?Worker$|^BroadcastChannel$/.test(kind) || /\bserviceWorker\b/.test(String(receiver));
}

/** `set({ token })` of Zustand, `token.set(value)` of a store of Svelte. */
function setsState({ sources }: Project, callee: NodePath, name: string): boolean {
  if (name !== 'set' && name !== 'update') return false;
  return (
    callee.isIdentifier() ||
    (callee.isMemberExpression() && holderOf(sources, callee.get('object')) !== undefined)
  );
}

/** `auth: (cb) => cb({ token })` of Socket.IO. */
function opensSocket(callee: NodePath): boolean {
  if (!callee.isIdentifier()) return false;
  const owner = callee.scope.getBinding(callee.node.name)?.scope.path;
  if (!owner?.isFunction()) return false;
  return (keyName(owner.node) ?? keyName(owner.parent)) === 'auth';
}

export function isAbsence(path: NodePath): boolean {
  const { parentPath: parent } = path;
  if (!parent?.isBinaryExpression()) return false;
  const other = path.key === 'left' ? parent.get('right') : (parent.get('left') as NodePath);
  return isAbsent(other);
}

/** `token.length`, which a flag has none of. */
function isMeasured({ parentPath: parent, key }: NodePath): boolean {
  const member =
    parent?.isMemberExpression() || parent?.isOptionalMemberExpression() ? parent.node : undefined;
  return key === 'object' && member !== undefined && propertyName(member) === 'length';
}

/** Where a token that was read is compared with nothing at all, which a flag never is. */
export function absenceTests(project: Project, path: NodePath): NodePath[] {
  return usesOf(project.sources, path)
    .filter(
      (use) =>
        use.part === 'token' &&
        !use.trail.length &&
        (use.kind === 'compare' ? isAbsence(use.path) : use.kind === 'test' && isMeasured(use.path)),
    )
    .map((use) => use.path);
}

/** Whether nobody wants anything of a token that was read but to know that it is there. */
export function isOnlyTested(project: Project, path: NodePath): boolean {
  return usesOf(project.sources, path).every(
    (use) =>
      use.kind === 'test' || (use.kind === 'compare' && isAbsence(use.path)) || isHandled(project, use.path),
  );
}

/** Whether something is what is read from storage, at the very place. */
function isRead({ sites }: Project, path: NodePath): boolean {
  return sites.some((site) => site.kind === 'web-storage' && site.path === path);
}

function isWithinHeader({ sites }: Project, path: NodePath): boolean {
  return sites.some((site) => site.kind === 'header' && isInside(site.path, path));
}

/** `'Bearer ' + token` of a variable that stands in headers alone, and goes with them. */
function isTextOfHeaders(project: Project, path: NodePath): boolean {
  const text = path.parentPath;
  const declarator = text?.parentPath;
  if (!declarator?.isVariableDeclarator() || !declarator.get('id').isIdentifier()) return false;
  const references = Object.keys(declarator.getBindingIdentifiers()).flatMap(
    (name) => declarator.scope.getBinding(name)?.referencePaths ?? [],
  );
  return references.length > 0 && references.every((reference) => isWithinHeader(project, reference));
}

/** Whether another site takes this use away. */
function isHandled({ sites, sources }: Project, path: NodePath): boolean {
  const file = sources.fileOf(path);
  return sites.some(
    (site) =>
      (site.kind === 'renewal' && site.file === file && isGone(site.renewal, path)) ||
      ((site.kind === 'header' || site.kind === 'browser-decode' || site.kind === 'web-storage') &&
        (site.path === path || path.isDescendant(site.path) || isTakenApart(site, path))),
  );
}

function isTakenApart(site: Project['sites'][number], path: NodePath): boolean {
  return site.kind === 'browser-decode' && site.chain.some((declaration) => path.isDescendant(declaration));
}
