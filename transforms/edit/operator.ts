import type { Binding, NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import type { Acceptance } from '../project/browser/acceptance.js';
import { chainOf, type LoginAnswer } from '../project/browser/answers.js';
import type { ChainedOperator, Operator } from '../project/browser/operators.js';
import { patternTrail } from '../project/definitions.js';
import { endOf, type SourceFile, startOf, textOf } from '../project/source.js';
import { addingConcatMap } from './chained-operators.js';
import type { Edit, NeededName } from './edits.js';
import { localName, SHIM_CLIENT } from './names.js';
import { indentationAt, quoted, styleOf } from './style.js';
import { isTyped } from './typed.js';

/**
 * Accepts the session of a login in an operator of its own, before the one that takes the answer, so that
 * whoever subscribes waits for it too. Undefined where the token is the whole answer.
 */
export function acceptingOperator(
  { call, pipe, module }: Operator,
  answer: LoginAnswer,
  acceptance: Acceptance,
): Edit[] | undefined {
  const { file } = answer;
  const start = startOf(call.node);
  const { newline, indent } = styleOf(file.text);
  const outer = indentationAt(file, start);
  const inside = isInLine(file, start) ? outer + indent : outer;
  const accepting = acceptingCallback(answer, acceptance, inside);
  if (!accepting) return undefined;
  const waiting = localName(file, module, 'concatMap');
  const text = `${waiting.local}(${accepting.text}),`;
  const needs = [accepting.needs, waiting];
  const own = `${newline}${inside}`;
  if (!isInLine(file, start)) return [{ file: file.path, start, end: start, text: `${text}${own}`, needs }];
  const end = endOf(pipe.node) - 1;
  const before: Edit = { file: file.path, start, end: start, text: `${own}${text}${own}`, needs };
  if (
    textOf(file, pipe.node)
      .slice(start - startOf(pipe.node))
      .includes('\n')
  )
    return [{ ...before, text: `${text} ` }];
  const last = file.text.slice(0, end).trimEnd();
  const comma = last.endsWith(',') ? '' : ',';
  return [before, { file: file.path, start: last.length, end, text: `${comma}${newline}${outer}` }];
}

/** The same in a chain of RxJS 5: `.concatMap(async (answer) => …).do((answer) => …)`. */
export function acceptingLink(
  { object }: ChainedOperator,
  answer: LoginAnswer,
  acceptance: Acceptance,
): Edit[] | undefined {
  const { file } = answer;
  const at = endOf(object.node);
  const gap = /^\s*/.exec(file.text.slice(at))?.[0] ?? '';
  const outer = /[ \t]*$/.exec(gap)?.[0] ?? '';
  const accepting = acceptingCallback(answer, acceptance, outer || indentationAt(file, at));
  if (!accepting) return undefined;
  const text = `${gap}.concatMap(${accepting.text})`;
  return [{ file: file.path, start: at, end: at, text, needs: [accepting.needs] }, ...addingConcatMap(file)];
}

/** `async (answer) => ({ ...answer, token: await acceptSession(answer.token) })` */
function acceptingCallback(
  answer: LoginAnswer,
  { renewing, besides }: Acceptance,
  inside: string,
): { text: string; needs: NeededName } | undefined {
  const { file } = answer;
  const received = receivedBy(answer);
  const [field] = received?.names.slice(-1) ?? [];
  if (!received || field === undefined) return undefined;
  const { name, parameter, names, textOf: inAnswer } = received;
  const style = styleOf(file.text);
  const { newline, semicolon, indent } = style;
  const accept = localName(file, SHIM_CLIENT, 'acceptSession');
  const token = [name, ...names].join('.');
  const given = [token, renewing && inAnswer(renewing)].filter(Boolean).join(', ');
  const accepted = `await ${accept.local}(${given})`;
  const typed = isTyped(file);
  const nothing = typed ? quoted(style, '') : 'undefined';
  const value = typed ? `(${accepted}) ?? ${nothing}` : accepted;
  const line = `${newline}${inside}${indent}`;
  const emptied = besides.flatMap((other) => inAnswer(other) ?? []);
  const body =
    names.length === 1
      ? `({ ...${name}, ${[`${field}: ${value}`, ...emptied.map((other) => `${lastOf(other)}: ${nothing}`)].join(', ')} })`
      : [
          `{${line}${token} = ${value}${semicolon}`,
          ...emptied.map((other) => `${other} = ${nothing}${semicolon}`),
          `return ${name}${semicolon}${newline}${inside}}`,
        ].join(line);
  return { text: `async (${parameter}) => ${body}`, needs: accept };
}

/** What an operator is handed, under a name of its own where the callback takes it apart. */
interface Received {
  readonly name: string;
  /** The name with the type that the callback gives it. */
  readonly parameter: string;
  /** The property names from there to the token. */
  readonly names: readonly string[];
  /** The code, in the operator, for what the callback calls by some code. */
  readonly textOf: (code: string) => string | undefined;
}

function receivedBy({ file, function: owner, binding, container, trail }: LoginAnswer): Received | undefined {
  const [parameter] = owner.node.params;
  const [, ...within] = container?.split('.') ?? [];
  const above = parameter && wayTo(owner, binding);
  if (!above) return undefined;
  const name = t.isIdentifier(parameter) ? parameter.name : 'answer';
  const typed =
    t.isIdentifier(parameter) || t.isObjectPattern(parameter) ? parameter.typeAnnotation : undefined;
  return {
    name,
    parameter: typed ? name + textOf(file, typed) : name,
    names: [...above, ...within, ...trail],
    textOf: (code) => {
      const [first, ...others] = code.split('.');
      const local = Object.values(owner.scope.bindings).find((one) => one.identifier.name === first);
      const way = local && wayTo(owner, local);
      return way && [name, ...way, ...others].join('.');
    },
  };
}

/** The property names from a function's first parameter to a variable, through others that are made of it. */
function wayTo(owner: NodePath<t.Function>, binding: Binding, depth = 0): string[] | undefined {
  const [parameter] = owner.node.params;
  if (!parameter || depth > 3) return undefined;
  if (binding.kind === 'param') return patternTrail(parameter, binding.identifier);
  const { path } = binding;
  const init = path.isVariableDeclarator() ? (path.get('init') as NodePath) : undefined;
  if (!init?.node || !path.isVariableDeclarator()) return undefined;
  const { root, names } = chainOf(init);
  const from = root.isIdentifier() ? root.scope.getBinding(root.node.name) : undefined;
  const above = from && wayTo(owner, from, depth + 1);
  const taken = patternTrail(path.node.id, binding.identifier);
  return above && taken && [...above, ...names, ...taken];
}

function lastOf(code: string): string {
  return code.slice(code.lastIndexOf('.') + 1);
}

/** Whether something stands before it on its line. */
function isInLine({ text }: SourceFile, start: number): boolean {
  return /\S/.test(text.slice(text.lastIndexOf('\n', start - 1) + 1, start));
}
