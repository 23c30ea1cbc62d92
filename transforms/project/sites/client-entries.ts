import type { BrowserClient } from '../browser/client.js';
import type { Hold } from '../browser/held.js';
import type { EmitSite, EndpointSite, EntrySite, StoreSite } from '../site.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';

/** Where a browser application starts, with what it waits for if it does. */
export function entrySites(
  sources: Sources,
  { hold: _, ...rest }: BrowserClient,
  hold: Hold | undefined,
): EntrySite[] {
  const client: BrowserClient = { ...rest, ...(hold ? { hold } : {}) };
  const { entry } = client;
  const file = entry?.file ?? startOfFramework(sources, client) ?? client.files[0];
  if (!file) return [];
  return [
    {
      role: 'configure',
      kind: 'client-entry',
      family: 'session',
      evidence: 'the application starts here',
      file,
      path: entry?.mount ?? file.program.get('body')[0] ?? file.program,
      client,
    },
  ];
}

/** Why a client waits that goes on with its session but is nowhere seen to get one. */
export function holdWithout(
  { hold, kept, places, headers }: BrowserClient,
  received: readonly (EmitSite | EndpointSite | StoreSite)[],
): Hold | undefined {
  const receives = received.some((site) => site.role === 'emit' || site.access.operation === 'set');
  if (hold || receives) return hold;
  const attached = headers.some(({ foreign, form }) => !foreign && form !== 'delete');
  if (!kept.length && (places.length || !attached)) return hold;
  return { action: 'manual', reason: 'nothing shows where the answer to a login brings the token' };
}

const FRAMEWORK_START =
  /(?:^|\/)(?:(?:src\/)?pages\/_app|(?:src\/)?app\/layout|app\/root|gatsby-browser|src\/hooks\.client|app)\.(?:[jt]sx?|vue)$/;

/** The file in which a framework lets an application say what is done at its start. */
function startOfFramework(sources: Sources, { folder }: BrowserClient): SourceFile | undefined {
  const inside = sources.listed.filter(({ path }) => folder === '' || path.startsWith(`${folder}/`));
  return inside
    .filter(({ path }) => FRAMEWORK_START.test(path))
    .map(({ path }) => sources.at(path))
    .find((file) => file?.ast.program.body.length);
}
