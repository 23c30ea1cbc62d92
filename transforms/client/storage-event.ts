// https://developer.mozilla.org/en-US/docs/Web/API/Window/storage_event
import { alone } from '../alone.js';
import type { Edit } from '../edit/edits.js';
import { NOTE } from '../edit/names.js';
import { quoted, styleOf } from '../edit/style.js';
import type { StorageEventSite } from '../project/site.js';
import { endOf, startOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/** Another tab stored or removed the token → it noted that there is a session, or took the note away. */
export const rule: Rule<StorageEventSite> = {
  step: 'client',
  hints: ['storage'],
  knows: [],
  owns: (site): site is StorageEventSite => site.kind === 'storage-event',
  decide,
  edit,
};

function decide(): Decision {
  return { action: 'rewritten', reason: 'logins and logouts in other tabs show in the note of the session' };
}

function edit({ file, path }: StorageEventSite): readonly Edit[] {
  const text = quoted(styleOf(file.text), NOTE);
  return [{ file: file.path, start: startOf(path.node), end: endOf(path.node), text }];
}

export default alone('client/storage-event', rule);
export const parser = 'tsx';
