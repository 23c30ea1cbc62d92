import { posix } from 'node:path';
import type { Package } from './packages.js';
import type { Sources } from './sources.js';

/** Development servers of browser clients: the package that shows one, and the port it serves on unless told. */
const SERVERS: readonly { readonly package: string; readonly port: number }[] = [
  { package: 'react-scripts', port: 3000 },
  { package: '@craco/craco', port: 3000 },
  { package: 'vite', port: 5173 },
  { package: '@vue/cli-service', port: 8080 },
  { package: '@angular/cli', port: 4200 },
  { package: 'preact-cli', port: 8080 },
  { package: 'parcel', port: 1234 },
  { package: 'next', port: 3000 },
  { package: 'webpack-dev-server', port: 8080 },
  { package: '@angular/core', port: 4200 },
];

/** The origins that the development servers of the repository's clients serve from. */
export function clientOriginsOf(sources: Sources): string[] {
  const origins = sources.packages.flatMap((found) => {
    const server = SERVERS.find((one) => found.dependencies.has(one.package));
    return server ? [`http://localhost:${portOf(sources, found) ?? server.port}`] : [];
  });
  return [...new Set(origins)];
}

/** The port that a client's start script or its configuration names. */
function portOf(sources: Sources, { folder, text }: Package): string | undefined {
  const inScript = /"(?:start|dev|serve)"\s*:\s*"[^"]*?(?:PORT=|--port[= ]|-p )(\d{2,5})/.exec(text)?.[1];
  if (inScript) return inScript;
  const configuration = sources.listed.find(
    ({ path }) =>
      posix.dirname(path) === (folder || '.') &&
      /^(?:vite|vue|webpack)\.config\.[cm]?[jt]s$/.test(posix.basename(path)),
  );
  return configuration && /\bport\s*:\s*(\d{2,5})/.exec(configuration.text)?.[1];
}
