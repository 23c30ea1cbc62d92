import type { NodePath } from '@babel/traverse';
import { propertyName } from '../definitions.js';
import { isInside } from '../inside.js';
import type { GuardSite } from '../site.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import { hasTemplate, isAskedFor, isInTemplate, reachesImports } from '../templates.js';
import { isTest } from './acceptance.js';
import { type LoginAnswer, membersAbove } from './answers.js';
import type { BrowserClient } from './client.js';

/** Finds where a client reads the token field of an object that it stores, other than to attach it. */
export function fieldReads(
  _sources: Sources,
  client: BrowserClient,
  answers: readonly LoginAnswer[],
): GuardSite[] {
  const fields = new Set(
    client.places.flatMap(({ field, within }) => (field === undefined || within ? [] : [field])),
  );
  if (!fields.size) return [];
  return client.files.flatMap((file) => {
    const found: GuardSite[] = [];
    for (const path of file.paths.values()) {
      if (!path.isMemberExpression() && !path.isOptionalMemberExpression()) continue;
      const field = propertyName(path.node);
      if (field === undefined || !fields.has(field)) continue;
      if (isInTemplate(path) || isWritten(path) || isAttached(client, path) || isAnswered(answers, path))
        continue;
      found.push({
        role: 'guard',
        kind: 'token-field',
        family: 'session',
        evidence: `${field} is the login token`,
        file,
        path,
        field,
      });
    }
    return [...found, ...templateReads(client, file, fields)];
  });
}

/** `{{ user.token.substring(0, 20) }}` in the template of a component. */
function templateReads(client: BrowserClient, file: SourceFile, fields: ReadonlySet<string>): GuardSite[] {
  if (!hasTemplate(file.path)) return [];
  const outside = file.text.replace(/<script\b[\s\S]*?<\/script>/g, (script) => ' '.repeat(script.length));
  return [...fields].flatMap((field) => {
    const reads = new RegExp(
      `(?<![\\w$.'])(?:[A-Za-z_$][\\w$]*\\??\\.)+${field}(?![\\w$]| \\|\\| '')(\\.\\w)?`,
      'g',
    );
    return [...outside.matchAll(reads)].flatMap((match): GuardSite[] => {
      const called = match[1] !== undefined;
      const start = match.index;
      const end = start + match[0].length - (match[1]?.length ?? 0);
      const path = memberAt(file, start, end);
      if (path && isAttached(client, path)) return [];
      const asks =
        path && reachesImports(file) && (isTest(path) || isAskedFor(file.text, path)) ? { path } : undefined;
      return [
        {
          role: 'guard',
          kind: 'token-field',
          family: 'session',
          evidence: `${field} is the login token`,
          file,
          field,
          ...(asks ?? { path: file.program, template: { start, end, called } }),
        },
      ];
    });
  });
}

/** The code of a template between two places, where it parses. */
function memberAt(file: SourceFile, start: number, end: number): NodePath | undefined {
  for (const [node, path] of file.paths) {
    if (node.start !== start || node.end !== end || !isInTemplate(path)) continue;
    if (path.isMemberExpression() || path.isOptionalMemberExpression()) return path;
  }
  return undefined;
}

function isWritten(path: NodePath): boolean {
  return Boolean(path.key === 'left' && path.parentPath?.isAssignmentExpression());
}

function isAttached({ headers }: BrowserClient, path: NodePath): boolean {
  return headers.some((header) => isInside(header.path, path));
}

/** Whether it is read from what has just been answered. */
function isAnswered(answers: readonly LoginAnswer[], path: NodePath): boolean {
  let root: NodePath = path;
  while (root.isMemberExpression() || root.isOptionalMemberExpression())
    root = root.get('object') as NodePath;
  // `response.json().token` is no stored object's.
  if (root.isCallExpression() && propertyName(root.node.callee) === 'json') return true;
  return answers.some(
    ({ binding }) =>
      binding.referencePaths.some((reference) => reference.node === root.node) &&
      membersAbove(root).names.length > 0,
  );
}
