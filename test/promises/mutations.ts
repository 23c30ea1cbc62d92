/** Ways that real code differs from ours, and ways that it is broken. Each takes two numbers to choose by. */
export const MUTATIONS: Readonly<Record<string, (text: string, a: number, b: number) => string>> = {
  'a line twice': (text, a) =>
    onLines(text, (lines) => lines.toSpliced(at(lines, a), 0, lines[at(lines, a)] ?? '')),
  'a line gone': (text, a) => onLines(text, (lines) => lines.toSpliced(at(lines, a), 1)),
  'two lines changed about': (text, a, b) =>
    onLines(text, (lines) =>
      lines.with(at(lines, a), lines[at(lines, b)] ?? '').with(at(lines, b), lines[at(lines, a)] ?? ''),
    ),
  'lines joined': (text, a) =>
    onLines(text, (lines) =>
      lines.toSpliced(at(lines, a), 2, lines.slice(at(lines, a), at(lines, a) + 2).join(' ')),
    ),
  'some characters gone': (text, a, b) =>
    text.slice(0, a % (text.length + 1)) + text.slice((a % (text.length + 1)) + (b % 12)),
  'cut off': (text, a) => text.slice(0, a % (text.length + 1)),
  'tabs for spaces': (text) => text.replace(/^(?: {2})+/gm, (spaces) => '\t'.repeat(spaces.length / 2)),
  'no semicolons': (text) => text.replace(/;$/gm, ''),
  'on one line': (text) => text.replace(/^\s*\/\/.*$/gm, '').replace(/\s*\n\s*/g, ' '),
  'a name renamed': (text, a) => {
    const names = [...new Set(text.match(/\b[a-z][A-Za-z]{2,}\b/g) ?? [])];
    const name = names[a % Math.max(1, names.length)] ?? 'token';
    return text.replace(new RegExp(`\\b${name}\\b`, 'g'), `${name}Other`);
  },
  'the token reassigned': (text) =>
    text.replace(/const (\w*[tT]oken\w*) = (.*);$/gm, 'let $1 = $2;\n$1 = $1 + "";'),
  'the library shadowed': (text) =>
    text.replace(/\((req, res[^)]*)\) => \{/g, '($1) => { const jwt = require("./other"); '),
  'a shebang': (text) => `#!/usr/bin/env node\n${text}`,
  'in a function': (text) => `(function () {\n${text}\n})();\n`,
  'optional chains': (text) => text.replace(/req\.headers\.(\w+)/g, 'req?.headers?.$1'),
  'deep parentheses': (text) =>
    text.replace(/process\.env\.(\w+)/g, `${'('.repeat(40)}process.env.$1${')'.repeat(40)}`),
  'an await in front': (text) => text.replace(/\bjwt\.(sign|verify)\(/g, 'await jwt.$1('),
};

function onLines(text: string, change: (lines: string[]) => string[]): string {
  const lines = text.split('\n');
  return lines.length ? change(lines).join('\n') : text;
}

function at(lines: readonly string[], index: number): number {
  return index % lines.length;
}
