import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { definitionOf } from '../definitions.js';
import type { Sources } from '../sources.js';
import { unwrapped } from '../unwrapped.js';

/** The fixed string that an expression is made of, without asking who calls the code around it. */
export function fixedString(sources: Sources, path: NodePath, depth = 0): string | undefined {
  if (depth > 6) return undefined;
  const bare = unwrapped(path);
  if (bare.isStringLiteral()) return bare.node.value;
  if (bare.isTemplateLiteral()) return ofTemplate(sources, bare, depth);
  if (bare.isBinaryExpression({ operator: '+' })) {
    const left = fixedString(sources, bare.get('left') as NodePath, depth + 1);
    const right = fixedString(sources, bare.get('right'), depth + 1);
    return left === undefined || right === undefined ? undefined : left + right;
  }
  if (!bare.isIdentifier() && !bare.isMemberExpression()) return undefined;
  const definition = definitionOf(sources, bare);
  if (definition.kind === 'global' && bare.isIdentifier()) {
    const elsewhere = ofOtherScript(sources, bare);
    return elsewhere && fixedString(sources, elsewhere, depth + 1);
  }
  return definition.kind === 'value' && definition.path.node !== bare.node
    ? fixedString(sources, definition.path, depth + 1)
    : undefined;
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

function ofTemplate(sources: Sources, path: NodePath<t.TemplateLiteral>, depth: number): string | undefined {
  const parts = path.get('expressions').map((one) => fixedString(sources, one as NodePath, depth + 1));
  if (parts.some((part) => part === undefined)) return undefined;
  return path.node.quasis.map((quasi, index) => (quasi.value.cooked ?? '') + (parts[index] ?? '')).join('');
}
