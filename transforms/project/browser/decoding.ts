import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { callsOf } from '../callers.js';
import { propertyName } from '../definitions.js';
import { requiredModule } from '../exports.js';
import { originsOf } from '../flow/origins.js';
import type { DecodeSite, ImportSite } from '../site.js';
import { type SourceFile, textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { familyOfName } from './names.js';

/** Packages that read a token's claims without checking anything. */
const DECODERS: Readonly<Record<string, RegExp>> = {
  'jwt-decode': /^(?:default|jwtDecode|jwt_decode|)$/,
  'react-jwt': /^decodeToken$/,
  jsonwebtoken: /^decode$/,
};

/** Finds where a file reads the claims of a token: by a library, or by hand from its second part. */
export function decodedIn(sources: Sources, file: SourceFile): DecodeSite[] {
  const found: DecodeSite[] = [];
  const add = (path: NodePath, evidence: string, library?: string) =>
    found.push({
      role: 'check',
      kind: 'browser-decode',
      family: familyOfName(textOf(file, path.node)),
      evidence,
      file,
      path,
      ...(library ? { library } : {}),
    });
  for (const { path, callee } of callsOf(sources, file)) {
    if (callee.kind === 'package' && DECODERS[callee.module]?.test(callee.name.at(-1) ?? ''))
      add(path, `${callee.module} reads the token's claims`, callee.module);
    else if (isJsonParse(path) && decodesByHand(sources, file, path))
      add(path, 'it takes the token apart to read its claims');
  }
  return found;
}

function isJsonParse({ node }: NodePath): boolean {
  return (
    t.isCallExpression(node) &&
    t.isMemberExpression(node.callee) &&
    t.isIdentifier(node.callee.object, { name: 'JSON' }) &&
    propertyName(node.callee) === 'parse'
  );
}

/** `JSON.parse(atob(token.split('.')[1]))`, through variables as well. */
function decodesByHand(sources: Sources, file: SourceFile, path: NodePath): boolean {
  const [argument] = path.isCallExpression() ? (path.get('arguments') as NodePath[]) : [];
  if (!argument) return false;
  const texts = [textOf(file, argument.node)];
  for (const { path: origin } of originsOf(sources, argument))
    texts.push(textOf(sources.fileOf(origin), (origin.getStatementParent() ?? origin).node));
  const decodes = texts.some((text) => /atob\(|b64DecodeUnicode|base64/i.test(text));
  const owner = argument.getFunctionParent();
  const around = owner ? textOf(file, owner.node) : texts.join('\n');
  const own = propertyName(argument.node) === undefined;
  return (
    own && decodes && /\.split\(\s*['"`]\.['"`]\s*\)/.test(around.length < 1200 ? around : texts.join('\n'))
  );
}

/** Finds the imports of packages that read a token's claims. */
export function decoderImports(file: SourceFile): ImportSite[] {
  const found: ImportSite[] = [];
  for (const path of file.paths.values()) {
    const library = path.isImportDeclaration()
      ? path.node.source.value
      : path.isCallExpression()
        ? requiredModule(path.node)
        : undefined;
    if (library !== 'jwt-decode' && library !== 'react-jwt') continue;
    const evidence = `${library} reads a token's claims`;
    found.push({ role: 'configure', kind: 'import', family: 'session', evidence, file, path, library });
  }
  return found;
}
