// https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Promise/finally
import { alone } from '../alone.js';
import { browserModuleOf } from '../edit/browser-module.js';
import { dependencyEdits } from '../edit/dependencies.js';
import type { Edit } from '../edit/edits.js';
import { aroundMount } from '../edit/mount.js';
import { SHIM_CLIENT } from '../edit/names.js';
import type { Project } from '../project/project.js';
import type { EntrySite } from '../project/site.js';
import type { Decision, Rule } from '../rule.js';

/** The start of the application → after a token from an earlier visit has become a session. */
export const rule: Rule<EntrySite> = {
  step: 'client',
  hints: ['localStorage', 'sessionStorage'],
  knows: [],
  owns: (site): site is EntrySite => site.kind === 'client-entry',
  decide,
  edit,
};

function decide({ client, file }: EntrySite, { sources }: Project): Decision {
  if (isDone(client.files, sources))
    return { action: 'kept', reason: 'the application takes up earlier logins at its start already' };
  if (!client.entry)
    return {
      action: 'manual',
      reason: 'nothing shows where this application starts',
      todo: 'Call adoptLegacyToken of @jwt-to-session/shim/client there first, and mount when it has settled.',
    };
  if (!client.places.length)
    return { action: 'rewritten', reason: 'the application is told where its session is' };
  if (!client.entry.mount)
    return {
      action: 'bridged',
      reason: `${file.path} takes up earlier logins, though nothing in it shows where the application is mounted`,
    };
  return { action: 'rewritten', reason: 'the application starts when an earlier login has become a session' };
}

function isDone(files: EntrySite['client']['files'], sources: Project['sources']): boolean {
  return (
    files.some((file) => file.text.includes(SHIM_CLIENT)) ||
    sources.mentioning('adoptLegacyToken').some((file) => file.text.includes(SHIM_CLIENT))
  );
}

function edit(site: EntrySite, decision: Decision, project: Project): readonly Edit[] {
  if (decision.action === 'kept') return [];
  const { client, file } = site;
  const home = project.sources.packageOf(file);
  if (decision.action === 'manual') return home ? dependencyEdits(home) : [];
  const module = browserModuleOf(client, project.sources);
  return [
    { file: module.path, start: 0, end: 0, text: module.text, because: 'the session of the browser' },
    ...aroundMount(file, client.entry, module.specifier),
    ...(home ? dependencyEdits(home) : []),
  ];
}

export default alone('client/entry', rule);
export const parser = 'tsx';
