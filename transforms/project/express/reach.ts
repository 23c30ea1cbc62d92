import { posix } from 'node:path';
import { isTest } from '../files.js';
import { sideOf } from '../sides.js';
import type { Site } from '../site.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import { type Application, applicationsOf } from './application.js';

const remembered = new WeakMap<Application, ReadonlySet<SourceFile>>();
const rememberedOwn = new WeakMap<Application, ReadonlySet<SourceFile>>();

/**
 * The files whose code an application runs, and those that stand beside it: they have one session module. Where
 * there is one application in a package it is the whole package but for browser code; where there are several it is
 * what each of them imports.
 */
export function filesOf(sources: Sources, application: Application): ReadonlySet<SourceFile> {
  const known = remembered.get(application);
  if (known) return known;
  const files = new Set(standingBeside(sources, application).flatMap((one) => [...ownFilesOf(sources, one)]));
  remembered.set(application, files);
  return files;
}

/** The same without what only its neighbours run. */
export function ownFilesOf(sources: Sources, application: Application): ReadonlySet<SourceFile> {
  const known = rememberedOwn.get(application);
  if (known) return known;
  const imported = importedFrom(sources, application);
  const alone = neighboursOf(sources, application).length === 1;
  const files = alone ? new Set([...imported, ...packageFiles(sources, application.file)]) : imported;
  rememberedOwn.set(application, files);
  return files;
}

/** An application and the others that are made in its folder, such as one that logs users in and one that serves them. */
function standingBeside(sources: Sources, application: Application): Application[] {
  const folder = posix.dirname(application.file.path);
  return neighboursOf(sources, application).filter(({ file }) => posix.dirname(file.path) === folder);
}

/** Those of them that serve logins: they have one session module, and a session opens each of them. */
export function servingTogether(
  sources: Sources,
  sites: readonly Site[],
  application: Application,
): Application[] {
  return standingBeside(sources, application).filter((one) =>
    sites.some((site) => site.kind === 'application' && site.application === one),
  );
}

function neighboursOf(sources: Sources, { file }: Application): Application[] {
  const home = sources.packageOf(file);
  return applicationsOf(sources).filter((other) => sources.packageOf(other.file) === home);
}

/** The files of the application that a file belongs to; undefined where none is seen to run it. */
export function filesServedWith(sources: Sources, file: SourceFile): ReadonlySet<SourceFile> | undefined {
  return servedSets(sources).find((files) => files.has(file));
}

/** The same; where no application is seen to run it, the files of the sites that none runs. */
export function filesAround(
  sources: Sources,
  sites: readonly Site[],
  file: SourceFile,
): ReadonlySet<SourceFile> {
  const served = servedSets(sources);
  const own = served.find((files) => files.has(file));
  return (
    own ?? new Set(sites.map((site) => site.file).filter((one) => !served.some((files) => files.has(one))))
  );
}

function servedSets(sources: Sources): ReadonlySet<SourceFile>[] {
  return applicationsOf(sources).map((application) => filesOf(sources, application));
}

/** Whether an application runs a file: it is seen to, or there is no other in the package. */
export function runs(sources: Sources, application: Application, file: SourceFile): boolean {
  const home = sources.packageOf(application.file);
  const alone = !applicationsOf(sources).some(
    (other) => other !== application && sources.packageOf(other.file) === home,
  );
  return (
    filesOf(sources, application).has(file) ||
    (alone && sources.packageOf(file) === home && sideOf(sources, file) !== 'client')
  );
}

function packageFiles(sources: Sources, home: SourceFile): SourceFile[] {
  const folder = sources.packageOf(home)?.folder ?? '';
  const inside = sources.listed.filter(
    ({ path }) => !isTest(path) && (folder === '' || path.startsWith(`${folder}/`)),
  );
  const words = /jsonwebtoken|express-jwt|passport-jwt|njwt|jose|jwt|[tT]oken|[aA]uthorization/;
  return inside
    .filter(({ text }) => words.test(text))
    .map(({ path }) => sources.at(path))
    .filter((file) => file !== undefined)
    .filter(
      (file) => sources.packageOf(file) === sources.packageOf(home) && sideOf(sources, file) !== 'client',
    );
}

/** The application's file, what it and the files that register on it import, and what those import. */
function importedFrom(sources: Sources, { file, registrations }: Application): Set<SourceFile> {
  const reached = new Set<SourceFile>();
  const waiting = [file, ...registrations.map((registration) => registration.file)];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    for (const [, specifier = ''] of next.text.matchAll(
      /(?:from|import|require\()\s*\(?\s*['"]([^'"]+)['"]/g,
    )) {
      const imported = sources.resolve(next, specifier);
      if (imported && !imported.test) waiting.push(imported);
    }
  }
  return reached;
}
