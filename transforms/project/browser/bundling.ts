import { isSource, isTest } from '../files.js';
import { type Package, packageAt } from '../packages.js';
import { sideOf } from '../sides.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';

/** What makes one script of several, so that an import of a package finds it. */
const BUNDLERS =
  /^(?:vite|webpack|parcel|parcel-bundler|rollup|esbuild|browserify|snowpack|laravel-mix|gulp|microbundle|tsup|rspack|@rspack\/core|@rsbuild\/core|@parcel\/core|@web\/dev-server|react-scripts|react|preact|vue|@vue\/cli-service|@angular\/core|svelte|solid-js|next|nuxt|gatsby|astro|ember-source|lit|aurelia-bootstrapper|@quasar\/app|@remix-run\/react|backbone|mithril|alpinejs)$/;

const MODULE = /^\s*(?:import|export)\b/m;

/** What a browser itself can load: a path with its extension, or an address. */
const LOADABLE = /^(?:\.{0,2}\/.*\.m?js(?:\?.*)?|https?:\/\/.*)$/;

/** Whether pages load scripts as they stand, so that no import of a package finds anything in them. */
export function areLoose(sources: Sources, home: Package, scripts: readonly SourceFile[]): boolean {
  if (bundles(home)) return false;
  if (!scripts.some(({ text }) => MODULE.test(text))) return true;
  // Workspaces have their bundler above them.
  if (sources.packages.some((one) => isAbove(one, home) && bundles(one))) return false;
  const inside = sources.listed.filter(({ path }) => packageAt(sources.packages, path) === home);
  const mapped = inside.flatMap(({ path, text }) => (path.endsWith('.html') ? mappedIn(text) : []));
  return inside
    .filter((file) => isSource(file.path) && !isTest(file.path) && sideOf(sources, file) === 'client')
    .every(
      ({ path, text }) =>
        /\.m?js$/.test(path) && importsIn(text).every((one) => LOADABLE.test(one) || mapped.includes(one)),
    );
}

function bundles({ dependencies, proxy, text }: Package): boolean {
  return (
    proxy !== undefined ||
    [...dependencies].some((name) => BUNDLERS.test(name)) ||
    /\b(?:vite|webpack|parcel|rollup|esbuild|browserify) /.test(text)
  );
}

function isAbove({ folder }: Package, { folder: inside }: Package): boolean {
  return folder !== inside && (folder === '' || inside.startsWith(`${folder}/`));
}

function importsIn(text: string): string[] {
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*['"]([^'"\n]+)['"]/g)].map(
    ([, specifier = '']) => specifier,
  );
}

/** The names that a page's import map gives an address. */
function mappedIn(page: string): string[] {
  return [...page.matchAll(/<script\b[^>]*\btype=["']importmap["'][^>]*>([\s\S]*?)<\/script>/g)].flatMap(
    ([, map = '']) => [...map.matchAll(/["']([^"']+)["']\s*:\s*["']/g)].map(([, name = '']) => name),
  );
}
