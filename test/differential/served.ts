import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { freePort, REPOSITORY, startServer } from '../../scripts/bundled-application.js';
import { migrate } from '../../transforms/migrate.js';
import type { Step } from '../../transforms/words.js';

/** Starts one of the small servers after some steps, or as it is without any, and asks it. */
export async function served<T>(
  name: string,
  steps: readonly Step[],
  environment: Readonly<Record<string, string>>,
  ask: (base: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), `differential-${name}-`));
  try {
    await cp(join(REPOSITORY, 'fixtures/differential', name), folder, { recursive: true });
    const outcome = steps.length ? await migrate({ root: folder, steps }) : undefined;
    for (const { path, status, after } of outcome?.files ?? []) {
      if (after === undefined || status === 'unchanged') continue;
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), after);
    }
    await compile(folder);
    await symlink(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'), 'dir');
    const port = await freePort();
    const server = await startServer(folder, { ...process.env, ...environment, PORT: String(port) });
    try {
      return await ask(`http://127.0.0.1:${port}`);
    } finally {
      await server.stop();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** TypeScript without its types, as every runner of it does. */
async function compile(folder: string): Promise<void> {
  for (const path of await readdir(folder, { recursive: true })) {
    if (!path.endsWith('.ts')) continue;
    const { outputText } = ts.transpileModule(await readFile(join(folder, path), 'utf8'), {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    });
    await writeFile(join(folder, path.replace(/ts$/, 'js')), outputText);
  }
}
