import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { goneWith, type RetryBranch, renewing } from '../project/browser/renewals.js';
import { endOf, startOf, textOf } from '../project/source.js';
import { applyEdits, type Edit, type NeededName } from './edits.js';
import { furtherIn } from './further-in.js';
import { localName, SHIM_CLIENT } from './names.js';
import { withoutDeclaration } from './statements.js';
import { indentationAt, styleOf } from './style.js';

/** Takes the renewal out of a branch: the session is forgotten, and what was done without a new token remains. */
export function withoutRetry(renewal: RetryBranch): Edit[] {
  const { file, branch, rest, kept, said, ends, waits, asks } = renewal;
  const { newline, semicolon, indent } = styleOf(file.text);
  const { conditions, statement, needs } = question(renewal);
  const { start, end } = renewing(renewal);
  const outer = indentationAt(file, rest ? start : startOf(branch.node));
  const alone = !conditions.length || (rest !== undefined && !asks);
  const inner = alone ? outer : outer + indent;
  const line = newline + inner;
  const opening = alone ? [] : [`if (${conditions.join(' && ')}) {`];
  const copied = said.map((one) => copyOf(renewal, one, inner));
  const before = [...opening, ...(statement ? [statement] : []), ...copied].join(line);
  const ending = ends === undefined ? '' : `${`return ${ends}`.trimEnd()}${semicolon}`;
  const closing = alone ? '' : `${newline}${outer}}`;
  // What the server is asked may not be so, and then it goes on as without this.
  const after = !ending
    ? closing
    : rest && asks
      ? `${closing}${newline}${outer}${ending}`
      : `${line}${ending}${closing}`;
  const edits: Edit[] = [...ofWaiting(renewal), ...keptEdits(renewal, inner)];
  edits.push(...waits.map((wait) => withoutDeclaration(file, wait)));
  if (rest && branch.isIfStatement()) edits.push(ofTest(renewal, branch));
  const [first, last] = [kept[0], kept.at(-1)];
  const whole = { file: file.path, needs, covers: true };
  const own = rest?.[0] ? lineStartOf(file, rest[0]) : start;
  // Its first line goes as a whole where a variable in it does, and what comes in its place is indented by itself.
  const from = rest ? own : startOf(branch.node);
  const white = own < start ? outer : '';
  if (!first || !last) return [...edits, { ...whole, start: from, end, text: white + before + after }];
  const at = lineStartOf(file, first);
  const missing = inner.slice(indentationAt(file, startOf(first.node)).length);
  return [
    ...edits,
    {
      ...whole,
      start: from,
      end: at,
      text: at < startOf(first.node) ? white + before + newline + missing : `${white}${before}${line}`,
    },
    { ...whole, start: endOf(last.node), end, text: after },
  ];
}

/** A condition that leaves when the request was not refused says no more whether it may be sent again. */
function ofTest({ file, conditions }: RetryBranch, { node: { test } }: NodePath<t.IfStatement>): Edit {
  const text = conditions.map((one) => textOf(file, one)).join(' || ');
  return { file: file.path, start: startOf(test), end: endOf(test), text };
}

interface Question {
  readonly conditions: readonly string[];
  readonly statement?: string;
  readonly needs: readonly NeededName[];
}

/** How the code finds that the session is over: a 401 says so, for a 403 the server is asked. */
function question({ file, conditions, asks, kept, said }: RetryBranch): Question {
  const { semicolon } = styleOf(file.text);
  const texts = conditions.map((one) => textOf(file, one));
  const name = localName(file, SHIM_CLIENT, asks ? 'acceptSession' : 'forgetSession');
  if (!asks) return { conditions: texts, statement: `${name.local}()${semicolon}`, needs: [name] };
  const asked = `await ${name.local}()`;
  if (!kept.length && !said.length) return { conditions: texts, statement: asked + semicolon, needs: [name] };
  const whole = conditions.map((one, index) =>
    t.isLogicalExpression(one, { operator: '||' }) ? `(${texts[index]})` : `${texts[index]}`,
  );
  return { conditions: [...whole, `!(${asked})`], needs: [name] };
}

/** What is kept moves to where the branch's own lines stand; its error takes the name of the function's. */
function keptEdits({ file, kept, caught, error }: RetryBranch, inner: string): Edit[] {
  const edits = kept.flatMap((statement, index): Edit[] => {
    const previous = kept[index - 1];
    const between: Edit[] = previous ? withoutBetween(file, previous, statement) : [];
    return [...between, ...moved(file, statement, inner, index === 0)];
  });
  const named = caught && error !== undefined ? caught.referencePaths : [];
  for (const { node, parent } of named.filter((one) =>
    kept.some((statement) => one.isDescendant(statement)),
  )) {
    const short = t.isObjectProperty(parent) && parent.shorthand;
    const text = short ? `${textOf(file, node)}: ${error}` : `${error}`;
    edits.push({ file: file.path, start: startOf(node), end: endOf(node), text });
  }
  return edits;
}

/** What is done elsewhere, as the branch would say it. */
function copyOf({ file, caught, error }: RetryBranch, path: NodePath, inner: string): string {
  const { semicolon } = styleOf(file.text);
  const shift = startOf(path.node);
  const names = (caught && error !== undefined ? caught.referencePaths : []).filter((one) =>
    one.isDescendant(path),
  );
  const text = applyEdits(
    textOf(file, path.node),
    names.map(({ node }) => ({
      file: file.path,
      start: startOf(node) - shift,
      end: endOf(node) - shift,
      text: `${error}`,
    })),
  );
  const surplus = indentationAt(file, shift).length - inner.length;
  const moved = text.replace(/\n([ \t]*)/g, (_, white: string) => `\n${white.slice(Math.max(0, surplus))}`);
  return path.isStatement() ? moved : moved + semicolon;
}

/** Where the line of a statement begins; where it stands behind something else, the statement itself. */
function lineStartOf({ text }: RetryBranch['file'], { node }: NodePath): number {
  const start = startOf(node);
  const line = text.lastIndexOf('\n', start - 1) + 1;
  return text.slice(line, start).trim() === '' ? line : start;
}

/** The lines between two statements that are kept, when they hold others. */
function withoutBetween(file: RetryBranch['file'], previous: NodePath, statement: NodePath): Edit[] {
  const end = lineStartOf(file, statement);
  const start = file.text.indexOf('\n', endOf(previous.node)) + 1;
  if (start >= end || file.text.slice(start, end).trim() === '') return [];
  return [{ file: file.path, start, end, text: '' }];
}

function moved(file: RetryBranch['file'], statement: NodePath, inner: string, first: boolean): Edit[] {
  const { node } = statement;
  const surplus = indentationAt(file, startOf(node)).length - inner.length;
  const from = lineStartOf(file, statement);
  if (surplus < 0 && from < startOf(node)) return furtherIn(file, first ? from : from - 1, endOf(node));
  if (surplus <= 0 || textOf(file, node).includes('`')) return [];
  const part = file.text.slice(from, endOf(node));
  return [...part.matchAll(/^[ \t]+/gm)].map(({ index, 0: white }) => {
    const start = from + index;
    return { file: file.path, start, end: start + Math.min(surplus, white.length), text: '' };
  });
}

/** A callback that has nothing to wait for any more, or has something to wait for now. */
function ofWaiting(renewal: RetryBranch): Edit[] {
  const { file, branch, asks } = renewal;
  const owner = branch.isFunction() ? branch : branch.getFunctionParent();
  if (!owner) return [];
  const start = startOf(owner.node);
  if (asks) return owner.node.async ? [] : [{ file: file.path, start, end: start, text: 'async ' }];
  if (!owner.node.async || owner.listKey !== 'arguments') return [];
  const gone = goneWith(renewal);
  let waits = false;
  owner.get('body').traverse({
    Function: (inner) => inner.skip(),
    AwaitExpression({ node }) {
      if (!gone.some((one) => one.start <= startOf(node) && endOf(node) <= one.end)) waits = true;
    },
  });
  const word = /^async\s+/.exec(file.text.slice(start))?.[0];
  return waits || !word ? [] : [{ file: file.path, start, end: start + word.length, text: '' }];
}
