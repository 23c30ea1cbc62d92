import type { NodePath } from '@babel/traverse';
import { callsOf } from '../callers.js';
import { definitionOf, lastNameOf } from '../definitions.js';
import { type SourceFile, startOf } from '../source.js';
import type { Sources } from '../sources.js';

/** A place where a library makes the Express application itself, so that no middleware is seen to be mounted on it. */
export interface OtherMaker {
  readonly file: SourceFile;
  readonly path: NodePath;
  readonly name: string;
  /** What to do so that the shim is in front of its routes, in words. */
  readonly advice: string;
}

const BY_HAND =
  "then mount cutover() from '@jwt-to-session/shim' there, as docs/shim.md of jwt-to-session shows, and run this again.";

/** Libraries that make the application, by what is called or extended. */
const MAKERS: Readonly<Record<string, { readonly names: RegExp; readonly advice: string }>> = {
  'routing-controllers': {
    names: /^createExpressServer$/,
    advice:
      'Make the application with express(), hand it over by useExpressServer(app, …) in the place of createExpressServer(…), and run this again.',
  },
  'inversify-express-utils': {
    names: /^InversifyExpressServer$/,
    advice: `Give it server.setConfig((app) => …), ${BY_HAND}`,
  },
  '@overnightjs/core': {
    names: /^Server$/,
    advice: `Let its constructor begin with this.app.use(…), ${BY_HAND}`,
  },
  'express-zod-api': {
    names: /^createServer$/,
    advice: `Give its configuration beforeRouting: ({ app }) => …, ${BY_HAND}`,
  },
  '@tsed/platform-express': {
    names: /^(?:PlatformExpress|bootstrap)$/,
    advice: `Let $beforeRoutesInit of its server begin with this.app.use(…), ${BY_HAND}`,
  },
};

/**
 * Where the application is made by a library; undefined where somebody has put the shim in front of it already, or
 * nothing shows who makes it.
 */
export function otherMakerOf(sources: Sources): OtherMaker | undefined {
  if (isMountedByHand(sources)) return undefined;
  for (const [module, { names, advice }] of Object.entries(MAKERS)) {
    for (const file of sources.mentioning(module)) {
      if (file.test) continue;
      const path = madeIn(sources, file, module, names);
      if (path) return { file, path, name: module, advice };
    }
  }
  return undefined;
}

/** Whether somebody has put the shim in front of an application that is not seen. */
export function isMountedByHand(sources: Sources): boolean {
  return sources.mentioning('cutover(').some(
    (file) =>
      !file.test &&
      callsOf(sources, file).some(({ path }) => {
        const callee = path.get('callee') as NodePath;
        return lastNameOf(callee) === 'cutover';
      }),
  );
}

function madeIn(sources: Sources, file: SourceFile, module: string, names: RegExp): NodePath | undefined {
  const isIt = (path: NodePath) => {
    const found = definitionOf(sources, path);
    return found.kind === 'package' && found.module === module && found.name.some((name) => names.test(name));
  };
  const made = callsOf(sources, file).map(({ path }) => path);
  const called = made.filter((path) => isIt(path.get('callee') as NodePath));
  const extended = [...file.paths.values()].filter((path) => {
    const parent = path.isClass() ? path.get('superClass') : undefined;
    return parent?.node ? isIt(parent as NodePath) : false;
  });
  return [...called, ...extended].toSorted((a, b) => startOf(a.node) - startOf(b.node))[0];
}
