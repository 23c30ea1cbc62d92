import type { Settled } from '../edit/module-imports.js';
import type { Acceptance, Signer } from '../project/acceptance/acceptance.js';
import { claimText } from '../project/acceptance/user.js';
import { TEXT_CLAIM } from '../project/bare-claims.js';
import type { PortableImport } from '../project/importing.js';
import type { Portable } from '../project/portable.js';
import type { SourceFile } from '../project/source.js';

/** What of the session module decides how its JWTs are signed. */
interface Presenting {
  readonly acceptance: Acceptance;
  readonly beside: SourceFile;
  readonly typescript: boolean;
  readonly user: readonly string[];
}

const BARE = `claims.${TEXT_CLAIM}`;

/** `sign` of jsonwebtoken, for an application that signs with another library. */
export function jsonwebtoken(from: SourceFile): Portable {
  const whole = from.system === 'commonjs';
  // TypeScript without `esModuleInterop` imports CommonJS by a star.
  const star = /import \* as \w+ from ['"]express['"]/.test(from.text);
  const kind = whole ? 'whole' : star ? 'namespace' : 'default';
  const one: PortableImport = { local: 'jwt', imported: { kind }, specifier: 'jsonwebtoken', from };
  return { text: 'jwt.sign', imports: [one], literals: [] };
}

/** What names the user: of bare text the claim that it becomes. */
export function userText({ bare }: Acceptance, user: readonly string[]): string {
  const text = claimText('claims', user);
  return bare === 'some' && text !== BARE ? `${text} ?? ${BARE}` : text;
}

/** What a session's JWT is signed with: the claims, or the text that its token was. */
function signedText({ bare }: Acceptance, user: readonly string[], typescript: boolean): string {
  if (bare === 'all') return BARE + (typescript ? '!' : '');
  const named = claimText('claims', user);
  return bare === 'some' && named !== BARE ? `(${named} === undefined && ${BARE}) || claims` : 'claims';
}

/** The option `present` of the session module: how a session's JWT is signed for checks that still read one. */
export function presentLines(
  { acceptance, beside, typescript, user }: Presenting,
  { call, plain, key, algorithm, keyid }: Signer,
  names: Settled,
  keyText: (key: Portable) => string,
  text: (string: string) => string,
): string[] {
  const named = algorithm && algorithm !== 'HS256' ? text(algorithm) : undefined;
  const written = [...(named ? [`algorithm: ${named}`] : []), ...(keyid ? [`keyid: ${text(keyid)}`] : [])];
  const given = plain ? named : written.length ? `{ ${written.join(', ')} }` : undefined;
  const options = given ? `, ${given}` : '';
  const claims = signedText(acceptance, user, typescript);
  return [
    `      // For code that still reads a JWT: one that lives for a minute, when a request comes with a session only.`,
    `      present: (claims) => ${names.textOf(call ?? jsonwebtoken(beside))}(${claims}, ${keyText(key)}${options}),`,
  ];
}
