import type { Binding, NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { type Definition, definitionOf, propertyName } from '../definitions.js';
import { returnsOf } from '../flow/returns.js';
import { type Portable, portableOf } from '../portable.js';
import { textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { unwrapped } from '../unwrapped.js';
import { handedValues, type Parameter, settingOf } from './handed-values.js';

/** Code that says where a server is. */
export interface Whereabouts extends Portable {
  /** The code of what its name stands for. */
  readonly made: string;
}

/** An address as code puts it together, from its beginning as far as that is in sight. */
export interface Address {
  /** What only the running page or its build knows: where the API is. */
  readonly expression?: Whereabouts;
  /** Fixed text, or the code of the expression. */
  readonly text: string;
  /** Fixed text after the expression. */
  readonly rest: string;
  /** What is put in front of it is not in sight. */
  readonly unseen?: true;
}

/** Fixed text, or an expression that is the beginning of an address. */
type Part = string | Whereabouts;

interface Known {
  readonly parts: readonly Part[];
  /** Nothing of it is out of sight. */
  readonly whole: boolean;
}

type Given = ReadonlyMap<Binding, Known>;

const NOTHING: Known = { parts: [], whole: false };
const DEEPEST = 12;
/** What code that says where a server is speaks of. */
const OF_A_SERVER = /process\.env|import\.meta\.env|config|env|location\b|https?:\/\//i;
const OWN_ORIGIN = /^(?:window\.|self\.|document\.)?location\.origin$/;
/** Builds of Angular put another file in the place of `environments/environment`. */
const REPLACED = /\benvironment\.\w/;

/** Reads an address through names, functions, `new URL()` and choices; undefined where its beginning is not in sight. */
export function addressIn(sources: Sources, url: NodePath): Address | undefined {
  return addressOf(merged(knownOf(sources, url, new Map(), 0).parts));
}

function knownOf(sources: Sources, path: NodePath, given: Given, depth: number): Known {
  if (depth > DEEPEST) return NOTHING;
  const next = (inner: NodePath) => knownOf(sources, inner, given, depth + 1);
  const bare = unwrapped(path);
  if (bare !== path) return next(bare);
  if (path.isStringLiteral()) return fixed(path.node.value);
  if (path.isNumericLiteral()) return fixed(String(path.node.value));
  if (path.isTemplateLiteral()) return ofTemplate(path, next);
  if (path.isBinaryExpression({ operator: '+' }))
    return joined([next(path.get('left') as NodePath), next(path.get('right'))]);
  if (path.isNewExpression()) return ofUrl(path, next);
  if (path.isCallExpression()) return ofCall(sources, path, given, depth);
  if (path.isConditionalExpression() || path.isLogicalExpression()) return ofChoice(sources, path, next);
  if (path.isIdentifier()) {
    const binding = path.scope.getBinding(path.node.name);
    const handed = binding && given.get(binding);
    return handed ?? ofName(sources, path, depth);
  }
  if (!path.isMemberExpression() && !path.isOptionalMemberExpression()) return NOTHING;
  const text = String(path);
  if (OWN_ORIGIN.test(text)) return fixed('');
  // `new URL(path, base).href`
  if (propertyName(path.node) === 'href') return next(path.get('object') as NodePath);
  return REPLACED.test(text) ? named(sources, path) : ofName(sources, path, depth);
}

function ofTemplate(path: NodePath<t.TemplateLiteral>, next: (inner: NodePath) => Known): Known {
  const expressions = path.get('expressions') as NodePath[];
  return joined(
    path.node.quasis.flatMap((quasi, index) => {
      const inner = expressions[index];
      return [fixed(quasi.value.cooked ?? ''), ...(inner ? [next(inner)] : [])];
    }),
  );
}

/** `new URL('/login', base)` */
function ofUrl(path: NodePath<t.NewExpression>, next: (inner: NodePath) => Known): Known {
  if (!path.get('callee').isIdentifier({ name: 'URL' })) return NOTHING;
  const [address, base] = path.get('arguments') as NodePath[];
  const own = address ? next(address) : NOTHING;
  if (!base || /^https?:/.test(String(own.parts[0]))) return own;
  const [first, ...rest] = own.parts;
  const below = typeof first === 'string' ? [`/${first.replace(/^\//, '')}`, ...rest] : own.parts;
  return joined([next(base), { ...own, parts: below }]);
}

/** What a function of the application makes of what it is handed; of text, what its methods leave as it is. */
function ofCall(sources: Sources, path: NodePath<t.CallExpression>, given: Given, depth: number): Known {
  const callee = path.get('callee') as NodePath;
  const handed = path.get('arguments') as NodePath[];
  const next = (inner: NodePath, within = given) => knownOf(sources, inner, within, depth + 1);
  const [first] = handed;
  if (callee.isIdentifier({ name: 'String' }) && first) return next(first);
  if (callee.isMemberExpression() && /^(?:toString|trim)$/.test(propertyName(callee.node) ?? ''))
    return next(callee.get('object'));
  const called = definitionOf(sources, callee);
  if (called.kind !== 'function') return named(sources, path);
  const [returned, another] = returnsOf(called.path);
  if (!returned || another) return NOTHING;
  const inside = new Map(given);
  for (const [index, parameter] of called.path.get('params').entries()) {
    const argument = handed[index];
    const binding = parameter.isIdentifier() ? parameter.scope.getBinding(parameter.node.name) : undefined;
    if (binding && argument) inside.set(binding, next(argument));
  }
  const yielded = next(returned, inside);
  return isOneExpression(yielded) ? orElse(named(sources, path), yielded) : yielded;
}

/** `process.env.API || 'http://localhost:5000'`; `domain || 'http://localhost:5000'`, of which only this is in sight. */
function ofChoice(
  sources: Sources,
  path: NodePath<t.ConditionalExpression | t.LogicalExpression>,
  next: (inner: NodePath) => Known,
): Known {
  const otherwise = path.isLogicalExpression() ? next(path.get('right')) : NOTHING;
  const isPlace = /^(?:https?:)?\/\//.test(String(otherwise.parts[0]));
  return isPlace && !/env/.test(String(path)) ? otherwise : named(sources, path);
}

/** A variable, an import or a property: what it was made of where that is text, else by its name. */
function ofName(sources: Sources, path: NodePath, depth: number): Known {
  const made = definitionOf(sources, path);
  if (made.kind === 'parameter') return ofParameter(sources, made, depth);
  const set = settingOf(sources, path);
  if (set) return orElse(knownOf(sources, set, new Map(), depth + 1), named(sources, path, String(set)));
  // `let url = ''`, which is set by the kind of the build further down.
  const settings = made.kind === 'value' ? settingsOf(made.path) : [];
  if (settings.length) return named(sources, path, settings.map(String).join(' '));
  const value = made.kind === 'value' && made.path.node !== path.node ? heldValue(made.path) : undefined;
  if (!value) return named(sources, path, spelled(made));
  const known = knownOf(sources, value, new Map(), depth + 1);
  if (known.parts.length && !isOneExpression(known)) return known;
  return orElse(named(sources, path, String(value)), known);
}

/** What all callers of a function hand it there, or what that is set to. */
function ofParameter(sources: Sources, made: Parameter, depth: number): Known {
  const handed = handedValues(sources, made).map((value) =>
    value ? knownOf(sources, value, new Map(), depth + 1) : NOTHING,
  );
  const [first = NOTHING, ...others] = handed;
  const text = textIn(first);
  return others.every((one) => textIn(one) === text) ? first : NOTHING;
}

function textIn({ parts }: Known): string {
  return parts.map((part) => (typeof part === 'string' ? part : part.text)).join('');
}

/** `process.env.API_URL` of a name that stands for it. */
function spelled(made: Definition): string {
  if (made.kind === 'global') return made.name.join('.');
  if (made.kind === 'member') return `${spelled(made.of)}.${made.name}`;
  return made.kind === 'value' ? String(made.path) : '';
}

/** What a variable is set to after it was made. */
function settingsOf(path: NodePath): NodePath[] {
  const declarator = path.isVariableDeclarator() ? path : path.parentPath;
  if (!declarator?.isVariableDeclarator() || declarator.node.id.type !== 'Identifier') return [];
  const { constantViolations = [] } = declarator.scope.getBinding(declarator.node.id.name) ?? {};
  return constantViolations.flatMap((one) =>
    one.isAssignmentExpression({ operator: '=' }) ? [one.get('right')] : [],
  );
}

function heldValue(path: NodePath): NodePath | undefined {
  if (!path.isVariableDeclarator()) return path;
  const init = path.get('init');
  return init.node ? (init as NodePath) : undefined;
}

/** The code itself, where another file can say the same and it speaks of a server. */
function named(sources: Sources, path: NodePath, made = ''): Known {
  const portable = portableOf(sources, path);
  // A name that its file keeps to itself can't be imported.
  if (!portable || portable.imports.some(({ adds }) => adds)) return NOTHING;
  const text = textOf(sources.fileOf(path), path.node);
  if (!OF_A_SERVER.test(`${portable.text} ${text} ${made}`)) return NOTHING;
  return { parts: [{ ...portable, made }], whole: true };
}

function fixed(text: string): Known {
  return { parts: [text], whole: true };
}

function isOneExpression({ parts }: Known): boolean {
  return parts.length === 1 && typeof parts[0] !== 'string';
}

function orElse(known: Known, other: Known): Known {
  return known.parts.length ? known : other;
}

/** One after the other, up to what is not in sight. */
function joined(all: readonly Known[]): Known {
  const parts: Part[] = [];
  for (const known of all) {
    parts.push(...known.parts);
    if (!known.whole) return { parts: merged(parts), whole: false };
  }
  return { parts: merged(parts), whole: true };
}

function merged(parts: readonly Part[]): Part[] {
  const found: Part[] = [];
  for (const part of parts) {
    const last = found.at(-1);
    if (part === '') continue;
    if (typeof part === 'string' && typeof last === 'string') found[found.length - 1] = last + part;
    else found.push(part);
  }
  return found.length || !parts.length ? found : [''];
}

/** Cuts an address behind its origin, or behind the expression that it begins with. */
function addressOf(parts: readonly Part[]): Address | undefined {
  const [first] = parts;
  if (first === undefined) return undefined;
  const open = typeof first === 'string' && /^(?:https?:)?\/\/[^/]*$/.test(first) && parts.length > 1;
  if (typeof first === 'string' && !open) return { text: first, rest: '' };
  const head: Part[] = [];
  let rest = '';
  for (const part of parts) {
    const before = head.at(-1);
    if (typeof part !== 'string') {
      if (before !== undefined && typeof before !== 'string') break;
      head.push(part);
      continue;
    }
    const cut = head.length && !/^(?:\/\/|[:.])/.test(part) ? 0 : part.search(/(?<![:/])\/(?!\/)/);
    if (cut !== 0) head.push(cut < 0 ? part : part.slice(0, cut));
    if (cut < 0) continue;
    rest = part.slice(cut);
    break;
  }
  const expression = together(head);
  return { expression, text: expression.text, rest };
}

/** Several parts as one expression. */
function together(parts: readonly Part[]): Whereabouts {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined && typeof only !== 'string') return only;
  const inner = parts.flatMap((part) => (typeof part === 'string' ? [] : [part]));
  const text = parts.map((part) => (typeof part === 'string' ? part : `\${${part.text}}`)).join('');
  return {
    text: `\`${text}\``,
    imports: inner.flatMap(({ imports }) => imports),
    literals: inner.flatMap(({ literals }) => literals),
    made: inner.map(({ made }) => made).join(' '),
  };
}
