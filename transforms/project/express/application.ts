import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { type Call, type CallPath, callsOf } from '../callers.js';
import { definitionOf, propertyName } from '../definitions.js';
import { isMinified, isSource, isTest } from '../files.js';
import { originsOf } from '../flow/origins.js';
import { isolated } from '../isolated.js';
import { valuesOfMember } from '../members.js';
import { sideOf } from '../sides.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import { unwrapped } from '../unwrapped.js';
import { inOrder } from './order.js';
import { handedTo, type Registration, registrationOf } from './registrations.js';

/** An Express application: where it is made, and what is registered on it in the order in which it runs. */
export interface Application {
  readonly file: SourceFile;
  readonly creation: CallPath;
  readonly registrations: readonly Registration[];
}

const METHODS = new Set(['use', 'get', 'post', 'put', 'delete', 'patch', 'all', 'options', 'head', 'route']);

/** Methods that return the application, so that others can follow in a chain. */
const CHAINED = new Set([...METHODS, 'set', 'enable', 'disable', 'engine', 'param']);

const remembered = new WeakMap<Sources, readonly Application[]>();

/** Every Express application that is made in the code, tests left aside; remembered with the sources. */
export function applicationsOf(sources: Sources): readonly Application[] {
  const known = remembered.get(sources);
  if (known) return known;
  const applications = creations(sources).flatMap(({ file, creation }) =>
    isolated(sources, [file], (): Application[] => {
      const registrations = registrationsOn(sources, creation);
      return [{ file, creation, registrations: inOrder(sources, creation, registrations) }];
    }),
  );
  remembered.set(sources, applications);
  return applications;
}

function creations(sources: Sources): { file: SourceFile; creation: CallPath }[] {
  const files = sources.listed
    .filter(({ path, text }) => isSource(path) && !isTest(path) && !isMinified(text) && makesExpress(text))
    .map(({ path }) => sources.at(path))
    .filter((file) => file !== undefined);
  return files.flatMap((file) =>
    isolated(sources, [file], () =>
      callsOf(sources, file)
        .filter(
          ({ callee }) => callee.kind === 'package' && callee.module === 'express' && isWhole(callee.name),
        )
        .map(({ path }) => ({ file, creation: path })),
    ),
  );
}

function makesExpress(text: string): boolean {
  return /['"]express['"]/.test(text) && /\(\s*\)/.test(text);
}

function isWhole(name: readonly string[]): boolean {
  return name.every((part) => part === 'default');
}

/** What is registered on an application anywhere in the code, in no order yet. */
function registrationsOn(sources: Sources, creation: CallPath): Registration[] {
  const words = ['.use(', '.get(', '.post(', '.route(', '.all('];
  const home = sources.fileOf(creation);
  const files = sources
    .mentioning(...words)
    .filter((file) => !file.test && (file === home || sideOf(sources, file) !== 'client'));
  return (files.includes(home) ? files : [home, ...files]).flatMap((file) =>
    isolated(sources, [file], () =>
      callsOf(sources, file)
        .map(({ path, callee }) => registrationBy(sources, file, path, callee, creation))
        .filter((registration) => registration !== undefined),
    ),
  );
}

/** What a call registers on an application, by a method of it or by handing it on. */
function registrationBy(
  sources: Sources,
  file: SourceFile,
  path: CallPath,
  callee: Call['callee'],
  creation: CallPath,
): Registration | undefined {
  const access = path.get('callee') as NodePath;
  const method = access.isMemberExpression() ? propertyName(access.node) : undefined;
  if (access.isMemberExpression() && method && METHODS.has(method) && callee.kind !== 'package') {
    const root = chainRoot(access.get('object'));
    if (isApplication(sources, root, creation))
      return registrationOf(sources, file, path, method, root) ?? undefined;
  }
  const given = handedApplication(sources, path, creation);
  return given && handedTo(file, path, callee, given);
}

/** The object that a chain of registrations starts from: `app` in `app.use(a).use(b)`. */
function chainRoot(path: NodePath): NodePath {
  if (!path.isCallExpression()) return path;
  const callee = path.get('callee');
  const chained = callee.isMemberExpression() && CHAINED.has(propertyName(callee.node) ?? '');
  return chained && callee.isMemberExpression() ? chainRoot(callee.get('object')) : path;
}

/** Whether an expression is the application that `creation` makes. */
export function isApplication(sources: Sources, path: NodePath, creation: CallPath, depth = 0): boolean {
  const bare = unwrapped(path);
  if (bare.node === creation.node) return true;
  if (depth > 4 || (!bare.isIdentifier() && !bare.isMemberExpression())) return false;
  if (bare.isIdentifier() && !bare.scope.hasBinding(bare.node.name, true))
    return undeclaredName(creation) === bare.node.name;
  if (bare.isMemberExpression()) {
    const owner = definitionOf(sources, bare.get('object'));
    const name = propertyName(bare.node);
    if (owner.kind === 'instance' && name !== undefined)
      return valuesOfMember(owner.of, name).some((value) =>
        isApplication(sources, value, creation, depth + 1),
      );
  }
  return originsOf(sources, bare).some(
    (origin) =>
      origin.path.node === creation.node ||
      (origin.path.node !== bare.node &&
        origin.trail.length === 0 &&
        isApplication(sources, origin.path, creation, depth + 1)),
  );
}

/** `app = express()`, where nothing declares `app`: it is called so everywhere. */
function undeclaredName({ parent, scope }: CallPath): string | undefined {
  if (!t.isAssignmentExpression(parent) || !t.isIdentifier(parent.left)) return undefined;
  return scope.hasBinding(parent.left.name, true) ? undefined : parent.left.name;
}

/** The application among a call's arguments, by itself or in an object: `routes(app)`, `applyMiddleware({ app })`. */
function handedApplication(sources: Sources, call: CallPath, creation: CallPath): NodePath | undefined {
  for (const argument of call.get('arguments') as NodePath[]) {
    if (argument.isIdentifier() && isApplication(sources, argument, creation)) return argument;
    if (argument.isMemberExpression() && t.isThisExpression(argument.node.object)) {
      if (isApplication(sources, argument, creation)) return argument;
    }
    if (!argument.isObjectExpression()) continue;
    for (const property of argument.get('properties')) {
      if (!property.isObjectProperty()) continue;
      const value = property.get('value') as NodePath;
      if (value.isIdentifier() && isApplication(sources, value, creation)) return value;
    }
  }
  return undefined;
}
