import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { keyName } from '../definitions.js';
import { isInside } from '../inside.js';
import type { Project } from '../project.js';
import type { Site, StoreSite } from '../site.js';
import { startOf, textOf } from '../source.js';
import { statementFor, wantedNames } from './accepting-statement.js';
import { type LoginAnswer, membersAbove } from './answers.js';
import { clearsLogin } from './clearing-statements.js';
import { hollowCall } from './hollow.js';
import { familyOfName, isTokenName } from './names.js';
import { isTest } from './truth.js';

/** How an answer's token is handed to the session, and what else the code does with it. */
export interface Acceptance {
  /** Code for the token. */
  readonly token: string;
  /** The statement before which it is accepted; the function itself where its body is an expression. */
  readonly before: NodePath;
  /** The expression that stores the token right there, and makes way. */
  readonly replaces?: NodePath;
  /** Uses of the token as a value: they get to know that there is a session. */
  readonly flags: readonly NodePath[];
  /** Uses of a refresh token that came with it: a session needs none. */
  readonly refreshes: readonly NodePath[];
  /** The object that holds the token is handed on as a whole. */
  readonly leaves: boolean;
  /** Code for the refresh tokens that are in that object, too. */
  readonly besides: readonly string[];
  /** Code for the refresh token that came along, as far as this code takes it from the answer. */
  readonly renewing?: string;
  /** The token itself is tested after it was accepted. */
  readonly tested: boolean;
}

interface Mention {
  readonly path: NodePath;
  readonly kind: 'flag' | 'refresh' | 'test' | 'whole' | 'stored' | 'attached' | 'decoded' | 'part';
}

/** Works out how the token of an answer is accepted; undefined where no use of it is to be seen. */
export function acceptanceOf(answer: LoginAnswer, project: Project): Acceptance | undefined {
  const { function: owner, binding, container, trail } = answer;
  const mentions = binding.referencePaths
    .filter((path) => path.isDescendant(owner))
    .flatMap((path) => mentionsOf(answer, path, project));
  const token = container ? [container, ...trail].join('.') : binding.identifier.name;
  const significant = mentions.filter(({ kind }) => kind !== 'test' && kind !== 'part' && kind !== 'refresh');
  const stored = renewingStored(answer, project);
  const besides = [
    ...refreshNames(answer, project).map((name) => `${container}.${name}`),
    stored ?? [],
  ].flat();
  const renewing = renewingText(answer) ?? stored ?? besides[0];
  const common = {
    token,
    ...(renewing ? { renewing } : {}),
    flags: mentions.filter(({ kind }) => kind === 'flag').map(({ path }) => path),
    refreshes: mentions.filter(({ kind }) => kind === 'refresh').map(({ path }) => path),
    leaves: mentions.some(
      ({ kind, path }) =>
        kind === 'whole' ||
        (kind === 'stored' && path.isExpression() && !isToken(path, answer) && !isHollowed(path, project)),
    ),
    besides: [...new Set(besides)],
  };
  const first = significant.toSorted((a, b) => startOf(a.path.node) - startOf(b.path.node))[0];
  const body = owner.get('body');
  if (Array.isArray(body)) return undefined;
  if (!body.isBlockStatement()) return first && { ...common, before: owner, tested: false };
  if (!first) return undefined;
  const before = statementFor(
    body,
    answer,
    significant.map(({ path }) => path),
    first.path,
    (statement) => clearsLogin(project, statement),
  );
  if (!before) return undefined;
  const tested = mentions.some(
    ({ kind, path }) =>
      kind === 'test' && isToken(path, answer) && startOf(path.node) >= startOf(before.node),
  );
  const store = first.kind === 'stored' ? storeAround(first.path, project) : undefined;
  const replaces =
    store?.path.parentPath?.isExpressionStatement() && store.path.parentPath === before
      ? store.path
      : undefined;
  const emptied = first.kind === 'stored' && !store ? hollowCall(first.path, project) : undefined;
  if (emptied?.parentPath === before) return { ...common, before, tested, replaces: emptied };
  return { ...common, before, tested, ...(replaces && isPlain(store) ? { replaces } : {}) };
}

/** Code for the refresh token that came along: `data.refreshToken`, or the name that a pattern gives it. */
function renewingText({ binding, container, trail }: LoginAnswer): string | undefined {
  const token = [...(container?.split('.').slice(1) ?? []), ...trail];
  for (const reference of container ? binding.referencePaths : []) {
    const { names } = membersAbove(reference);
    const unlike = names.flatMap((name, index) => (name === token[index] ? [] : [index]));
    const [only, ...others] = names.length === token.length ? unlike : [];
    if (only === undefined || others.length || familyOfName(names[only] ?? '') !== 'refresh') continue;
    return [binding.identifier.name, ...names].join('.');
  }
  const pattern = container ? undefined : patternAround(binding.path.node, binding.identifier);
  const own = pattern?.properties.find((one) => t.isObjectProperty(one) && one.value === binding.identifier);
  const other = pattern?.properties.find((one) => isRefresh(keyName(one), own && keyName(own)));
  return t.isObjectProperty(other) && t.isIdentifier(other.value) ? other.value.name : undefined;
}

/** The same where only those read it from the answer that are handed the whole of it, and store it. */
function renewingStored({ function: owner, binding }: LoginAnswer, { sites }: Project): string | undefined {
  for (const site of sites) {
    if (site.kind !== 'web-storage' || site.family !== 'refresh' || site.arrival?.kind !== 'answers')
      continue;
    const same = site.arrival.answers.find(
      (one) => one.function.node === owner.node && one.binding === binding && one.container,
    );
    if (same?.container) return [same.container, ...same.trail].join('.');
  }
  return undefined;
}

/** The pattern that names a variable, at whatever depth. */
function patternAround(node: t.Node | null | undefined, name: t.Identifier): t.ObjectPattern | undefined {
  if (t.isVariableDeclarator(node)) return patternAround(node.id, name);
  if (!t.isObjectPattern(node)) return undefined;
  const values = node.properties.flatMap((one) => (t.isObjectProperty(one) ? [one.value] : []));
  if (values.some((value) => value === name)) return node;
  return values.map((value) => patternAround(value, name)).find((found) => found);
}

/** The names of the refresh tokens that code takes from beside the token, there or from where it is stored. */
function refreshNames(answer: LoginAnswer, { sites }: Project): string[] {
  const wanted = wantedNames(answer);
  if (!wanted.length) return [];
  const stored = sites.flatMap((site) =>
    site.kind === 'client-entry'
      ? site.client.places.flatMap(({ field, family }) => (field && family === 'refresh' ? [field] : []))
      : [],
  );
  const names = answer.binding.referencePaths.flatMap((reference) => {
    const found = membersAbove(reference).names;
    const beside = wanted.slice(0, -1).every((name, index) => found[index] === name);
    const name = beside ? found[wanted.length - 1] : undefined;
    return name !== undefined && isRefresh(name, wanted.at(-1)) ? [name] : [];
  });
  return [...new Set([...names, ...stored])];
}

function isPlain(site: StoreSite | undefined): boolean {
  return site?.place?.field === undefined;
}

/** What one mention of the answer's variable is there for. */
function mentionsOf(answer: LoginAnswer, reference: NodePath, project: Project): Mention[] {
  const { path, names } = membersAbove(reference);
  const wanted = wantedNames(answer);
  const common = wanted.findIndex((name, index) => names[index] !== name);
  const reached = common < 0 ? wanted.length : common;
  if (reached < wanted.length && names.length > reached) {
    const beside = reached === wanted.length - 1 && isRefresh(names[reached], wanted.at(-1));
    const other = upTo(reference, wanted.length);
    return beside && kindOf(other, project, true) === 'flag'
      ? [{ path: other, kind: 'refresh' }]
      : [{ path, kind: 'part' }];
  }
  // The whole token was reached, or an object around it.
  const at = upTo(reference, Math.min(names.length, wanted.length));
  if (reached === wanted.length) return [{ path: at, kind: kindOf(at, project, true) }];
  const { parentPath: parent } = at;
  if (parent?.isVariableDeclarator() && parent.get('id').isObjectPattern())
    return destructured(parent, wanted.slice(reached), project);
  return [{ path: at, kind: kindOf(at, project, false) }];
}

/** `const { token, user } = data`: what becomes of `token`. */
function destructured(
  declarator: NodePath<t.VariableDeclarator>,
  [name, ...rest]: readonly string[],
  project: Project,
): Mention[] {
  const { id } = declarator.node;
  if (!t.isObjectPattern(id) || rest.length) return [{ path: declarator, kind: 'part' }];
  const property = id.properties.find((one) => keyName(one) === name);
  if (!property) {
    const others = id.properties.at(-1);
    return [{ path: declarator, kind: t.isRestElement(others) ? 'whole' : 'part' }];
  }
  if (!t.isObjectProperty(property) || !t.isIdentifier(property.value))
    return [{ path: declarator, kind: 'whole' }];
  const usesOf = (value: t.Node): readonly NodePath[] =>
    t.isIdentifier(value) ? (declarator.scope.getBinding(value.name)?.referencePaths ?? []) : [];
  const refreshes = id.properties.flatMap((one) =>
    t.isObjectProperty(one) && isRefresh(keyName(one), name) ? usesOf(one.value) : [],
  );
  return [
    { path: declarator, kind: 'stored' },
    ...usesOf(property.value).map((path): Mention => ({ path, kind: kindOf(path, project, true) })),
    ...refreshes
      .filter((path) => kindOf(path, project, true) === 'flag')
      .map((path): Mention => ({ path, kind: 'refresh' })),
  ];
}

/** Whether a name beside the token's is that of the refresh token that comes with it. */
function isRefresh(name: string | undefined, token: string | undefined): boolean {
  if (name === undefined || token === undefined || !isTokenName(name)) return false;
  return familyOfName(name) === 'refresh' && familyOfName(token) !== 'refresh';
}

function upTo(reference: NodePath, count: number): NodePath {
  let at = reference;
  for (let index = 0; index < count; index++) at = at.parentPath ?? at;
  return at;
}

function isToken(path: NodePath, answer: LoginAnswer): boolean {
  return textOf(answer.file, path.node).endsWith(answer.trail.at(-1) ?? answer.binding.identifier.name);
}

function kindOf(path: NodePath, project: Project, token: boolean): Mention['kind'] {
  const inside = project.sites.find(
    (site) => site.file.program === path.scope.getProgramParent().path && holds(site, path),
  );
  if (inside?.kind === 'web-storage') return 'stored';
  if (inside?.kind === 'header' || inside?.kind === 'socket') return 'attached';
  if (inside?.kind === 'browser-decode') return 'decoded';
  if (isTest(path)) return 'test';
  if (path.parentPath?.isAssignmentExpression() && path.key === 'left') return 'part';
  if (isHollowed(path, project)) return 'stored';
  if (!token) return isLogged(path) ? 'part' : 'whole';
  return 'flag';
}

/** Whether a value is only handed to what stored its token, and nothing else: the call goes. */
function isHollowed(path: NodePath, project: Project): boolean {
  return path.listKey === 'arguments' && hollowCall(path, project)?.node === path.parent;
}

/** `console.log(data)` hands nothing on. */
function isLogged({ listKey, parentPath: parent }: NodePath): boolean {
  return (
    listKey === 'arguments' &&
    parent?.isCallExpression() === true &&
    /^console\b/.test(String(parent.get('callee')))
  );
}

function holds(site: Site, path: NodePath): boolean {
  const holder = ['web-storage', 'header', 'socket', 'browser-decode'].includes(site.kind);
  return holder && isInside(site.path, path);
}

function storeAround(path: NodePath, project: Project): StoreSite | undefined {
  return project.sites.find(
    (site): site is StoreSite => site.kind === 'web-storage' && path.isDescendant(site.path),
  );
}
