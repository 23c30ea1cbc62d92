// https://expressjs.com/en/guide/using-middleware.html
import type { NodePath } from '@babel/traverse';
import { alone } from '../alone.js';
import { dependencyEdits } from '../edit/dependencies.js';
import type { Edit } from '../edit/edits.js';
import { localName } from '../edit/names.js';
import { indentationAt, styleOf } from '../edit/style.js';
import { endOfLine } from '../edit/whole-lines.js';
import { mobileClients } from '../project/browser/mobile.js';
import { clientOriginsOf } from '../project/client-origins.js';
import { wantsBrackets } from '../project/compiler.js';
import type { Application } from '../project/express/application.js';
import { allowedOrigins, type Cors, corsOf } from '../project/express/cors.js';
import { lateLoadOf } from '../project/express/environment.js';
import { type Placement, placementOf, statementOf } from '../project/express/placement.js';
import { filesOf, servingTogether } from '../project/express/reach.js';
import { checksThatStay } from '../project/obstacles.js';
import type { Package } from '../project/packages.js';
import { type Portable, portableOf } from '../project/portable.js';
import type { Project } from '../project/project.js';
import { sessionPathFor } from '../project/session-path.js';
import { sideOf } from '../project/sides.js';
import type { ApplicationSite } from '../project/site.js';
import { endOf, type SourceFile, startOf, textOf } from '../project/source.js';
import type { Sources } from '../project/sources.js';
import type { Decision, Rule } from '../rule.js';
import type { ClientOrigins, CorsFunction } from './cors-functions.js';
import { environmentEdits } from './environment.js';
import { specifierOf } from './module-path.js';
import { openedNames } from './opened-names.js';
import { type Needed, packageJsonEdits } from './package-json.js';
import { type Ready, readinessOf } from './readiness.js';
import { givenNames, type ModuleFacts, portablesOf, sessionModuleText } from './session-module.js';
import { closingOf } from './window.js';

/** Puts the shim in front of an application: a session module beside it, mounted before the first route. */
export const rule: Rule<ApplicationSite> = {
  step: 'install',
  hints: [],
  knows: [],
  owns: (site): site is ApplicationSite => site.kind === 'application',
  decide,
  edit,
};

function decide({ application }: ApplicationSite, project: Project): Decision {
  const readiness = readinessOf(application, project);
  if (readiness.state === 'mounted')
    return { action: 'kept', reason: 'the shim stands in front of this application already' };
  if (readiness.state === 'blocked')
    return { action: 'manual', reason: readiness.reason, todo: readiness.todo };
  return {
    action: 'rewritten',
    reason: 'the shim is mounted in front of the first route of this application',
  };
}

function edit(site: ApplicationSite, decision: Decision, project: Project): readonly Edit[] {
  const { file, application } = site;
  if (decision.action !== 'rewritten') return [];
  const { sources } = project;
  const readiness = readinessOf(application, project);
  if (readiness.state !== 'ready') return [];
  const { module, replaces } = readiness;
  const home = sources.packageOf(file);
  const place = placementOf(application);
  const facts = factsOf(site, readiness, place, project);
  const because = 'the session module of the application';
  const given = givenNames(facts).join(', ');
  const text = sessionModuleText(facts, styleOf(facts.beside.text));
  return [
    ...(replaces
      ? replaceEdits(sources.fileOf(replaces.call), replaces.call, module, given, sources)
      : mountEdits(place, module, given, sources)),
    { file: module, start: 0, end: 0, text, because },
    // What `present` needs stays open when the server step takes it out, as it does when that step comes later.
    ...openedNames(portablesOf({ ...facts, presents: true }).flatMap(({ imports }) => imports)),
    ...(home ? packageJsonEdits(home, neededBy(facts, home)) : []),
    ...sharedPackages(application, project).flatMap(dependencyEdits),
    ...environmentEdits(sources.listed, home, facts),
  ];
}

function factsOf(
  { application }: ApplicationSite,
  { acceptance, module: path, replaces }: Ready,
  place: Placement,
  project: Project,
): ModuleFacts {
  const { sources, sites, steps, today } = project;
  const together = servingTogether(sources, sites, application);
  const [first = application] = together;
  const cors = together.flatMap((one) => corsOf(sources, one));
  const corsFunctions: CorsFunction[] = [];
  if (cors.some(({ form }) => form === 'any')) corsFunctions.push('withCredentials');
  if (cors.some(({ form }) => form === 'header')) corsFunctions.push('allowCredentials');
  if (cors.some(({ form }) => form === 'elsewhere')) corsFunctions.push('clientCredentials');
  const [environment] = together.flatMap(
    (one) => environmentFor(sources, one === application ? place : placementOf(one)) ?? [],
  );
  return {
    path,
    ...(environment ? { environment } : {}),
    system: first.file.system,
    beside: first.file,
    typescript: /\.[cm]?tsx?$/.test(path),
    bracketed: wantsBrackets(sources, path),
    acceptance,
    user: acceptance.user ?? [],
    presents: !steps.includes('server') || checksThatStay(project).length > 0,
    endpoint: sessionPathFor(sources, first),
    closes: closingOf(acceptance.lifetimes, today),
    corsFunctions,
    ...(mobileClients(sites).length ? { bearer: true as const } : {}),
    ...(replaces ? { session: replaces.options } : {}),
    ...(cors.length ? { clientOrigins: originsFor(sources, cors) } : {}),
  };
}

/** Packages that the session module imports beside the shim and what its store needs. */
function neededBy({ acceptance, presents, typescript }: ModuleFacts, home: Package): Needed {
  const { signer } = acceptance;
  if (!presents || !signer || (signer.call && home.dependencies.has('jsonwebtoken'))) return {};
  return typescript
    ? { jsonwebtoken: 'dependencies', '@types/jsonwebtoken': 'devDependencies' }
    : { jsonwebtoken: 'dependencies' };
}

/** Other packages of the repository whose login code the application runs: it will ask the shim as well. */
function sharedPackages(application: Application, { sources, sites }: Project): Package[] {
  const files = filesOf(sources, application);
  const shared = sites
    .filter(({ family, role }) => family === 'session' && role !== 'configure')
    .filter(({ file }) => files.has(file) && sideOf(sources, file) !== 'client')
    .map(({ file }) => sources.packageOf(file))
    .filter((found) => found !== undefined);
  const home = sources.packageOf(application.file);
  return [...new Set(shared)].filter((found) => found !== home);
}

/** How the session module reads the environment file itself, where it would run too early otherwise. */
function environmentFor(sources: Sources, place: Placement): Portable | 'import' | undefined {
  const late = lateLoadOf(sources, place);
  if (!late) return undefined;
  const call = late.path.isCallExpression() ? portableOf(sources, late.path) : undefined;
  return call && late.options ? call : 'import';
}

/** Where the client is served from: what its CORS names, else what the environment says. */
function originsFor(sources: Sources, cors: readonly Cors[]): ClientOrigins {
  const { named, expression } = allowedOrigins(sources, cors);
  if (named.length) return { from: 'cors', named };
  if (expression) return { from: 'expression', expression };
  return { from: 'environment', otherwise: clientOriginsOf(sources) };
}

/** `app.use(session({ … }))` → `app.use(sessions())`, on one line however many there were. */
function replaceEdits(
  file: SourceFile,
  call: NodePath,
  module: string,
  given: string,
  sources: Sources,
): Edit[] {
  const need = localName(file, specifierOf(file, module, sources), 'sessions');
  const outer = call.parentPath;
  const alone = outer?.isCallExpression() && outer.node.arguments.length === 1;
  const start = alone ? file.text.indexOf('(', endOf(outer.node.callee)) + 1 : startOf(call.node);
  const end = alone ? endOf(outer.node) - 1 : endOf(call.node);
  const because = 'the shim is mounted in the place of another session middleware';
  return [{ file: file.path, start, end, text: `${need.local}(${given})`, needs: [need], because }];
}

function mountEdits(place: Placement, module: string, given: string, sources: Sources): Edit[] {
  const { file, offset, how, application } = place;
  const need = localName(file, specifierOf(file, module, sources), 'sessions');
  const { newline, semicolon } = styleOf(file.text);
  const call = `.use(${need.local}(${given}))`;
  const because = 'the shim is mounted in front of the first route';
  const at = { file: file.path, start: offset, end: offset, needs: [need], because };
  const indent = indentationAt(file, how === 'after' ? startOf(statementOf(place.at).node) : offset);
  if (how === 'chained') return [{ ...at, text: linkBreak(place) + call }];
  const statement = textOf(file, application.node) + call + semicolon;
  if (how === 'after') {
    const end = endOfLine(file, offset);
    return [{ ...at, start: end, end, text: newline + indent + statement }];
  }
  return [{ ...at, text: statement + newline + newline + indent }];
}

/** The line break before a link of a chain, where each stands on a line of its own. */
function linkBreak({ file, at }: Placement): string {
  const callee = at.isCallExpression() ? at.get('callee') : undefined;
  if (!callee?.isMemberExpression()) return '';
  const before = file.text.slice(0, startOf(callee.node.property)).replace(/\.$/, '');
  return /\r?\n[ \t]*$/.exec(before)?.[0] ?? '';
}

export default alone('manifest/mount', rule);
export const parser = 'tsx';
