// https://developer.mozilla.org/en-US/docs/Web/API/Storage/setItem
import { alone } from '../alone.js';
import type { Edit } from '../edit/edits.js';
import { NOTE } from '../edit/names.js';
import { quoted, styleOf } from '../edit/style.js';
import type { TestStorageSite } from '../project/browser/test-storage.js';
import { endOf, startOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/** A test that stores a made-up token to be logged in → it notes that there is a session, where the page looks. */
export const rule: Rule<TestStorageSite> = {
  step: 'client',
  hints: ['localStorage'],
  knows: [],
  owns: (site): site is TestStorageSite => site.kind === 'test-storage',
  decide,
  edit,
};

function decide(): Decision {
  return { action: 'rewritten', reason: 'a test that is logged in notes that there is a session' };
}

function edit({ file, path }: TestStorageSite): readonly Edit[] {
  const text = quoted(styleOf(file.text), NOTE);
  return [{ file: file.path, start: startOf(path.node), end: endOf(path.node), text }];
}

export default alone('client/test-storage', rule);
export const parser = 'tsx';
