import type { NodePath } from '@babel/traverse';
import type { Call, CallPath } from '../callers.js';
import { propertyName } from '../definitions.js';
import { familyOfMint } from '../families.js';
import { usesOf } from '../flow/follow.js';
import type { Signature } from '../signatures.js';
import type { MintSite } from '../site.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';

/** `new SignJWT(claims).setExpirationTime('2h').sign(key)`: the token is what the last call yields. */
export function chained(
  sources: Sources,
  file: SourceFile,
  { path }: Call,
  signature: Signature,
  { call: last, key: keyAt, keyOf, expires: ending }: NonNullable<Signature['chain']>,
): MintSite[] {
  const made = keyOf === 'first' ? heldChain(path, last) : { links: new Map(linksOf(path)), statements: [] };
  const call = made?.links.get(last);
  if (!made || !call) return [];
  const given = path.get('arguments') as NodePath[];
  const key = keyOf === 'first' ? given[keyAt] : (call.get('arguments') as NodePath[])[keyAt];
  // Without it the arguments mean other things.
  if (keyOf === 'first' && !key) return [];
  const [claims] = given;
  const algorithm = signature.algorithm === undefined ? undefined : given[signature.algorithm];
  const [expires] = (made.links.get(ending)?.get('arguments') ?? []) as NodePath[];
  const { family, evidence } = familyOfMint(sources, call, claims, key, usesOf(sources, call));
  return [
    {
      role: 'mint',
      kind: 'sign',
      library: signature.package,
      file,
      path: call,
      call,
      promisified: keyOf === undefined,
      family,
      evidence,
      chain: made.links,
      ...(made.statements.length ? { statements: made.statements } : {}),
      ...(claims ? { claims } : {}),
      ...(key ? { key } : {}),
      ...(algorithm ? { algorithm } : {}),
      ...(expires ? { expires } : {}),
    },
  ];
}

/** The method calls that follow a call, or a name, in its chain. */
function linksOf(start: NodePath): [string, CallPath][] {
  const links: [string, CallPath][] = [];
  for (let access = start.parentPath; access?.isMemberExpression(); ) {
    const call: NodePath | null = access.parentPath;
    const name = propertyName(access.node);
    if (!call?.isCallExpression() || access.key !== 'callee' || name === undefined) break;
    links.push([name, call]);
    access = call.parentPath;
  }
  return links;
}

interface HeldChain {
  readonly links: ReadonlyMap<string, CallPath>;
  readonly statements: readonly NodePath[];
}

/**
 * The same where a variable holds what is made: `const it = create(claims, key); it.setExpiration(end);
 * return it.compact();`. Nothing where more is done with it, or something else is done in between.
 */
function heldChain(start: CallPath, last: string): HeldChain | undefined {
  const first = linksOf(start);
  const top: NodePath = first.at(-1)?.[1] ?? start;
  const declarator = top.parentPath;
  if (!declarator?.isVariableDeclarator()) return withoutDoubles(first, []);
  const declaration = declarator.parentPath;
  const id = declarator.get('id');
  if (!declaration?.isVariableDeclaration() || declaration.node.declarations.length !== 1) return undefined;
  const binding = id.isIdentifier() ? id.scope.getBinding(id.node.name) : undefined;
  // `const token = create(claims, key).compact();` holds the token itself.
  if (first.at(-1)?.[0] === last) return withoutDoubles(first, []);
  if (!binding?.constant) return undefined;
  const links = [...first];
  const statements: NodePath[] = [declaration];
  let end: NodePath | undefined;
  for (const reference of binding.referencePaths) {
    const more = linksOf(reference);
    const [name, call] = more.at(-1) ?? [];
    links.push(...more);
    if (!call) return undefined;
    // A function in between may run any number of times.
    const here = call.getFunctionParent() === declaration.getFunctionParent();
    if (name === last) end = (here && call.getStatementParent()) || undefined;
    else if (call.parentPath?.isExpressionStatement()) statements.push(call.parentPath);
    else return undefined;
  }
  const inRow = statements.every(
    (one) =>
      one.container === declaration.container &&
      one.key === Number(declaration.key) + statements.indexOf(one),
  );
  const follows =
    end?.container === declaration.container && end?.key === Number(declaration.key) + statements.length;
  return inRow && follows ? withoutDoubles(links, statements) : undefined;
}

/** A method that is called twice says two things, of which a map would keep one. */
function withoutDoubles(
  links: readonly [string, CallPath][],
  statements: readonly NodePath[],
): HeldChain | undefined {
  const byName = new Map(links);
  return byName.size === links.length ? { links: byName, statements } : undefined;
}
