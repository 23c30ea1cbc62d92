import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { type SourceFile, textOf } from '../source.js';

const REFUSED = /={2,3}\s*(?:401\b|['"`]401['"`])|\b401\s*={2,3}/;
const TO_LOGIN =
  /(?:navigate|push|replace|redirect|href|location|assign|route|goto)\b[^;]*['"`][^'"`]*(?:log-?in|sign-?in|\/auth\b)/i;
/** What has the session forgotten by itself, or sends the request again. */
const FORGETTING =
  /forgetSession|cookies?\b[\w.]*\(|log_?out|sign_?out|removeItem|clear|remove|destroy|dispatch\(|refresh|retry|renew/i;

/** Finds the conditions on a 401 that send the user to log in and leave everything else as it was. */
export function bareRefusals(file: SourceFile): NodePath<t.IfStatement>[] {
  if (!/\b401\b/.test(file.text)) return [];
  const found: NodePath<t.IfStatement>[] = [];
  for (const path of file.paths.values()) {
    if (!path.isIfStatement()) continue;
    const test = textOf(file, path.node.test);
    const then = textOf(file, path.node.consequent);
    if (REFUSED.test(test) && !/\b403\b/.test(test) && TO_LOGIN.test(then) && !FORGETTING.test(then + test))
      found.push(path);
  }
  return found;
}
