import { otherFramework } from '../frameworks.js';
import { isolated } from '../isolated.js';
import { packageAt } from '../packages.js';
import { isCheck, type Site, type SocketOpeningSite } from '../site.js';
import { openingsOf, type SocketOpening } from '../socket-openings.js';
import { startOf, textOf } from '../source.js';
import type { Sources } from '../sources.js';

/** Finds where sockets are handed to code that checks their token while it serves them, each server once. */
export function socketOpeningSites(sources: Sources, others: readonly Site[]): SocketOpeningSite[] {
  const checks = others.filter(isCheck).filter(({ family }) => family === 'session');
  const found = checks.flatMap((check) =>
    isolated(sources, [check.file], () => {
      const openings = openingsOf(sources, check);
      return typeof openings === 'string' ? [] : openings;
    }),
  );
  const servers = new Map<string, SocketOpening[]>();
  for (const opening of found) {
    const file = sources.fileOf(opening.call);
    if (otherFramework(sources, file) || !isServed(sources, file.path, others)) continue;
    const key = `${file.path}:${textOf(file, opening.server.node)}`;
    servers.set(key, [...(servers.get(key) ?? []), opening]);
  }
  return [...servers.values()].flatMap((openings) => {
    const [first] = openings.toSorted((a, b) => startOf(a.call.node) - startOf(b.call.node));
    if (!first) return [];
    const opening = {
      ...first,
      places: [...new Set(openings.flatMap(({ places }) => places))].sort(),
      events: new Map(openings.flatMap(({ events }) => [...events])),
    };
    const file = sources.fileOf(first.call);
    return [
      {
        role: 'configure',
        kind: 'socket-opening',
        family: 'session',
        evidence: 'sockets are handed to code that checks their token',
        file,
        path: first.call,
        opening,
      },
    ];
  });
}

/** Whether an application is there whose sessions the sockets are asked for. */
function isServed({ packages }: Sources, path: string, sites: readonly Site[]): boolean {
  const home = packageAt(packages, path);
  return sites.some(({ kind, file }) => kind === 'application' && packageAt(packages, file.path) === home);
}
