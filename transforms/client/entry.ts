// https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Promise/finally
import { posix } from 'node:path';
import { alone } from '../alone.js';
import { adoptionOf, browserModuleOf, kitHooksOf } from '../edit/browser-module.js';
import { dependencyEdits } from '../edit/dependencies.js';
import type { Edit } from '../edit/edits.js';
import { type FrameworkStart, frameworkStartOf } from '../edit/framework-start.js';
import { aroundMount } from '../edit/mount.js';
import { SHIM_CLIENT } from '../edit/names.js';
import { routerEntry } from '../edit/router-entry.js';
import { type WaitingRequests, waitingRequests } from '../edit/waiting-requests.js';
import { renewsByCookie } from '../project/browser/renews-by-cookie.js';
import type { Package } from '../project/packages.js';
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

/** What a page shows once it is defined, wherever it has a tag for it. */
const ELEMENTS = /@customElement\(|\bcustomElements\.define\(/;

function decide({ client, file }: EntrySite, project: Project): Decision {
  const { sources } = project;
  if (isDone(client, sources))
    return { action: 'kept', reason: 'the application takes up earlier logins at its start already' };
  const kit = kitOf(sources.packageOf(file));
  if (!client.entry && kit && kitHooksOf(client, sources))
    return kit >= WAITING_KIT
      ? { action: 'rewritten', reason: 'SvelteKit starts when an earlier login has become a session' }
      : {
          action: 'bridged',
          reason: 'earlier logins are taken up at the start, which SvelteKit waits for from 2.10 on',
        };
  const waiting = startsOutOfSight(client, file, project);
  if (waiting)
    return {
      action: 'rewritten',
      reason: waiting.starts
        ? 'the pages start when an earlier login has become a session'
        : 'requests wait until an earlier login has become a session',
    };
  const started = startOfFramework(client, file, project);
  if (started)
    return {
      action: 'rewritten',
      reason: `${started.framework} starts the application when an earlier login has become a session`,
    };
  if (!client.entry)
    return {
      action: 'manual',
      reason: 'nothing shows where this application starts',
      todo: adviceFor(
        adoptionOf(client, renewsByCookie(project, client)),
        sources.packageOf(file)?.dependencies ?? new Set(),
      ),
    };
  if (!client.places.length)
    return { action: 'rewritten', reason: 'the application is told where its session is' };
  if (!client.entry.mount && ELEMENTS.test(file.text))
    return {
      action: 'manual',
      reason: `the elements of ${file.path} show themselves as soon as it is loaded`,
      todo: `Let the page load a module in its place that waits for an earlier login: ${adoptionOf(client, renewsByCookie(project, client))}.finally(() => import('./${posix.basename(file.path).replace(/\.[^.]+$/, '')}')). The first comes from @jwt-to-session/shim/client, and ends without harm where no token is left.`,
    };
  if (!client.entry.mount)
    return {
      action: 'bridged',
      reason: `${file.path} takes up earlier logins, though nothing in it shows where the application is mounted`,
    };
  return { action: 'rewritten', reason: 'the application starts when an earlier login has become a session' };
}

/** How pages wait that a framework shows by itself: the requests of Next's, the start of React Router's. */
function startsOutOfSight(
  client: EntrySite['client'],
  file: EntrySite['file'],
  project: Project,
): WaitingRequests | undefined {
  const { sources } = project;
  if (client.entry || !client.places.length) return undefined;
  const renews = renewsByCookie(project, client);
  return sources.packageOf(file)?.dependencies.has('next')
    ? waitingRequests(client, sources, renews)
    : routerEntry(client, sources, renews);
}

/** The file in which a framework waits for something at the start, where this application tells it of such files. */
function startOfFramework(
  client: EntrySite['client'],
  file: EntrySite['file'],
  project: Project,
): FrameworkStart | undefined {
  const home = project.sources.packageOf(file);
  return frameworkStartOf(client, home, project.sources, renewsByCookie(project, client));
}

/** Where frameworks that mount out of sight wait for something at the start. */
const STARTS: readonly { readonly framework: string; readonly how: string }[] = [
  {
    framework: '@nuxtjs/axios',
    how: 'In a file plugins/session.client.js, the first in the list plugins of nuxt.config: export default () => CALL.catch(() => {}). Nuxt waits for it before it shows the pages.',
  },
  {
    framework: 'nuxt',
    how: "In a file plugins/session.client.js: export default defineNuxtPlugin({ enforce: 'pre', setup: () => CALL.catch(() => {}) }). Nuxt waits for it before other plugins ask anything, and before it shows the pages.",
  },
  {
    framework: 'next',
    how: "In a client component around all pages (pages/_app, or one with 'use client' in app/layout): run CALL in an effect, and render the pages when it has settled.",
  },
  {
    framework: 'gatsby',
    how: 'In gatsby-browser.js: export const onClientEntry = () => CALL.catch(() => {}). Gatsby waits for it before it shows the pages.',
  },
  {
    framework: 'quasar',
    how: 'In a boot file that stands first in quasar.config: export default boot(() => CALL.catch(() => {})). Quasar waits for it before it mounts.',
  },
  {
    framework: '@sveltejs/kit',
    how: 'In src/hooks.client.js: export const init = () => CALL.catch(() => {}). SvelteKit waits for it from 2.10 on.',
  },
];

/** The first version of SvelteKit that waits for `init` of src/hooks.client.js. */
const WAITING_KIT = 2.1;

/** Which SvelteKit a package asks for at least, 2.05 for 2.5; undefined before there was an `init`. */
function kitOf(home: Package | undefined): number | undefined {
  const [, major, minor] = /"@sveltejs\/kit":\s*"[^\d"]*(\d+)(?:\.(\d+))?/.exec(home?.text ?? '') ?? [];
  const version = Number(major) + Math.min(Number(minor ?? 0), 99) / 100;
  return version >= 2 ? version : undefined;
}

function adviceFor(call: string, dependencies: ReadonlySet<string>): string {
  const known = STARTS.find(({ framework }) => dependencies.has(framework));
  const how = known?.how ?? 'Where it starts, run CALL first, and mount when it has settled.';
  return `${how.replace('CALL', call)} It comes from @jwt-to-session/shim/client, and ends without harm where no token is left.`;
}

/** Whether earlier logins are taken up; without an entry only the call itself tells, outside of our own comment. */
function isDone({ files, entry }: EntrySite['client'], sources: Project['sources']): boolean {
  const called = /^(?!\s*\/\/).*\badoptLegacyToken\b/m;
  return (
    (entry !== undefined && files.some((file) => file.text.includes(SHIM_CLIENT))) ||
    sources.mentioning('adoptLegacyToken').some(({ text }) => text.includes(SHIM_CLIENT) && called.test(text))
  );
}

function edit(site: EntrySite, decision: Decision, project: Project): readonly Edit[] {
  if (decision.action === 'kept') return [];
  const home = project.sources.packageOf(site.file);
  if (decision.action === 'manual') return home ? dependencyEdits(home) : [];
  const { module, edits } = startFor(site, home, project);
  return [
    { file: module.path, start: 0, end: 0, text: module.text, because: 'the session of the browser' },
    ...edits,
    ...(home ? dependencyEdits(home) : []),
  ];
}

/** The module that takes up earlier logins, and the edits that have the application wait for it. */
function startFor({ client, file }: EntrySite, home: Package | undefined, project: Project): WaitingRequests {
  const renews = renewsByCookie(project, client);
  const hooks = client.entry || !kitOf(home) ? undefined : kitHooksOf(client, project.sources, renews);
  if (hooks) return { module: hooks, edits: [] };
  const waiting = startsOutOfSight(client, file, project);
  if (waiting) return waiting;
  const started = startOfFramework(client, file, project);
  if (started) return started;
  const module = browserModuleOf(client, project.sources, renews);
  return { module, edits: aroundMount(file, client.entry, module.specifier) };
}

export default alone('client/entry', rule);
export const parser = 'tsx';
