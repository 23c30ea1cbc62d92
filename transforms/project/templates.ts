import type { ParserOptions } from '@babel/parser';
import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { isComponentTemplate } from './angular-templates.js';
import { type Markup, type Piece, pieceOf, statementsOf } from './template-code.js';

/** Whether a file has a template beside its scripts. */
export function hasTemplate(path: string): boolean {
  return /\.(?:vue|svelte)$/.test(path);
}

/** Whether a piece of code stands in a template. */
export function isInTemplate(path: NodePath): boolean {
  return templateAround(path) !== undefined;
}

/** The same, or in a text that a script marks as what a page shows: html`<p>${token}</p>`. */
export function isShown(path: NodePath): boolean {
  if (isInTemplate(path)) return true;
  const tagged = path.parentPath?.isTemplateLiteral() ? path.parentPath.parentPath : undefined;
  return Boolean(tagged?.isTaggedTemplateExpression() && tagged.get('tag').isIdentifier({ name: 'html' }));
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
  return statementsOf(outside, path.endsWith('.svelte') ? ofSvelte(outside) : ofVue(outside), options);
}

/** Whether a template literal is an attribute of a template, which has no quotes of its own. */
export function isAttribute({ extra }: t.TemplateLiteral): boolean {
  return extra?.attribute === true;
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
const ASKING = /^(?:v-(?:if|else-if|show)|\*ngIf|\[(?:ngIf|hidden|disabled)\])$/;

/** Whether a template only asks for what a piece of code is as a whole: `v-if="token"`, `{#if token}`, `@if (token)`. */
export function isAskedFor(text: string, path: NodePath): boolean {
  if (!isInTemplate(path)) return false;
  // `user && user.token`
  if (path.parentPath?.isLogicalExpression()) return isAskedFor(text, path.parentPath);
  if (!path.parentPath?.isExpressionStatement()) return false;
  const attribute = attributeAround(text, path);
  return attribute
    ? ASKING.test(attribute.name)
    : /(?:\{[#:](?:else\s+)?if\s+|@(?:else\s+)?if\s*\(\s*)$/.test(text.slice(0, path.node.start ?? 0));
}

/** Whether the template of a file can ask for the session: by what its script imports, or by what its class hands it. */
export function canAsk({ path, text }: { readonly path: string; readonly text: string }): boolean {
  return isComponentTemplate(path) || !path.endsWith('.vue') || /<script\b[^>]*\ssetup\b/.test(text);
}
