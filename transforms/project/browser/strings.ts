import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { definitionOf } from '../definitions.js';
import { returnsOf } from '../flow/returns.js';
import type { Sources } from '../sources.js';
import { unwrapped } from '../unwrapped.js';

/** The text that a parameter of a function is known to be. */
export type Given = (owner: NodePath<t.Function>, index: number) => string | undefined;

/**
 * The fixed string that an expression is made of, without asking who calls the code around it.
 *
 * @param given what is known of the parameters of the functions around
 */
export function fixedString(sources: Sources, path: NodePath, given?: Given, depth = 0): string | undefined {
  if (depth > 6) return undefined;
  const bare = unwrapped(path);
  if (bare.isStringLiteral()) return bare.node.value;
  if (bare.isTemplateLiteral()) return ofTemplate(sources, bare, given, depth);
  if (bare.isBinaryExpression({ operator: '+' })) {
    const left = fixedString(sources, bare.get('left') as NodePath, given, depth + 1);
    const right = fixedString(sources, bare.get('right'), given, depth + 1);
    return left === undefined || right === undefined ? undefined : left + right;
  }
  if (bare.isCallExpression()) return ofCall(sources, bare, given, depth);
  if (!bare.isIdentifier() && !bare.isMemberExpression()) return undefined;
  const definition = definitionOf(sources, bare);
  if (definition.kind === 'parameter' && !definition.trail.length)
    return given?.(definition.function, definition.index);
  if (definition.kind === 'global' && bare.isIdentifier()) {
    const elsewhere = ofOtherScript(sources, bare);
    return elsewhere && fixedString(sources, elsewhere, given, depth + 1);
  }
  return definition.kind === 'value' && definition.path.node !== bare.node
    ? fixedString(sources, definition.path, given, depth + 1)
    : undefined;
}

/** `prefixed('token')`: what a function of the application makes of fixed strings. */
function ofCall(
  sources: Sources,
  path: NodePath<t.CallExpression>,
  given: Given | undefined,
  depth: number,
): string | undefined {
  const called = definitionOf(sources, path.get('callee') as NodePath);
  if (called.kind !== 'function' || called.path.node.async || called.path.node.generator) return undefined;
  const [returned, ...others] = returnsOf(called.path);
  if (!returned || others.length) return undefined;
  const handed = path.get('arguments') as NodePath[];
  return fixedString(
    sources,
    returned,
    (owner, index) => {
      const argument = owner.node === called.path.node ? handed[index] : undefined;
      return argument && fixedString(sources, argument, given, depth + 1);
    },
    depth + 1,
  );
}

/** What another script of the page makes a name that no script imports: scripts without imports share their names. */
function ofOtherScript(sources: Sources, { node }: NodePath<t.Identifier>): NodePath | undefined {
  const inits = sources.naming(node.name).flatMap((file): NodePath[] => {
    if (file.ast.program.sourceType === 'module' && /^\s*(?:import|export)\b/m.test(file.text)) return [];
    const path = file.program.scope.getOwnBinding(node.name)?.path;
    const init = path?.isVariableDeclarator() ? path.get('init') : undefined;
    return init?.node ? [init as NodePath] : [];
  });
  return inits.length === 1 ? inits[0] : undefined;
}

function ofTemplate(
  sources: Sources,
  path: NodePath<t.TemplateLiteral>,
  given: Given | undefined,
  depth: number,
): string | undefined {
  const parts = path.get('expressions').map((one) => fixedString(sources, one as NodePath, given, depth + 1));
  if (parts.some((part) => part === undefined)) return undefined;
  return path.node.quasis.map((quasi, index) => (quasi.value.cooked ?? '') + (parts[index] ?? '')).join('');
}
