import type { NodePath } from '@babel/traverse';
import { propertyName } from '../definitions.js';
import { isInside } from '../inside.js';
import type { GuardSite } from '../site.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import { canAsk, hasTemplate, isAskedFor, isInTemplate } from '../templates.js';
import { type LoginAnswer, membersAbove } from './answers.js';
import { type BrowserClient, fieldsOf } from './client.js';
import { isTest } from './truth.js';

/**
 * Finds where a client reads the token field of an object that it stores, other than to attach or decode it.
 *
 * @param decoded what reads the claims of tokens
 */
export function fieldReads(
  _sources: Sources,
  client: BrowserClient,
  answers: readonly LoginAnswer[],
  decoded: readonly NodePath[],
): GuardSite[] {
  const fields = fieldsOf(client.places);
  if (!fields.size) return [];
  return client.files.flatMap((file) => {
    const found: GuardSite[] = [];
    for (const path of file.paths.values()) {
      if (!path.isMemberExpression() && !path.isOptionalMemberExpression()) continue;
      const field = propertyName(path.node);
      if (field === undefined || !fields.has(field)) continue;
      if (isInTemplate(path) || isWritten(path) || isAttached(client, path) || isAnswered(answers, path))
        continue;
      if (decoded.some((one) => isInside(one, path))) continue;
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
  const read = (field: string): Omit<GuardSite, 'path'> => ({
    role: 'guard',
    kind: 'token-field',
    family: 'session',
    evidence: `${field} is the login token`,
    file,
    field,
  });
  const found = [...file.paths.values()].flatMap((path): GuardSite[] => {
    if (!path.isMemberExpression() && !path.isOptionalMemberExpression()) return [];
    const field = propertyName(path.node);
    if (field === undefined || !fields.has(field) || !isInTemplate(path)) return [];
    // What a component has by that name itself is no object's.
    if (isAttached(client, path) || (path.get('object') as NodePath).isThisExpression() || isEmptied(path))
      return [];
    if (canAsk(file) && (isTest(path) || isAskedFor(file.text, path))) return [{ ...read(field), path }];
    const { start, end } = path.node;
    const called = path.key === 'object' && Boolean(path.parentPath?.isMemberExpression());
    return typeof start === 'number' && typeof end === 'number'
      ? [{ ...read(field), path, template: { start, end, called } }]
      : [];
  });
  const isFound = (at: number) => found.some(({ path: { node } }) => node.end === at);
  const others = unparsedReads(file, fields).filter(
    ({ end }) => !isFound(end) && !isAttachedAt(client, file, end),
  );
  return [
    ...found,
    ...others.map(({ field, ...template }) => ({ ...read(field), path: file.program, template })),
  ];
}

/** `user.token || ''` */
function isEmptied({ parentPath: parent, key }: NodePath): boolean {
  return Boolean(
    key === 'left' &&
      parent?.isLogicalExpression({ operator: '||' }) &&
      parent.get('right').isStringLiteral({ value: '' }),
  );
}

function isAttachedAt({ headers }: BrowserClient, file: SourceFile, end: number): boolean {
  return headers.some(
    (header) =>
      header.file === file &&
      (header.path.node.start ?? 0) <= end &&
      (header.path.node.end ?? 0) >= end &&
      isInTemplate(header.path),
  );
}

/** The same where a template is no code that could be read, by its text. */
function unparsedReads(
  file: SourceFile,
  fields: ReadonlySet<string>,
): { readonly field: string; readonly start: number; readonly end: number; readonly called: boolean }[] {
  if (!hasTemplate(file.path)) return [];
  const outside = file.text.replace(/<script\b[\s\S]*?<\/script>/g, (script) => ' '.repeat(script.length));
  return [...fields].flatMap((field) => {
    const reads = new RegExp(
      `(?<![\\w$.'])(?:[A-Za-z_$][\\w$]*\\??\\.)+${field}(?![\\w$]| \\|\\| '')(\\.\\w)?`,
      'g',
    );
    return [...outside.matchAll(reads)].map(({ index: start, 0: text, 1: call }) => ({
      field,
      start,
      end: start + text.length - (call?.length ?? 0),
      called: call !== undefined,
    }));
  });
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
