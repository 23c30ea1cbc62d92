import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const FIXTURES = join(ROOT, 'fixtures/manifest');

/** Session modules in TypeScript, as the fixtures have them. */
const modules = (await readdir(FIXTURES, { recursive: true }))
  .filter((path) => /\/expected\/.*session\.ts$/.test(path))
  .map((path) => join(FIXTURES, path));

describe('a session module in TypeScript', () => {
  test.each(modules)('%s passes a strict type check', (path) => {
    const program = ts.createProgram([path], {
      strict: true,
      noEmit: true,
      noUnusedLocals: true,
      esModuleInterop: true,
      skipLibCheck: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.CommonJS,
      moduleResolution: ts.ModuleResolutionKind.Node10,
      types: ['node'],
      typeRoots: [join(ROOT, 'node_modules/@types')],
      paths: { '@jwt-to-session/shim': [join(ROOT, 'shim/src/index.ts')] },
    });
    const file = program.getSourceFile(path);
    const found = ts.getPreEmitDiagnostics(program, file);
    expect(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
  });

  test('is among the fixtures', () => {
    expect(modules.length).toBeGreaterThan(1);
  });
});
