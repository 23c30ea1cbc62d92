import { type ParserOptions, parse, parseExpression } from '@babel/parser';
import * as t from '@babel/types';

/** A piece of code in a template, by where it stands in the file. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  /** Of an attribute that mixes text and code (`href="/files?token={token}"`), each by where it stands. */
  readonly codes?: readonly Piece[];
  /** How many braces stand before and after each of them. */
  readonly braces?: number;
}

/** What a template brings with it: its pieces of code, and the names that the template itself gives. */
export interface Markup {
  readonly pieces: readonly Piece[];
  readonly names: ReadonlySet<string>;
  /** Code that a template gives a name: `*ngIf="auth.token() as token"`. */
  readonly aliases?: ReadonlyMap<string, Piece>;
}

/** Pieces of code as statements, each where it stands in a text; what does not parse is left out. */
export function statementsOf(
  text: string,
  { pieces, names, aliases }: Markup,
  options: ParserOptions,
): t.Statement[] {
  const standsFor = (name: string): t.Expression | undefined => {
    const piece = aliases?.get(name);
    if (!piece) return undefined;
    const at = { ...options, ...placeOf(text, piece.start) };
    const [statement] = parsed(text.slice(piece.start, piece.end), at);
    return t.isExpressionStatement(statement) ? statement.expression : undefined;
  };
  return pieces.flatMap((piece): t.Statement[] => {
    const code = text.slice(piece.start, piece.end);
    if (!code.trim()) return [];
    const own = named(code, names);
    const statements = piece.codes
      ? mixed(text, piece, piece.codes, options)
      : parsed(code, { ...options, ...placeOf(text, piece.start) });
    return statements.map((statement) => scoped(statement, own, standsFor));
  });
}

function placeOf(text: string, start: number): ParserOptions {
  const lines = text.slice(0, start).split('\n');
  return { startIndex: start, startLine: lines.length, startColumn: lines.at(-1)?.length ?? 0 };
}

/** An attribute of text and code is what a template literal is in a script. */
function mixed(
  text: string,
  { start, end, braces = 1 }: Piece,
  codes: readonly Piece[],
  options: ParserOptions,
): t.Statement[] {
  try {
    const expressions = codes.map((code) =>
      parseExpression(text.slice(code.start, code.end), { ...options, ...placeOf(text, code.start) }),
    );
    const quasis = [...codes, undefined].map((code, index) => {
      const from = (codes[index - 1]?.end ?? start - braces) + braces;
      const until = code ? code.start - braces : end;
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
function scoped(
  statement: t.Statement,
  names: readonly string[],
  standsFor: (name: string) => t.Expression | undefined,
): t.Statement {
  const declared = names.map((name) =>
    spanned(t.variableDeclarator(spanned(t.identifier(name), statement), standsFor(name)), statement),
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

/** Where a group of a match stands. */
export function pieceOf(match: RegExpMatchArray & { indices?: RegExpIndicesArray }, group: number): Piece {
  const [start, end] = match.indices?.[group] ?? [0, 0];
  return { start, end };
}
