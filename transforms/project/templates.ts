import { type ParserOptions, parse, parseExpression } from '@babel/parser';
import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';

/** A piece of code in a template, by where it stands in the file. */
interface Piece {
  readonly start: number;
  readonly end: number;
  /** Of an attribute that mixes text and code (`href="/files?token={token}"`), each by where it stands. */
  readonly codes?: readonly Piece[];
}

/** What a template brings with it: its pieces of code, and the names that the template itself gives. */
interface Markup {
  readonly pieces: readonly Piece[];
  readonly names: ReadonlySet<string>;
}

/** Whether a file has a template beside its scripts. */
export function hasTemplate(path: string): boolean {
  return /\.(?:vue|svelte)$/.test(path);
}

/** Whether a piece of code stands in a template. */
export function isInTemplate(path: NodePath): boolean {
  return templateAround(path) !== undefined;
}

/** The statement that stands for a piece of code of a template. */
export function templateAround(path: NodePath): NodePath | undefined {
  return path.find(({ node }) => node.extra?.template === true) ?? undefined;
}

/**
 * The code in the template of a component as statements of the same program, each where it stands. What does not
 * parse is left out, since what a template may hold is for its compiler to say.
 */
export function templateStatements(path: string, text: string, options: ParserOptions): t.Statement[] {
  const outside = text.replace(/<!--[\s\S]*?-->|<(script|style)\b[\s\S]*?<\/\1>/g, (part) =>
    part.replace(/[^\r\n]/g, ' '),
  );
  const { pieces, names } = path.endsWith('.svelte') ? ofSvelte(outside) : ofVue(outside);
  return pieces.flatMap((piece): t.Statement[] => {
    const code = outside.slice(piece.start, piece.end);
    if (!code.trim()) return [];
    const own = named(code, names);
    const statements = piece.codes
      ? mixed(outside, piece, piece.codes, options)
      : parsed(code, { ...options, ...placeOf(outside, piece.start) });
    return statements.map((statement) => scoped(statement, own));
  });
}

function placeOf(text: string, start: number): ParserOptions {
  const lines = text.slice(0, start).split('\n');
  return { startIndex: start, startLine: lines.length, startColumn: lines.at(-1)?.length ?? 0 };
}

/** An attribute of text and code is what a template literal is in a script. */
function mixed(
  text: string,
  { start, end }: Piece,
  codes: readonly Piece[],
  options: ParserOptions,
): t.Statement[] {
  try {
    const expressions = codes.map((code) =>
      parseExpression(text.slice(code.start, code.end), { ...options, ...placeOf(text, code.start) }),
    );
    const quasis = [...codes, undefined].map((code, index) => {
      const from = (codes[index - 1]?.end ?? start - 1) + 1;
      const until = code ? code.start - 1 : end;
      const raw = text.slice(from, until);
      const element = t.templateElement({ raw, cooked: raw }, code === undefined);
      return Object.assign(element, { start: from, end: until });
    });
    const place = { start, end, loc: expressions[0]?.loc ?? null };
    const literal = Object.assign(t.templateLiteral(quasis, expressions), place);
    literal.extra = { attribute: true };
    return [spanned(t.expressionStatement(literal), literal)];
  } catch {
    return codes.flatMap((code) =>
      parsed(text.slice(code.start, code.end), { ...options, ...placeOf(text, code.start) }),
    );
  }
}

/** Whether a template literal is an attribute of a template, which has no quotes of its own. */
export function isAttribute({ extra }: t.TemplateLiteral): boolean {
  return extra?.attribute === true;
}

function parsed(code: string, options: ParserOptions): t.Statement[] {
  try {
    const expression = parseExpression(code, options);
    return [spanned(t.expressionStatement(expression), expression)];
  } catch {
    try {
      return parse(code, { ...options, sourceType: 'script' }).program.body;
    } catch {
      return [];
    }
  }
}

/** A block that declares what the template itself names (`v-for="file in files"`), which is not what the script names so. */
function scoped(statement: t.Statement, names: readonly string[]): t.Statement {
  const declared = names.map((name) =>
    spanned(t.variableDeclarator(spanned(t.identifier(name), statement)), statement),
  );
  const block = spanned(
    t.blockStatement(
      declared.length ? [spanned(t.variableDeclaration('let', declared), statement), statement] : [statement],
    ),
    statement,
  );
  block.extra = { template: true };
  return block;
}

function spanned<N extends t.Node>(node: N, { start, end, loc }: t.Node): N {
  return Object.assign(node, { start, end, loc });
}

function named(code: string, names: ReadonlySet<string>): string[] {
  return [...names].filter((name) =>
    new RegExp(`(?<![\\w$.])${name.replaceAll('$', '\\$')}(?![\\w$])`).test(code),
  );
}

/** `{{ code }}`, `:name="code"`, `@event="code"`, `v-if="code"`, `v-for="name in code"` */
function ofVue(text: string): Markup {
  const pieces: Piece[] = [];
  const names = new Set<string>();
  for (const match of text.matchAll(/\{\{([\s\S]*?)\}\}/dg)) pieces.push(pieceOf(match, 1));
  const attributes = /\s([:@#]|v-[a-z]+)([^\s=>"'/]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/dg;
  for (const match of text.matchAll(attributes)) {
    const [, kind = '', , double, single] = match;
    const piece = pieceOf(match, double === undefined ? 4 : 3);
    const code = double ?? single ?? '';
    if (kind === '#' || kind === 'v-slot') addNames(names, code);
    else if (kind !== 'v-for') pieces.push(piece);
    else {
      const [head = ''] = /^[\s\S]*?\s(?:in|of)\s/.exec(code) ?? [];
      addNames(names, head.replace(/\s(?:in|of)\s$/, ''));
      pieces.push({ ...piece, start: piece.start + head.length });
    }
  }
  for (const [, code = ''] of text.matchAll(/\sslot-scope\s*=\s*"([^"]*)"/g)) addNames(names, code);
  return { pieces: pieces.toSorted((one, other) => one.start - other.start), names };
}

/** `{code}`, `{#if code}`, `{:else if code}`, `{#each code as name}`, `{@html code}` */
function ofSvelte(text: string): Markup {
  const pieces: Piece[] = [];
  const names = new Set<string>();
  for (let from = text.indexOf('{'); from >= 0; from = text.indexOf('{', from)) {
    const end = closing(text, from);
    const inner = text.slice(from + 1, end);
    const head = /^(?:#(?:if|each|await|key)|:else\s+if|@(?:html|render)|\.\.\.)\s*/.exec(inner)?.[0] ?? '';
    const tail = /\s(?:as|then)\s(?<names>[\s\S]*)$/.exec(/^#(?:each|await)/.test(head) ? inner : '');
    const alone = /^(?::then|:catch|@const)\s+(?<names>[^=]*)/.exec(inner);
    addNames(names, (tail ?? alone)?.groups?.names ?? '');
    if (head || !/^[#:/@]/.test(inner))
      pieces.push({ start: from + 1 + head.length, end: tail ? from + 1 + tail.index : end });
    from = end;
  }
  return { pieces: withMixed(text, pieces), names };
}

/** Attributes of both text and code in the place of their code. */
function withMixed(text: string, pieces: readonly Piece[]): Piece[] {
  const quoted = /\s[^\s=>"'/{}]+=(?:"((?:[^"{}]|\{[^{}]*\})*)"|'((?:[^'{}]|\{[^{}]*\})*)')/dg;
  const attributes = [...text.matchAll(quoted)].flatMap((match): Piece[] => {
    const whole = pieceOf(match, match[1] === undefined ? 2 : 1);
    const codes = pieces.filter(({ start, end }) => start > whole.start && end < whole.end);
    const [first] = codes;
    const alone = codes.length === 1 && first?.start === whole.start + 1 && first.end === whole.end - 1;
    return first && !alone ? [{ ...whole, codes }] : [];
  });
  const taken = new Set(attributes.flatMap(({ codes = [] }) => codes));
  return [...pieces.filter((piece) => !taken.has(piece)), ...attributes].toSorted(
    (one, other) => one.start - other.start,
  );
}

/** Where the brace is closed that opens at an offset. */
function closing(text: string, from: number): number {
  let open = 0;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '{') open += 1;
    if (text[at] === '}' && --open === 0) return at;
  }
  return text.length;
}

function addNames(names: Set<string>, pattern: string): void {
  for (const [name] of pattern.matchAll(/[A-Za-z_$][\w$]*/g)) names.add(name);
}

function pieceOf(match: RegExpMatchArray & { indices?: RegExpIndicesArray }, group: number): Piece {
  const [start, end] = match.indices?.[group] ?? [0, 0];
  return { start, end };
}

/** The quote that ends a template's attribute, where a piece of code stands in one. */
export function quoteAround(text: string, path: NodePath): string | undefined {
  const { start } = templateAround(path)?.node ?? {};
  return typeof start === 'number' ? /["'](?=[\s(]*$)/.exec(text.slice(0, start))?.[0] : undefined;
}

/** The tag and the attribute that a piece of code of a template is the value of. */
export function attributeAround(
  text: string,
  path: NodePath,
): { readonly tag: string; readonly name: string } | undefined {
  const start = templateAround(path)?.node.start;
  if (typeof start !== 'number') return undefined;
  const before = text.slice(0, start);
  const name = /([^\s=>"'/]+)\s*=\s*["'{](?:[\s(]*)$/.exec(before)?.[1];
  const tag = /^<([A-Za-z][\w.-]*)/.exec(before.slice(before.search(/<(?=[A-Za-z])[^<]*$/)))?.[1];
  return name === undefined || tag === undefined ? undefined : { tag, name };
}

/** Attributes that only ask whether there is something. */
const ASKING = /^v-(?:if|else-if|show)$/;

/** Whether a template only asks for what a piece of code is as a whole: `v-if="token"`, `{#if token}`. */
export function isAskedFor(text: string, path: NodePath): boolean {
  if (!isInTemplate(path)) return false;
  // `user && user.token`
  if (path.parentPath?.isLogicalExpression()) return isAskedFor(text, path.parentPath);
  if (!path.parentPath?.isExpressionStatement()) return false;
  const attribute = attributeAround(text, path);
  return attribute
    ? ASKING.test(attribute.name)
    : /\{[#:](?:else\s+)?if\s+$/.test(text.slice(0, path.node.start ?? 0));
}

/** Whether the template of a file can call what its script imports. */
export function reachesImports({ path, text }: { readonly path: string; readonly text: string }): boolean {
  return path.endsWith('.svelte') || /<script\b[^>]*\ssetup\b/.test(text);
}
