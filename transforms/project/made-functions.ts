import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { type CallPath, callersOf, callsOf } from './callers.js';
import { propertyName } from './definitions.js';
import { nameGiven } from './holders.js';
import type { Sources } from './sources.js';

/** The calls of a function that another makes and returns: `http.get(url)`, of `const http = { get: request('GET') }`. */
export function callersOfMade(sources: Sources, called: NodePath<t.Function>): CallPath[] {
  const maker = makerOf(called);
  if (!maker) return [];
  return callersOf(sources, maker).flatMap((made) =>
    nameGiven(made).flatMap((name) =>
      sources.naming(name).flatMap((file) =>
        callsOf(sources, file)
          .filter(({ path }) => isNamed(path, name))
          .filter(({ callee }) => callee.kind === 'value' && callee.path.node === made.node)
          .map(({ path }) => path),
      ),
    ),
  );
}

/** The function that returns another, and does nothing else. */
function makerOf(called: NodePath<t.Function>): NodePath<t.Function> | undefined {
  const { parentPath: parent } = called;
  if (parent?.isArrowFunctionExpression() && called.key === 'body') return parent;
  const maker = parent?.isReturnStatement() ? parent.getFunctionParent() : null;
  const body = maker?.node.body;
  return maker && body?.type === 'BlockStatement' && body.body.length === 1 ? maker : undefined;
}

function isNamed({ node: { callee } }: CallPath, name: string): boolean {
  return callee.type === 'Identifier' ? callee.name === name : propertyName(callee) === name;
}
