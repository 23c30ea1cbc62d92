import type { NodePath } from '@babel/traverse';

/** The test that a place belongs to, as the beginning of a sentence. */
export function testNamed(path: NodePath): string {
  const name = testAround(path);
  return name === undefined ? 'Code of the tests' : `The test '${name}'`;
}

/** What the test is called that a place belongs to. */
function testAround(path: NodePath): string | undefined {
  const call = path.findParent((parent) => {
    if (!parent.isCallExpression()) return false;
    const callee = parent.get('callee');
    const runner = callee.isMemberExpression() ? callee.get('object') : callee;
    return runner.isIdentifier() && ['test', 'it', 'specify'].includes(runner.node.name);
  });
  const [name] = call?.isCallExpression() ? call.get('arguments') : [];
  if (name?.isStringLiteral()) return name.node.value;
  return name?.isTemplateLiteral() ? name.node.quasis.map(({ value }) => value.raw).join('…') : undefined;
}
