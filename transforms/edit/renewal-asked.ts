import type { NodePath } from '@babel/traverse';
import type { Asked } from '../project/browser/renewals-asked.js';
import type { Edit } from './edits.js';
import { localName, SHIM_CLIENT } from './names.js';
import { replacement } from './replacement.js';
import { withoutDeclaration } from './statements.js';
import { styleOf } from './style.js';

/** Asks whether there is a session in place of a request for a new token, and keeps no answer. */
export function askingTheSession({ file, statements, tests, flags, fails }: Asked): Edit[] {
  const has = localName(file, SHIM_CLIENT, 'hasSession');
  const asked = `${has.local}()`;
  const replaced = (path: NodePath, text: string) => replacement(file, path, text, [has]);
  const [asking, ...others] = statements;
  const { semicolon, quote } = styleOf(file.text);
  const failing = `if (!${asked}) throw new Error(${quote}There is no session${quote})${semicolon}`;
  return [
    ...(asking
      ? [fails ? { ...replaced(asking, failing), covers: true } : withoutDeclaration(file, asking)]
      : []),
    ...others.map((statement) => withoutDeclaration(file, statement)),
    ...tests.map(({ path, well }) => replaced(path, well ? asked : `!${asked}`)),
    ...flags.map((path) => replaced(path, asked)),
  ];
}
