import type { Binding, NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { keyName, patternTrail, propertyName } from '../definitions.js';
import type { PortableImport } from '../importing.js';
import { type Portable, portableOf } from '../portable.js';
import { endOf, startOf, textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { propertyOf } from './doors.js';

/** What a name of the code is in the function that is made of it. */
export interface Names {
  readonly token: (path: NodePath) => boolean;
  readonly payload: NodePath | undefined;
  readonly error: NodePath | undefined;
  readonly local: ReadonlySet<t.Node>;
  /** What stands for the parameters of the function that the code is taken from. */
  readonly given?: ReadonlyMap<t.Node, NodePath>;
  /** What `this` is in it. */
  readonly self?: NodePath;
  /** What names mean where it is called: `given` and `self` are said there. */
  readonly outer?: Names;
  /** What its own variables are called, where their names are taken. */
  readonly renamed?: ReadonlyMap<t.Node, string>;
}

export interface Line extends Portable {
  /** The names that it needs from lines before it. */
  readonly needs: ReadonlySet<string>;
}

export function unique(imports: readonly PortableImport[]): PortableImport[] {
  return [...new Map(imports.map((one) => [`${one.local} ${one.specifier}`, one])).values()];
}

/** The conditions any one of which is enough. */
export function alternatives(test: NodePath): NodePath[] {
  return test.isLogicalExpression({ operator: '||' })
    ? [...alternatives(test.get('left')), ...alternatives(test.get('right'))]
    : [test];
}

/** Whether a branch does nothing but turn the request away. */
export function onlyRefuses(branch: NodePath): boolean {
  return allRefuse(branch.isBlockStatement() ? branch.get('body') : [branch]);
}

/** Whether statements in a row do nothing but turn the request away. */
export function allRefuse(statements: readonly NodePath[]): boolean {
  const ends = statements.at(-1);
  return (
    (ends?.isReturnStatement() === true || ends?.isThrowStatement() === true) &&
    statements.every((one) =>
      /^(?:return\b\s*)?(?:$|;|(?:res|response|reply|next)\b)|^throw\b/.test(String(one)),
    ) &&
    !statements.some((one) => /\bawait\b|=>/.test(String(one)))
  );
}

/** Tells the expressions that are the token. */
export function tokenTest(sources: Sources, token: NodePath): (path: NodePath) => boolean {
  const text = textOf(sources.fileOf(token), token.node);
  const binding = token.isIdentifier() ? token.scope.getBinding(token.node.name) : undefined;
  return (path) =>
    binding
      ? path.isIdentifier() && path.scope.getBinding(path.node.name) === binding
      : textOf(sources.fileOf(path), path.node) === text;
}

/** An expression as it is written elsewhere: its names mean there what they mean here. */
export function lineOf(
  sources: Sources,
  path: NodePath,
  names: Names,
  within: (text: string) => string,
): Line | undefined {
  const file = sources.fileOf(path);
  if (hasTypes(path)) return undefined;
  const needs = new Set<string>();
  const replaced: { start: number; end: number; portable: Portable }[] = [];
  for (const name of identifiersIn(path)) {
    const binding = name.scope.getBinding(name.node.name);
    if (!binding || binding.scope.path.isDescendant(path) || binding.scope.path === path) continue;
    const whole = tokenFrom(name, names);
    if (whole) {
      replaced.push({
        start: startOf(whole.node),
        end: endOf(whole.node),
        portable: { text: 'token', imports: [], literals: [] },
      });
      continue;
    }
    const declaration = binding.path.parentPath;
    let portable: Portable | undefined;
    const argument = names.given?.get(binding.identifier);
    const picked = argument && pickedFrom(sources, name, argument);
    if (picked && names.outer) {
      const said = saidOutside(sources, picked.value, names.outer, needs);
      if (!said) return undefined;
      replaced.push({ start: startOf(picked.whole.node), end: endOf(picked.whole.node), portable: said });
      continue;
    }
    if (argument && names.outer) {
      portable = saidOutside(sources, argument, names.outer, needs);
      if (!portable) return undefined;
    } else if (names.token(name)) portable = { text: 'token', imports: [], literals: [] };
    else if (names.payload?.isIdentifier() && isHolder(binding, names.payload))
      portable = { text: 'payload', imports: [], literals: [] };
    else if (names.payload?.isObjectPattern() && claimIn(names.payload, binding.identifier))
      portable = { text: claimIn(names.payload, binding.identifier) ?? '', imports: [], literals: [] };
    else if (declaration && names.local.has(declaration.node)) {
      const other = names.renamed?.get(binding.identifier);
      needs.add(other ?? name.node.name);
      if (other === undefined) continue;
      portable = { text: other, imports: [], literals: [] };
    } else if (binding.scope.path.isProgram()) portable = portableOf(sources, name);
    if (!portable) return undefined;
    // `{ token: refreshToken }` is `{ token }` there.
    if (portable.text === 'token' && isNamed(name, 'token')) {
      const { node } = name.parentPath ?? name;
      replaced.push({ start: startOf(node), end: endOf(node), portable });
      continue;
    }
    const shorthand = name !== path && name.parentPath?.isObjectProperty({ shorthand: true });
    const text =
      shorthand && portable.text !== name.node.name ? `${name.node.name}: ${portable.text}` : portable.text;
    replaced.push({ start: startOf(name.node), end: endOf(name.node), portable: { ...portable, text } });
  }
  for (const self of names.self && names.outer ? thisIn(path) : []) {
    const portable = names.self && names.outer && saidOutside(sources, names.self, names.outer, needs);
    if (portable) replaced.push({ start: startOf(self.node), end: endOf(self.node), portable });
  }
  const whole = spliced(file.text, startOf(path.node), endOf(path.node), replaced);
  // A comment in the middle of it would swallow what follows.
  if (/\/\/|\/\*|\bthis\b|\breq\b/.test(whole) || /`[^`]*\n/.test(whole)) return undefined;
  return {
    text: within(whole.replace(/\s*\n\s*/g, ' ').replace(/,(?= [}\])])/g, '')),
    imports: replaced.flatMap(({ portable }) => portable.imports),
    literals: replaced.flatMap(({ portable }) => portable.literals),
    needs,
  };
}

/** Whether a name is the whole value of a property of an object. */
function isNamed({ key, parentPath }: NodePath, property: string): boolean {
  return key === 'value' && parentPath?.isObjectProperty() === true && keyName(parentPath.node) === property;
}

/** Whether an expression names types, which are not known elsewhere. */
function hasTypes(path: NodePath): boolean {
  let found = false;
  path.traverse({
    TSTypeReference(type) {
      found = true;
      type.stop();
    },
  });
  return found;
}

/** Whether a variable has the claims and nothing else, from where they are assigned on. */
function isHolder(binding: Binding, payload: NodePath<t.Identifier>): boolean {
  const { scope, node } = payload;
  return scope.getBinding(node.name) === binding && binding.constantViolations.length <= 1;
}

/** What is said in one function, as another one that it is handed to says it. */
function saidOutside(
  sources: Sources,
  path: NodePath,
  outer: Names,
  needs: Set<string>,
): Portable | undefined {
  const line = lineOf(sources, path, outer, (text) => text);
  if (!line) return undefined;
  for (const need of line.needs) needs.add(need);
  const bare = path.isIdentifier() || path.isMemberExpression();
  return { ...line, text: bare ? line.text : `(${line.text})` };
}

/** `user.id` of a function that is given `{ id: userId }` for `user`. */
function pickedFrom(
  sources: Sources,
  name: NodePath,
  argument: NodePath,
): { readonly whole: NodePath; readonly value: NodePath } | undefined {
  const whole = name.key === 'object' ? name.parentPath : undefined;
  const property = whole ? propertyName(whole.node) : undefined;
  if (!whole || property === undefined || !argument.isObjectExpression()) return undefined;
  const value = propertyOf(sources, argument, property);
  return value && { whole, value };
}

/** Every `this` of an expression that is that of the function around it. */
function thisIn(path: NodePath): NodePath[] {
  if (path.isThisExpression()) return [path];
  const found: NodePath[] = [];
  path.traverse({
    ThisExpression(self) {
      found.push(self);
    },
  });
  return found;
}

/** The token where it is taken out of the request anew: `req.body.token`. */
function tokenFrom(name: NodePath, { token }: Names): NodePath | undefined {
  let at = name;
  while (at.key === 'object' && at.parentPath?.isMemberExpression()) {
    at = at.parentPath;
    if (token(at)) return at;
  }
  return undefined;
}

/** What a name that the claims are taken apart into is called when they are whole. */
function claimIn(pattern: NodePath<t.ObjectPattern>, name: t.Identifier): string | undefined {
  const trail = patternTrail(pattern.node, name);
  return trail && ['payload', ...trail].join('.');
}

function spliced(
  text: string,
  start: number,
  end: number,
  replaced: readonly { start: number; end: number; portable: Portable }[],
): string {
  let made = '';
  let from = start;
  for (const one of replaced.toSorted((a, b) => a.start - b.start)) {
    made += text.slice(from, one.start) + one.portable.text;
    from = one.end;
  }
  return made + text.slice(from, end);
}

/** Every name in an expression that stands for a value. */
export function identifiersIn(path: NodePath): NodePath<t.Identifier>[] {
  if (path.isIdentifier()) return [path];
  const found: NodePath<t.Identifier>[] = [];
  path.traverse({
    Identifier(name) {
      if (name.isReferencedIdentifier()) found.push(name);
    },
  });
  return found;
}
