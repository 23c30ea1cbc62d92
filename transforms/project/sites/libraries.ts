import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { isAlternative } from '../alternatives.js';
import { bareClaims } from '../bare-claims.js';
import { type Call, callsOf } from '../callers.js';
import { type Definition, lastNameOf, propertyName } from '../definitions.js';
import { ACCESS, type Evidence, familyOfMint, familyOfWord, surroundingNames } from '../families.js';
import { type Use, usesOf } from '../flow/follow.js';
import { originsOf } from '../flow/origins.js';
import { calledBy } from '../injected.js';
import { isForOnce } from '../kinds.js';
import { usesOfCallback } from '../mints.js';
import { purposesAt } from '../purposes.js';
import { secondTokensOf } from '../second-tokens.js';
import type { Signature } from '../signatures.js';
import type { CheckSite, MintSite } from '../site.js';
import { type SourceFile, textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { chained } from './chains.js';

/** Finds the calls in a file that sign and verify, by the signatures that the rules know. */
export function librarySites(
  sources: Sources,
  file: SourceFile,
  knows: readonly Signature[],
): (MintSite | CheckSite)[] {
  const sites: (MintSite | CheckSite)[] = [];
  for (const call of callsOf(sources, file)) {
    const signature = signatureOf(sources, call, knows);
    if (signature?.chain) sites.push(...chained(sources, file, call, signature, signature.chain));
    else if (signature?.role === 'mint') {
      const made = mint(sources, file, call, signature);
      sites.push(made, ...secondMints(sources, made));
    } else if (signature) sites.push(check(sources, file, call, signature));
  }
  return sites;
}

function signatureOf(sources: Sources, call: Call, knows: readonly Signature[]): Signature | undefined {
  const name = lastNameOf(call.path.get('callee') as NodePath);
  // A library that is handed in is asked by its own names: `this.jwt.sign(…)`.
  const callee = knows.some((one) => one.export === name)
    ? calledBy(sources, call.path, call.callee)
    : call.callee;
  return signatureFor(callee, knows);
}

/** What is known of the export of a package that something stands for. */
export function signatureFor(definition: Definition, knows: readonly Signature[]): Signature | undefined {
  if (definition.kind !== 'package') return undefined;
  const name = definition.name.filter((part) => part !== 'default').join('.');
  return knows.find((signature) => signature.package === definition.module && signature.export === name);
}

interface Arguments {
  readonly token?: NodePath;
  readonly claims?: NodePath;
  readonly key?: NodePath;
  readonly options?: NodePath;
  readonly algorithm?: NodePath;
  readonly callback?: NodePath;
}

function argumentsOf(call: Call, signature: Signature): Arguments {
  const given = call.path.get('arguments') as NodePath[];
  const last = given.at(-1);
  const promisified = call.callee.kind === 'package' && call.callee.promisified;
  const withCallback =
    signature.callback === 'last' && !promisified && given.length > 2 && last && isCallback(last);
  const plain = withCallback ? given.slice(0, -1) : given;
  const at = (index: number | undefined) => (index === undefined ? undefined : plain[index]);
  const found = {
    token: at(signature.token),
    claims: writtenOut(at(signature.claims)),
    key: at(signature.key),
    options: at(signature.options),
    algorithm: at(signature.algorithm),
  };
  return {
    ...(found.token ? { token: found.token } : {}),
    ...(found.claims ? { claims: found.claims } : {}),
    ...(found.key ? { key: found.key } : {}),
    ...(found.options ? { options: found.options } : {}),
    ...(found.algorithm ? { algorithm: found.algorithm } : {}),
    ...(withCallback ? { callback: last } : {}),
  };
}

/** `JSON.stringify(claims)` signs the claims: whoever checks the token gets the object back. */
function writtenOut(claims: NodePath | undefined): NodePath | undefined {
  if (!claims?.isCallExpression()) return claims;
  const [first, second] = claims.get('arguments') as NodePath[];
  const callee = claims.get('callee');
  const stringify = callee.isMemberExpression() && propertyName(callee.node) === 'stringify';
  return stringify && callee.get('object').isIdentifier({ name: 'JSON' }) && first && !second
    ? first
    : claims;
}

/** A function, or a name that could be one. */
function isCallback(path: NodePath): boolean {
  if (path.isFunction()) return true;
  return path.isIdentifier() && /^(?:cb|callback|done|next|resolve)$/i.test(path.node.name);
}

function mint(sources: Sources, file: SourceFile, call: Call, signature: Signature): MintSite {
  const given = argumentsOf(call, signature);
  const { family, evidence } =
    loginAmongOthers(sources, call.path) ??
    familyOfMint(sources, call.path, given.claims, given.key, usesOfMint(sources, call, given));
  const bare = given.claims && bareClaims(sources, given.claims, given.options);
  return {
    role: 'mint',
    kind: 'sign',
    library: signature.package,
    file,
    path: call.path,
    call: call.path,
    promisified: isPromisified(call),
    family,
    evidence,
    ...given,
    ...(bare ? { bare } : {}),
  };
}

/** The calls of the function around a mint by which it makes a second token beside that of the login. */
function secondMints(sources: Sources, { path, library, family }: MintSite): MintSite[] {
  const owner = family === 'session' ? path.getFunctionParent() : undefined;
  if (!owner) return [];
  return secondTokensOf(sources, owner).map(({ call, claims, more }) => ({
    role: 'mint',
    kind: 'sign',
    library,
    file: sources.fileOf(call),
    path: call,
    call,
    promisified: false,
    family: 'refresh',
    evidence: `it is made beside a login token, with the claim ${more.join(', ')} on top`,
    claims,
  }));
}

/** A call in a function that login tokens go through beside others. */
function loginAmongOthers(sources: Sources, call: NodePath): Evidence | undefined {
  if (isAlternative(sources, call))
    return { family: 'one-time', evidence: 'a login call goes by the session before it comes here' };
  if (isForOnce(sources, call))
    return { family: 'one-time', evidence: 'every call says that it is about a token that is used once' };
  const purposes = purposesAt(sources, call);
  return purposes && { family: 'session', evidence: purposes.evidence };
}

/** The uses of a signed token, which arrives as the call's value or as the callback's second parameter. */
function usesOfMint(sources: Sources, call: Call, given: Arguments): Use[] {
  return given.callback?.isFunction() ? usesOfCallback(sources, given.callback) : usesOf(sources, call.path);
}

function check(sources: Sources, file: SourceFile, call: Call, signature: Signature): CheckSite {
  const given = argumentsOf(call, signature);
  const { family, evidence } =
    loginAmongOthers(sources, call.path) ?? familyOfCheck(sources, file, call, given);
  const kind = signature.kind === 'decode' ? 'decode' : 'verify';
  return {
    role: 'check',
    kind,
    library: signature.package,
    file,
    path: call.path,
    call: call.path,
    promisified: isPromisified(call) || signature.promised === true,
    family,
    evidence,
    ...given,
  };
}

/** What a client sends with every request, or a socket at its start. */
const COMES_ALONG = /header|cookie|\.get\(|authorization|handshake/i;

/** Which tokens a check takes, by its key, where the token comes from, and the names around it. */
function familyOfCheck(
  sources: Sources,
  file: SourceFile,
  call: Call,
  given: Arguments,
): Pick<CheckSite, 'family' | 'evidence'> {
  const key = given.key ? textOf(file, given.key.node) : '';
  if (given.key && isForeignKey(sources, given.key))
    return { family: 'third-party', evidence: 'its keys come from another issuer' };
  const byKey = familyOfWord(key);
  if (byKey) return { family: byKey, evidence: `it is checked with ${key}` };
  if (ACCESS.test(key)) return { family: 'session', evidence: `it is checked with ${key}` };
  const origins = given.token ? originsOf(sources, given.token) : [];
  const texts = origins.map(({ path, trail }) =>
    [textOf(sources.fileOf(path), path.node), ...trail].join('.'),
  );
  const [token] = texts;
  if (given.token) {
    const own = textOf(file, given.token.node);
    const byToken = familyOfWord([own, ...texts].join(' '));
    const other = texts.find((text) => COMES_ALONG.test(text) && familyOfWord(text) !== 'refresh');
    if (byToken === 'refresh' && familyOfWord(own) !== 'refresh' && other)
      return {
        family: 'session',
        evidence: `it checks refresh tokens too, but also what comes from ${other}`,
      };
    if (byToken) return { family: byToken, evidence: `the token comes from ${token}` };
  }
  if (texts.some((text) => /\.params\b/.test(text)) && !texts.some((text) => COMES_ALONG.test(text)))
    return { family: 'one-time', evidence: `the token comes from the path: ${token}` };
  for (const name of surroundingNames(call.path)) {
    const family = familyOfWord(name);
    if (family) return { family, evidence: `${name} checks it` };
  }
  if (texts.some((text) => COMES_ALONG.test(text))) {
    return { family: 'session', evidence: `the token comes with the request: ${token}` };
  }
  return {
    family: 'session',
    evidence: token ? `the token comes from ${token}` : 'nothing shows another purpose',
  };
}

/** Keys that another issuer publishes. */
function isForeignKey(sources: Sources, key: NodePath): boolean {
  return [{ path: key }, ...originsOf(sources, key)].some(({ path }) =>
    /Remote|jwks/i.test(textOf(sources.fileOf(path), path.node)),
  );
}

function isPromisified(call: Call): boolean {
  return call.callee.kind === 'package' && call.callee.promisified;
}

export type ImportStatement = NodePath<t.ImportDeclaration> | NodePath<t.VariableDeclaration>;
