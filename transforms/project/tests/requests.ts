import type { NodePath } from '@babel/traverse';
import { type CallPath, callsOf } from '../callers.js';
import { definitionOf, propertyName } from '../definitions.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import { unwrapped } from '../unwrapped.js';

/** A request that a test sends to the application: `request(app).get('/me').set(…).expect(200)`. */
export interface TestRequest {
  readonly file: SourceFile;
  /** What it is sent by: `request(app)`, or a name that stands for it. */
  readonly sender: NodePath;
  readonly making: Making;
  /** The calls of its chain, the one that names the method first. */
  readonly links: readonly CallPath[];
}

/** The call that makes what sends requests: `request(app)`, `chai.request(app)`. */
export interface Making {
  readonly call: CallPath;
  readonly library: 'supertest' | 'chai-http';
  /** It keeps cookies from one request to the next. */
  readonly keeps: boolean;
}

/** Libraries by which tests send requests to an application that they have loaded. */
export const TEST_CLIENTS = ['supertest', 'chai-http'];

const requestsByFile = new WeakMap<SourceFile, readonly TestRequest[]>();

const METHODS = /^(?:get|head|post|put|patch|delete|del|options)$/;

/** The requests that a file of the tests sends; remembered with the file. */
export function requestsOf(sources: Sources, file: SourceFile): readonly TestRequest[] {
  const known = requestsByFile.get(file);
  if (known) return known;
  const requests = requestsIn(sources, file);
  requestsByFile.set(file, requests);
  return requests;
}

function requestsIn(sources: Sources, file: SourceFile): TestRequest[] {
  return callsOf(sources, file).flatMap(({ path }): TestRequest[] => {
    const callee = path.get('callee') as NodePath;
    if (!callee.isMemberExpression()) return [];
    const method = propertyName(callee.node);
    // `request(app)[method](path)`
    if (method === undefined ? !callee.node.computed : !METHODS.test(method)) return [];
    const sender = callee.get('object');
    const making = makingOf(sources, sender);
    return making ? [{ file, sender, making, links: [path, ...linksAfter(path)] }] : [];
  });
}

/** The whole chain of a request as one expression. */
export function wholeOf({ links }: TestRequest): NodePath {
  const last = links.at(-1);
  if (!last) throw new Error('a request has at least the call that names its method');
  return last;
}

/** The name of the method that a link of a chain calls. */
export function linkName(link: CallPath): string | undefined {
  return propertyName(link.node.callee);
}

function linksAfter(call: CallPath): CallPath[] {
  const access = call.parentPath;
  const next = access?.isMemberExpression() && call.key === 'object' ? access.parentPath : undefined;
  return next?.isCallExpression() && access?.key === 'callee' ? [next, ...linksAfter(next)] : [];
}

/** What makes the sender of a request, through the name it has. */
function makingOf(sources: Sources, sender: NodePath): Making | undefined {
  const definition = sender.isIdentifier() ? definitionOf(sources, sender) : undefined;
  const made = definition?.kind === 'value' ? unwrapped(definition.path) : sender;
  if (!made.isCallExpression()) return undefined;
  const called = clientCalled(sources, made.get('callee') as NodePath);
  if (!called || !made.node.arguments.length) return undefined;
  const { library, name } = called;
  if (library === 'supertest' && !name.length) return { call: made, library, keeps: false };
  if (name.join('.') === 'agent') return { call: made, library, keeps: true };
  const plain = name.length === 0 || name.join('.') === 'execute';
  return library === 'chai-http' && plain ? { call: made, library, keeps: false } : undefined;
}

/** Which function of a library is called; the name is what follows the one that makes requests. */
function clientCalled(
  sources: Sources,
  callee: NodePath,
): { library: Making['library']; name: readonly string[] } | undefined {
  const names: string[] = [];
  let definition = definitionOf(sources, callee);
  while (definition.kind === 'member') {
    names.unshift(definition.name);
    definition = definition.of;
  }
  if (definition.kind === 'package') names.unshift(...definition.name);
  const [first, ...rest] = names.filter((name) => name !== 'default');
  const all = first === undefined ? [] : [first, ...rest];
  if (definition.kind === 'package' && definition.module === 'supertest')
    return { library: 'supertest', name: all };
  if (first !== 'request') return undefined;
  const ofChai = definition.kind === 'package' && /^chai(?:-http)?$/.test(definition.module);
  const extended = definition.kind === 'value' && isExtended(sources, definition.path);
  return ofChai || extended ? { library: 'chai-http', name: rest } : undefined;
}

/** `const chai = use(chaiHttp)` */
function isExtended(sources: Sources, path: NodePath): boolean {
  if (!path.isCallExpression()) return false;
  const [plugin] = path.get('arguments');
  const definition = plugin && definitionOf(sources, plugin);
  return definition?.kind === 'package' && definition.module === 'chai-http';
}
