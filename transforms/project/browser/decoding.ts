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

/** What is asked of a token: its claims, whether its time is over or not yet, both by a hook, whether it is genuine, how long to wait. */
export type DecodeForm = 'claims' | 'expired' | 'good' | 'hook' | 'verified' | 'wait';

/** Exports of packages that read a token's claims, by what they answer. */
const DECODERS: Readonly<Record<string, readonly (readonly [RegExp, DecodeForm])[]>> = {
  'jwt-decode': [[/^(?:default|jwtDecode|jwt_decode|)$/, 'claims']],
  'react-jwt': [
    [/^decodeToken$/, 'claims'],
    [/^isExpired$/, 'expired'],
    [/^useJwt$/, 'hook'],
  ],
  jsonwebtoken: [
    [/^decode$/, 'claims'],
    [/^verify$/, 'verified'],
  ],
  jose: [[/^decodeJwt$/, 'claims']],
  // It reads the storage itself.
  'angular2-jwt': [[/^tokenNotExpired$/, 'good']],
};

/** Packages that do nothing else in a page, whose imports go with the last call. */
export const DECODING = new Set(['jwt-decode', 'react-jwt', 'angular2-jwt']);

const ANGULAR = '@auth0/angular-jwt';

/** What the `JwtHelperService` of a class is asked, however the class came by it. */
function askedOfHelper(file: SourceFile, path: NodePath): DecodeForm | undefined {
  if (!path.isCallExpression() || !/@auth0\/angular-jwt|angular2-jwt/.test(file.text)) return undefined;
  const name = propertyName(path.node.callee);
  return name === 'isTokenExpired' ? 'expired' : name === 'decodeToken' ? 'claims' : undefined;
}

/** Finds where a file reads the claims of a token: by a library, or by hand from its second part. */
export function decodedIn(sources: Sources, file: SourceFile): DecodeSite[] {
  const found: DecodeSite[] = [];
  const add = (path: NodePath, evidence: string, more: Pick<DecodeSite, 'form' | 'library' | 'chain'>) =>
    found.push({
      role: 'check',
      kind: 'browser-decode',
      family: familyOfName(textOf(file, path.node)),
      evidence,
      file,
      path,
      ...more,
    });
  for (const { path, callee } of callsOf(sources, file)) {
    const wait = waitFor(file, path);
    if (wait) add(wait, 'it waits until the token expires', { form: 'wait', chain: [] });
    const library = callee.kind === 'package' ? callee.module : undefined;
    const name = callee.kind === 'package' ? (callee.name.at(-1) ?? '') : '';
    const form = library && DECODERS[library]?.find(([pattern]) => pattern.test(name))?.[1];
    const asked = askedOfHelper(file, path);
    if (asked) add(path, `${ANGULAR} reads the token's claims`, { form: asked, library: ANGULAR, chain: [] });
    else if (form) add(path, `${library} reads the token's claims`, { form, library, chain: [] });
    else if (isJsonParse(path) && decodesByHand(sources, file, path))
      add(path, 'it takes the token apart to read its claims', { form: 'claims', chain: chainOf(path) });
  }
  return found;
}

/** The time that `setTimeout(…, exp * 1000 - Date.now())` waits, through a constant as well. */
function waitFor(file: SourceFile, path: NodePath): NodePath | undefined {
  if (!path.isCallExpression()) return undefined;
  const { callee } = path.node;
  const name = t.isIdentifier(callee) ? callee.name : propertyName(callee);
  const [, wait] = path.get('arguments') as NodePath[];
  if (name !== 'setTimeout' || !wait) return undefined;
  const declared = wait.isIdentifier() ? wait.scope.getBinding(wait.node.name)?.path : undefined;
  const text = declared?.isVariableDeclarator() ? textOf(file, declared.node) : textOf(file, wait.node);
  return /\bexp\b/.test(text) && !text.includes('Math.min') ? wait : undefined;
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

/** The declarations, in the same function, of what is only taken apart further: `const part = token.split('.')[1]`. */
function chainOf(path: NodePath): NodePath<t.VariableDeclaration>[] {
  const owner = path.getFunctionParent();
  const chain: NodePath<t.VariableDeclaration>[] = [];
  const isWithin = (other: NodePath) =>
    other.isDescendant(path) || chain.some((declaration) => other.isDescendant(declaration));
  const add = (from: NodePath): void => {
    from.traverse({
      Identifier(name) {
        const binding = name.isReferencedIdentifier() ? name.scope.getBinding(name.node.name) : undefined;
        const declaration = binding?.path.isVariableDeclarator() ? binding.path.parentPath : undefined;
        if (!binding?.constant || !declaration?.isVariableDeclaration() || chain.includes(declaration))
          return;
        if (declaration.getFunctionParent()?.node !== owner?.node || isWithin(declaration)) return;
        if (declaration.node.declarations.length > 1 || !takesApart(declaration)) return;
        if (!binding.referencePaths.every(isWithin)) return;
        chain.push(declaration);
        add(declaration);
      },
    });
  };
  add(path);
  return chain;
}

/** Whether a declaration cuts or decodes, rather than to fetch the token itself from where it is kept. */
function takesApart(declaration: NodePath): boolean {
  return /\.split\(|\.replace\(|atob|base64|decode|\[\d\]|\.padEnd|\.repeat/i.test(String(declaration));
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
    if (library === undefined || !DECODING.has(library)) continue;
    const evidence = `${library} reads a token's claims`;
    found.push({ role: 'configure', kind: 'import', family: 'session', evidence, file, path, library });
  }
  return found;
}
