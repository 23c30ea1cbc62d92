import { posix } from 'node:path';
import { type ParserOptions, parse } from '@babel/parser';
import * as t from '@babel/types';
import type { ListedFile } from './files.js';
import { type Markup, type Piece, pieceOf, statementsOf } from './template-code.js';

/** The class that a template in a file of its own is of. */
export interface ComponentClass {
  readonly name: string;
  /** How a file beside it names its file. */
  readonly module: string;
  readonly isDefault: boolean;
}

/** Whether a file is the template of a component of Angular, as its name says. */
export function isNamedAsTemplate(path: string): boolean {
  return /\.(?:component|page)\.html$/.test(path);
}

/** Whether a parsed file is the template of a component: no other markup is parsed that has no script of its own. */
export function isComponentTemplate(path: string): boolean {
  return path.endsWith('.html');
}

/** The component that each template is of, as its `templateUrl` says; `undefined` where several share one. */
export function componentsOfTemplates(
  listed: readonly ListedFile[],
): ReadonlyMap<string, ComponentClass | undefined> {
  const found = new Map<string, ComponentClass | undefined>();
  for (const { path, text } of listed) {
    if (!path.endsWith('.ts') || !text.includes('templateUrl')) continue;
    for (const { 1: url = '', index } of text.matchAll(/\btemplateUrl\s*:\s*['"`]([^'"`]+\.html)['"`]/g)) {
      const template = posix.join(posix.dirname(path), url);
      const made = /\bexport\s+(default\s+)?(?:abstract\s+)?class\s+(\w+)/.exec(text.slice(index));
      if (!made?.[2]) continue;
      const module = posix.relative(posix.dirname(template), path.replace(/\.ts$/, ''));
      const component = {
        name: made[2],
        module: module.startsWith('.') ? module : `./${module}`,
        isDefault: made[1] !== undefined,
      };
      found.set(template, found.has(template) ? undefined : component);
    }
  }
  return found;
}

/** A template as a method of a class that extends its component's, so that it has what that has. */
export function templateProgram(
  text: string,
  options: ParserOptions,
  component: ComponentClass | undefined,
): t.File {
  const taken = component?.isDefault ? component.name : `{ ${component?.name ?? ''} }`;
  const head = component
    ? `import ${taken} from '${component.module}';\nclass Template extends ${component.name} { template() {} }`
    : 'class Template { template() {} }';
  const file = parse(head, { ...options, sourceType: 'module' });
  t.traverseFast(file.program, (node) => {
    Object.assign(node, { start: 0, end: 0 });
  });
  const made = file.program.body.find((node) => t.isClassDeclaration(node));
  const [method] = made?.body.body ?? [];
  if (t.isClassMethod(method))
    method.body.body.push(...codeOf(text, { start: 0, end: text.length }, options));
  return file;
}

/** Gives each component with a template among its own code a method of what that template asks. */
export function addInlineTemplates({ program }: t.File, text: string, options: ParserOptions): void {
  for (const statement of program.body) {
    const made =
      t.isExportDeclaration(statement) && 'declaration' in statement ? statement.declaration : statement;
    if (!t.isClassDeclaration(made)) continue;
    const place = inlineTemplate(made);
    if (!place) continue;
    const body = Object.assign(t.blockStatement(codeOf(text, place, options)), place);
    const method = t.classMethod('method', Object.assign(t.identifier('template'), place), [], body);
    Object.assign(method, place);
    method.extra = { templates: true };
    made.body.body.push(method);
  }
}

/** `@Component({ template: '…' })` */
function inlineTemplate({ decorators }: t.ClassDeclaration): Piece | undefined {
  for (const { expression } of decorators ?? []) {
    if (!t.isCallExpression(expression) || !t.isIdentifier(expression.callee, { name: 'Component' }))
      continue;
    const [options] = expression.arguments;
    const property = t.isObjectExpression(options)
      ? options.properties.find(
          (one) => t.isObjectProperty(one) && t.isIdentifier(one.key, { name: 'template' }),
        )
      : undefined;
    const value = t.isObjectProperty(property) ? property.value : undefined;
    const whole = t.isStringLiteral(value) || (t.isTemplateLiteral(value) && !value.expressions.length);
    if (whole && value.start && value.end) return { start: value.start + 1, end: value.end - 1 };
  }
  return undefined;
}

function codeOf(text: string, { start, end }: Piece, options: ParserOptions): t.Statement[] {
  const before = text.slice(0, start).replace(/[^\r\n]/g, ' ');
  const part = `${before}${text.slice(start, end)}`.replace(/<!--[\s\S]*?-->/g, (comment) =>
    comment.replace(/[^\r\n]/g, ' '),
  );
  const markup = ofAngular(part);
  const statements = statementsOf(withoutPipes(part), markup, options);
  for (const statement of statements) ofComponent(statement, markup.names);
  return statements;
}

/** A pipe changes how something is shown, and takes what is no expression of JavaScript. */
function withoutPipes(text: string): string {
  return text.replace(/(?<!\|)\|(?!\|)\s*[A-Za-z]\w*(?:\s*:\s*(?:'[^']*'|[\w.]+))*/g, (pipe) =>
    pipe.replace(/[^\r\n]/g, ' '),
  );
}

const ATTRIBUTE = /\s(\*[\w-]+|\[[\w.()-]+\]|\([\w.-]+\)|[\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/dg;
const BLOCK = /@(?:else\s+)?(?:if|for|switch|case)\s*\(/g;

/** `{{ code }}`, `[name]="code"`, `(event)="code"`, `*ngIf="code"`, `@if (code)`; `name="text{{ code }}text"` */
function ofAngular(text: string): Markup {
  const pieces: Piece[] = [];
  const names = new Set<string>(['$event']);
  const aliases = new Map<string, Piece>();
  const inner = [...text.matchAll(/\{\{([\s\S]*?)\}\}/dg)].map((match) => pieceOf(match, 1));
  const taken = new Set<Piece>();
  for (const match of text.matchAll(ATTRIBUTE)) {
    const [, name = '', double, single] = match;
    const code = double ?? single ?? '';
    const piece = pieceOf(match, double === undefined ? 3 : 2);
    if (/^[\w-]+$/.test(name)) {
      const codes = inner.filter(({ start, end }) => start >= piece.start && end <= piece.end);
      for (const one of codes) taken.add(one);
      if (codes.length) pieces.push({ ...piece, codes, braces: 2 });
    } else if (name.startsWith('*')) pieces.push(...directive(code, piece.start, names, aliases));
    else pieces.push(piece);
  }
  for (const { index, 0: head } of text.matchAll(BLOCK)) {
    const start = index + head.length;
    const end = closing(text, start - 1);
    pieces.push(...directive(text.slice(start, end), start, names, aliases));
  }
  for (const [, name = ''] of text.matchAll(/\s(?:let-|#)([A-Za-z]\w*)/g)) names.add(name);
  pieces.push(...inner.filter((piece) => !taken.has(piece)));
  return { pieces: pieces.toSorted((one, other) => one.start - other.start), names, aliases };
}

/** `token; else guest`, `user$ | async as user`, `let one of all; trackBy: byId`, `one of all; track one.id` */
function directive(code: string, at: number, names: Set<string>, aliases: Map<string, Piece>): Piece[] {
  const [first = ''] = code.split(';');
  for (const [, name = ''] of code.matchAll(/\b(?:let|as)\s+([A-Za-z]\w*)/g)) names.add(name);
  const loop = /^\s*(?:let\s+)?([A-Za-z]\w*)\s+of\s+/.exec(first);
  if (loop?.[1]) names.add(loop[1]);
  const head = loop?.[0].length ?? 0;
  const tail = /(?:;\s*|\s)as\s+\w+\s*$/.exec(first)?.index ?? first.length;
  const piece = { start: at + head, end: at + Math.max(head, tail) };
  const [, alias] = loop ? [] : (/\bas\s+([A-Za-z]\w*)/.exec(code) ?? []);
  if (alias !== undefined) aliases.set(alias, piece);
  return [piece];
}

/** Where the parenthesis is closed that opens at an offset. */
function closing(text: string, from: number): number {
  let open = 0;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '(') open += 1;
    if (text[at] === ')' && --open === 0) return at;
  }
  return text.length;
}

/** Names that a template does not give itself are its component's: `token` is `this.token`. */
function ofComponent(node: t.Node, names: ReadonlySet<string>): void {
  for (const key of t.VISITOR_KEYS[node.type] ?? []) {
    const held: unknown = Reflect.get(node, key);
    const isName =
      (key === 'property' && t.isMemberExpression(node) && !node.computed) ||
      (key === 'property' && t.isOptionalMemberExpression(node) && !node.computed) ||
      (key === 'key' && t.isObjectProperty(node) && !node.computed) ||
      key === 'id' ||
      key === 'params';
    if (isName) continue;
    const owned = (one: unknown): unknown => {
      if (!isNode(one)) return one;
      ofComponent(one, names);
      return t.isIdentifier(one) && !names.has(one.name) && one.name !== 'undefined' ? own(one) : one;
    };
    Reflect.set(node, key, Array.isArray(held) ? held.map(owned) : owned(held));
  }
}

function isNode(value: unknown): value is t.Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

function own(identifier: t.Identifier): t.MemberExpression {
  const { start, end, loc } = identifier;
  const self = Object.assign(t.thisExpression(), { start, end: start, loc });
  return Object.assign(t.memberExpression(self, identifier), { start, end, loc });
}
