import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { identifiersIn } from './acceptance/carried-code.js';
import { propertyOf } from './acceptance/doors.js';
import { argumentOf, type CallPath } from './callers.js';
import { definitionOf, keyName, patternTrail } from './definitions.js';
import type { SharedCall } from './shared-call.js';
import type { MintSite } from './site.js';
import { endOf, startOf, textOf } from './source.js';
import type { Sources } from './sources.js';

/** A claim of a token, or more of them that are spread, as the function that signs has it. */
export interface WrittenClaim {
  /** Absent where it is spread. */
  readonly name?: string;
  readonly value: NodePath;
}

/** When a token was made and when it ends: a session knows that itself. */
const TIMES = new Set(['iat', 'exp', 'nbf']);

/** The claims that a mint writes out, but for the times; undefined where they are not written out. */
export function writtenClaims(sources: Sources, { claims }: MintSite): WrittenClaim[] | undefined {
  const definition = claims && definitionOf(sources, claims);
  if (definition?.kind !== 'object') return undefined;
  const found: WrittenClaim[] = [];
  for (const property of definition.path.get('properties')) {
    const name = keyName(property.node);
    if (property.isSpreadElement()) found.push({ value: property.get('argument') });
    else if (!property.isObjectProperty() || name === undefined) return undefined;
    else if (!TIMES.has(name)) found.push({ name, value: property.get('value') as NodePath });
  }
  return found;
}

/** One claim as code of an object. */
export function claimCode({ name }: WrittenClaim, value: string): string {
  if (name === undefined) return `...${value}`;
  return name === value ? name : `${name}: ${value}`;
}

/** The claims of a mint that is a call of a function for several kinds, as an object that is written at the call. */
export function claimsAtCall(sources: Sources, mint: MintSite): string | undefined {
  const { shared, call } = mint;
  const claims = shared && writtenClaims(sources, mint);
  if (!claims) return undefined;
  const said = claims.map((one) => {
    const value = saidAtCall(sources, shared, call, one.value);
    return value === undefined ? undefined : claimCode(one, value);
  });
  const known = said.filter((one) => one !== undefined);
  if (known.length < said.length) return undefined;
  return known.length ? `{ ${known.join(', ')} }` : '{}';
}

/** The code of an expression in such a function, as one of its calls says it; undefined where that has other names. */
export function saidAtCall(
  sources: Sources,
  { function: owner }: SharedCall,
  call: CallPath,
  path: NodePath,
): string | undefined {
  const file = sources.fileOf(path);
  const here = sources.fileOf(call) === file;
  const parts: { start: number; end: number; text: string }[] = [];
  for (const name of identifiersIn(path)) {
    const binding = name.scope.getBinding(name.node.name);
    if (!binding || binding.scope.path === path || binding.scope.path.isDescendant(path)) continue;
    if (binding.scope.path.isProgram() && here) continue;
    if (binding.scope.path.node !== owner.node || binding.kind !== 'param') return undefined;
    const given = givenAt(sources, owner, call, binding.identifier);
    if (!given || (sources.fileOf(given) !== sources.fileOf(call) && !given.isLiteral())) return undefined;
    const text = textOf(sources.fileOf(given), given.node);
    const simple =
      given.isIdentifier() || given.isMemberExpression() || given.isLiteral() || given.isCallExpression();
    const whole = name === path || name.parentPath?.isObjectProperty() === true;
    const shorthand =
      name !== path && name.parentPath?.isObjectProperty({ shorthand: true }) && text !== name.node.name;
    parts.push({
      start: startOf(name.node),
      end: endOf(name.node),
      text: `${shorthand ? `${name.node.name}: ` : ''}${simple || whole ? text : `(${text})`}`,
    });
  }
  const from = startOf(path.node);
  const said = parts
    .toSorted((one, other) => other.start - one.start)
    .reduce(
      (text, part) => text.slice(0, part.start - from) + part.text + text.slice(part.end - from),
      textOf(file, path.node),
    );
  return /\bthis\b/.test(textOf(file, path.node)) && !isOfOneClass(owner, call) ? undefined : said;
}

/** What a call gives for a name among a function's parameters. */
function givenAt(
  sources: Sources,
  owner: NodePath<t.Function>,
  call: CallPath,
  name: t.Identifier,
): NodePath | undefined {
  for (const [index, parameter] of owner.node.params.entries()) {
    const pattern = parameter.type === 'AssignmentPattern' ? parameter.left : parameter;
    const trail = pattern === name ? [] : patternTrail(pattern, name);
    if (!trail) continue;
    const given = argumentOf(call, owner, index);
    return trail.reduce<NodePath | undefined>((at, key) => at && propertyOf(sources, at, key), given);
  }
  return undefined;
}

function isOfOneClass(owner: NodePath, call: NodePath): boolean {
  const around = (path: NodePath) => path.findParent((above) => above.isClass())?.node;
  return around(owner) !== undefined && around(owner) === around(call);
}
