import { posix } from 'node:path';
import { parseJson, record } from '../packages.js';
import type { Sources } from '../sources.js';

const EXTENSIONS = ['js', 'jsx', 'ts', 'tsx', 'mjs'];
const NAMES = ['main', 'index', 'app', 'client', 'bootstrap', 'entry.client'];

/** The module that index.html loads, what the build is told, then the usual names. */
export function entryPaths(sources: Sources, folder: string): string[] {
  const inside = (path: string) => folder === '' || path.startsWith(`${folder}/`);
  const known = new Set(sources.listed.map(({ path }) => path));
  const loaded = sources.listed
    .filter(({ path }) => inside(path) && /(?:^|\/)index\.html$/.test(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/<script\b[^>]*\bsrc=["']([^"']+)["']/g)].map(([, source = '']) =>
        source.startsWith('/')
          ? posix.join(folder, source.slice(1))
          : posix.join(posix.dirname(path), source),
      ),
    );
  const told = sources.listed
    .filter(({ path }) => /(?:^|\/)angular\.json$/.test(path))
    .flatMap(({ path, text }) =>
      toldToAngular(parseJson(text)).map((entry) => posix.join(posix.dirname(path), entry)),
    );
  const usual = ['src', '', 'app/src', 'client', 'src/client', 'app'].flatMap((place) =>
    NAMES.flatMap((name) => EXTENSIONS.map((extension) => posix.join(folder, place, `${name}.${extension}`))),
  );
  return [...new Set([...loaded, ...told.filter(inside), ...usual])].filter((path) => known.has(path));
}

/** `projects.*.architect.build.options.browser` of angular.json, or `main`. */
function toldToAngular(settings: unknown): string[] {
  const projects = Object.values(record(record(settings)?.projects) ?? {});
  return projects.flatMap((project) =>
    ['architect', 'targets'].flatMap((name) => {
      const build = record(record(record(project)?.[name])?.build);
      const options = record(build?.options);
      return [options?.browser, options?.main].filter((entry) => typeof entry === 'string');
    }),
  );
}
