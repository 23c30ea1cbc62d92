import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import * as shim from '../src/index.js';

const run = promisify(execFile);
const PACKAGE = join(import.meta.dirname, '..');
const EXPORTS = Object.keys(shim).sort();

/** A project beside us that has the package installed. */
function project(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'uses-the-shim-'));
  mkdirSync(join(folder, 'node_modules/@jwt-to-session'), { recursive: true });
  symlinkSync(PACKAGE, join(folder, 'node_modules/@jwt-to-session/shim'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

test('CommonJS and ES modules get the same names', async () => {
  const folder = project({
    'a.cjs': "console.log(JSON.stringify(Object.keys(require('@jwt-to-session/shim')).sort()));",
    'b.mjs': `import { ${EXPORTS.join(', ')} } from '@jwt-to-session/shim';
      console.log(JSON.stringify(Object.keys({ ${EXPORTS.join(', ')} }).sort()));`,
  });
  for (const file of ['a.cjs', 'b.mjs']) {
    const { stdout } = await run(process.execPath, [file], { cwd: folder });
    expect(JSON.parse(stdout)).toEqual(EXPORTS);
  }
});

test('the helper for browsers is found as Node, bundlers and Webpack 4 look for it', async () => {
  const names = 'acceptSession, adoptLegacyToken, forgetSession, hasSession, sessionInfo, signOut';
  const folder = project({
    'a.cjs': "console.log(Object.keys(require('@jwt-to-session/shim/client')).sort().join(', '));",
    'b.mjs': `import { ${names} } from '@jwt-to-session/shim/client'; console.log(Object.keys({ ${names} }).join(', '));`,
  });
  for (const file of ['a.cjs', 'b.mjs'])
    expect((await run(process.execPath, [file], { cwd: folder })).stdout.trim()).toBe(names);
  // Webpack 4 and TypeScript's node resolution know no `exports`: they read client/package.json.
  const { main, module, types } = JSON.parse(readFileSync(join(PACKAGE, 'client/package.json'), 'utf8'));
  for (const path of [main, module, types]) readFileSync(join(PACKAGE, 'client', path));
});

test.each([
  ['NodeNext', 'NodeNext'],
  ['ESNext', 'Bundler'],
  ['CommonJS', 'Node10'],
])('types resolve with module %s, resolution %s', async (module, moduleResolution) => {
  const folder = project({
    'use.ts': `import { cutover, requireSession, startSession, redisStore, bearer } from '@jwt-to-session/shim';
      import { hasSession, sessionInfo } from '@jwt-to-session/shim/client';
      import type { IncomingMessage } from 'node:http';
      export const handler = cutover({
        session: { secret: 's', store: redisStore('redis://127.0.0.1:1') },
        user: (claims) => String(claims.id),
        legacy: { keys: { key: 's', algorithms: ['HS256'] }, from: [bearer()] },
        window: { closes: '2027-01-01' },
      });
      export function me(req: IncomingMessage): string {
        const claims = requireSession<{ id: string }>(req);
        startSession(req, { id: claims.id, role: claims.role }, { expiresIn: '7d' });
        const { id } = requireSession(req) as { id: string };
        return claims.id + id;
      }
      declare module '@jwt-to-session/shim' {
        interface SessionClaims { tenant: number }
      }
      export const tenantOf = (req: IncomingMessage): number => requireSession(req).tenant;
      // @ts-expect-error it is a number
      export const wrong = (req: IncomingMessage): string => requireSession(req).tenant;
      export const known: boolean = hasSession() && sessionInfo<{ id: string }>()?.id === 'a';
    `,
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        strict: true,
        noEmit: true,
        module,
        moduleResolution,
        target: 'ES2022',
        lib: ['ES2022', 'DOM'],
        skipLibCheck: false,
        types: ['node'],
        typeRoots: [join(PACKAGE, '../node_modules/@types')],
      },
      files: ['use.ts'],
    }),
  });
  const tsc = join(PACKAGE, '../node_modules/typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [tsc, '-p', folder]).catch((error) => error);
  expect(stdout).toBe('');
});

test('types are written as TypeScript 4.1 reads them', async () => {
  const dist = join(PACKAGE, 'dist');
  const declarations = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.d.ts'),
  );
  expect(declarations).toContain('index.d.ts');
  for (const name of declarations) {
    const text = readFileSync(join(dist, name), 'utf8');
    expect(text, name).not.toMatch(/\{ type \w|, type \w+[,; ]|from 'node:|from 'ioredis'/);
  }
});
