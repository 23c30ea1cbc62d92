import { importLines, type ModuleImport, type Settled, settled } from '../edit/module-imports.js';
import { SHIM } from '../edit/names.js';
import { quoted, type Style, styleOf } from '../edit/style.js';
import type { Acceptance } from '../project/acceptance/acceptance.js';
import type { TokenPlace } from '../project/acceptance/places.js';
import type { SessionOption } from '../project/express/other-session.js';
import type { Portable } from '../project/portable.js';
import type { SourceFile } from '../project/source.js';
import {
  ALLOW,
  type ClientOrigins,
  type CorsFunction,
  corsFunctionLines,
  corsTypes,
} from './cors-functions.js';
import { keyLines, portablesOfRefreshKey } from './key-lines.js';
import { jsonwebtoken, presentLines, userText } from './present-lines.js';
import { revokedLines } from './revoked-lines.js';

/** What the session module of an application is made of. */
export interface ModuleFacts {
  /** The module's path relative to the root. */
  readonly path: string;
  readonly system: 'commonjs' | 'module';
  /** The file that makes the application, whose habits the module follows. */
  readonly beside: SourceFile;
  readonly typescript: boolean;
  /** Whether the compiler wants keys that no type names in brackets. */
  readonly bracketed: boolean;
  readonly acceptance: Acceptance;
  /** The claim that names the user. */
  readonly user: readonly string[];
  /** Whether the application's checks still read a JWT. */
  readonly presents: boolean;
  /** Where the shim's endpoints are. */
  readonly endpoint: string;
  /** The day on which the window closes, and why then. */
  readonly closes: { readonly date: string; readonly because: string };
  /** Origins beside its own that the browser client is served from; absent where no other origin is answered. */
  readonly clientOrigins?: ClientOrigins;
  readonly corsFunctions: readonly CorsFunction[];
  /** A client is no browser and keeps no cookies. */
  readonly bearer?: true;
  /** The options of the session middleware in whose place the shim is mounted. */
  readonly session?: readonly SessionOption[];
  /** The environment file is read after this module runs, so it has to see to that itself. */
  readonly environment?: Portable | 'import';
}

const WIDEST = 100;
/** A new file is not in the lint settings that an application may have for its server's files. */
const nodeGlobals = (system: ModuleFacts['system']) =>
  `/* eslint-disable no-undef -- Node defines ${system === 'commonjs' ? 'require, module and process' : 'process'} */`;

/** The text of the session module, in a style. */
export function sessionModuleText(facts: ModuleFacts, style: Style): string {
  const { acceptance, system, path, corsFunctions } = facts;
  const places = [...new Set(acceptance.places.map(placeFunction))];
  const own = [
    ...(corsFunctions.includes('clientCredentials') ? [ALLOW] : []),
    'cutover',
    'memoryStore',
    'redisStore',
    ...places,
  ];
  const names = settled(
    portablesOf(facts),
    path,
    new Set([
      ...own,
      'sessions',
      'clientOrigins',
      ...givenNames(facts),
      ...corsFunctions,
      ...(acceptance.keys.some(({ key }) => key.literals.length) ? ['key'] : []),
    ]),
  );
  const shim: ModuleImport = {
    specifier: SHIM,
    kind: 'name',
    names: own.map((name) => ({ name, local: name })),
  };
  const types = facts.typescript ? corsTypes(corsFunctions) : [];
  // Types of Node differ in how they export it, so TypeScript takes the global.
  const imports = system === 'module' && !facts.typescript;
  const lines = [
    ...(imports ? [] : [nodeGlobals(system)]),
    ...environmentImport(facts, style),
    ...importLines(
      system,
      [
        ...(imports ? [PROCESS] : []),
        ...names.imports.filter((one) => !one.specifier.startsWith('.')),
        shim,
        ...types,
        ...names.imports.filter((one) => one.specifier.startsWith('.')),
      ],
      style,
    ),
    ...environmentCall(facts, names),
    '',
    ...sessionsLines(facts, names, style),
    ...(facts.clientOrigins
      ? ['', ...corsFunctionLines(facts.clientOrigins, names, corsFunctions, facts.typescript, system, style)]
      : []),
    ...(system === 'commonjs'
      ? ['', `module.exports = { ${['sessions', ...corsFunctions].join(', ')} };`]
      : []),
  ];
  const written = facts.bracketed ? lines.map((line) => bracketed(line, style)) : lines;
  return written.map((line) => styled(line, style)).join(style.newline) + style.newline;
}

/** `process.env.NAME` and `claims.name` by a key, but for the claims that the type has. */
function bracketed(line: string, style: Style): string {
  return line.replace(
    /\b(process\.env|claims|payload)\.(?!(?:iss|sub|aud|exp|nbf|iat|jti)\b)(\w+)/g,
    (_, holder: string, name: string) => `${holder}[${quoted(style, name)}]`,
  );
}

/** `process` by import, so that it is defined whatever a linter knows. Old runners know no `node:process`. */
const PROCESS: ModuleImport = {
  specifier: 'process',
  kind: 'default',
  names: [{ name: 'process', local: 'process' }],
};

/** A line written with two blanks an indent and a semicolon, in the style of the application. */
function styled(line: string, style: Style): string {
  const [white = ''] = /^ */.exec(line) ?? [];
  const text = line.slice(white.length);
  const comment = /^(?:\/\*|\*|\/\/)/.test(text);
  const odd = white.length % 2 ? ' ' : '';
  const ended = style.semicolon || comment ? text : text.replace(/;$/, '');
  return style.indent.repeat(Math.floor(white.length / 2)) + odd + ended;
}

/** What the module is handed where the shim is mounted: keys that only that place can name. */
export function givenNames({ acceptance, presents }: ModuleFacts): string[] {
  const { keys, refresh, signer } = acceptance;
  const used = [...keys, ...refresh, ...(presents && signer ? [signer] : [])];
  return [...new Set(used.flatMap(({ key }) => key?.given ?? []))];
}

/** The expressions from the application's code that the module repeats. */
export function portablesOf({
  acceptance,
  presents,
  environment,
  beside,
  clientOrigins,
  session = [],
}: ModuleFacts): Portable[] {
  const { keys, refresh, refusals, revoked, signer } = acceptance;
  const signing = presents && signer ? [signer.call ?? jsonwebtoken(beside), signer.key] : [];
  return [
    ...(environment && environment !== 'import' ? [environment] : []),
    ...session.map(({ value }) => value),
    ...signing,
    ...keys.flatMap(({ key, issuer, audience }) =>
      [key, issuer, audience].filter((one) => one !== undefined),
    ),
    ...refresh.flatMap(portablesOfRefreshKey),
    ...refusals,
    ...revoked,
    ...(clientOrigins?.from === 'expression' ? [clientOrigins.expression.portable] : []),
  ];
}

function environmentImport({ environment, system }: ModuleFacts, style: Style): string[] {
  if (environment !== 'import') return [];
  const config = quoted(style, 'dotenv/config');
  return [system === 'module' ? `import ${config};` : `require(${config});`];
}

function environmentCall({ environment }: ModuleFacts, names: Settled): string[] {
  if (!environment || environment === 'import') return [];
  return [
    '',
    '// This runs before the rest of the application has read its environment file.',
    `${names.textOf(environment)};`,
  ];
}

function sessionsLines(facts: ModuleFacts, names: Settled, style: Style): string[] {
  const { acceptance, system, user, endpoint, closes } = facts;
  const secret = secretOf(acceptance, names);
  const keyText = (key: Portable) => (secret && names.textOf(key) === secret ? 'key' : names.textOf(key));
  const text = (string: string) => quoted(style, string);
  const parameters = givenNames(facts).map((name) => (facts.typescript ? `${name}: string` : name));
  return [
    '/**',
    ' * Keeps users logged in by session. Until the window closes a JWT from an earlier login is exchanged for a',
    ' * session; after that no JWT is accepted.',
    ' */',
    `${system === 'module' ? 'export ' : ''}function sessions(${parameters.join(', ')}) {`,
    ...(secret ? [`  const key = ${secret};`] : []),
    '  return cutover({',
    '    session: {',
    ...sessionOptionLines(facts, names),
    `      ${storeOption(facts)}: process.env.REDIS_URL ? redisStore(process.env.REDIS_URL) : memoryStore(),`,
    '    },',
    `    user: (claims) => String(${userText(acceptance, user)}),`,
    '    legacy: {',
    ...keyLines(acceptance, names, keyText, style),
    `      from: [${acceptance.places.map((place) => placeText(place, text)).join(', ')}],`,
    ...claimsLines(acceptance.refusals.map((refusal) => names.textOf(refusal))),
    ...revokedLines(acceptance.revoked.map((one) => names.textOf(one))),
    ...(facts.presents && acceptance.signer
      ? presentLines(facts, acceptance.signer, names, keyText, text)
      : []),
    '    },',
    `    // ${closes.because}`,
    `    window: { closes: ${text(closes.date)} },`,
    ...(facts.clientOrigins ? ['    trustedOrigins: clientOrigins(),'] : []),
    ...(facts.bearer
      ? [
          '    // The mobile application keeps no cookies: a login answers it with a handle.',
          '    bearer: true,',
        ]
      : []),
    ...(acceptance.errors === undefined
      ? []
      : [
          `    // What requireSession throws reads as the errors of ${acceptance.errors}.`,
          `    errors: ${text(acceptance.errors)},`,
        ]),
    ...(endpoint === '/session' ? [] : [`    path: ${text(endpoint)},`]),
    '  });',
    '}',
  ];
}

/** The options of the session middleware that was there; without one a secret of our own. */
function sessionOptionLines({ session, beside }: ModuleFacts, names: Settled): string[] {
  if (!session) return ['      secret: process.env.SESSION_SECRET,'];
  const { indent } = styleOf(beside.text);
  return session.flatMap(({ name, value }) => {
    const [first = '', ...rest] = names.textOf(value).split(/\r?\n/);
    const depths = rest.map((line) => depthOf(line, indent));
    const outer = Math.min(...depths);
    const inner = rest.map((line, index) => '  '.repeat((depths[index] ?? 0) - outer) + line.trim());
    return [`${name}: ${first}`, ...inner]
      .map((line) => `      ${line}`)
      .with(-1, `      ${inner.at(-1) ?? `${name}: ${first}`},`);
  });
}

/** Beside a store that was there already, one of ours has what that one can't keep. */
function storeOption({ session = [] }: ModuleFacts): 'store' | 'ledger' {
  return session.some(({ name }) => name === 'store') ? 'ledger' : 'store';
}

/** How many indents a line stands to the right. */
function depthOf(line: string, indent: string): number {
  const white = /^[ \t]*/.exec(line)?.[0].length ?? 0;
  return Math.round(white / indent.length);
}

/** A key with a fixed text in it is written once, whatever uses it. */
function secretOf({ keys }: Acceptance, names: Settled): string | undefined {
  const [first] = keys;
  return first &&
    keys.length === 1 &&
    first.key.literals.length &&
    /^['"`]|(?:\|\||\?\?)/.test(first.key.text)
    ? names.textOf(first.key)
    : undefined;
}

function claimsLines(refusals: readonly string[]): string[] {
  if (!refusals.length) return [];
  const test =
    refusals.length > 1 ? refusals.map((one) => (/\|\||&&/.test(one) ? `(${one})` : one)) : refusals;
  const line = `      claims: (payload) => (${test.join(' || ')} ? undefined : payload),`;
  if (line.length <= WIDEST) return [line];
  return [
    '      claims: (payload) =>',
    ...test.map((one, index) => `        ${index === 0 ? '' : '  || '}${one}`),
    '          ? undefined',
    '          : payload,',
  ];
}

function placeFunction(place: TokenPlace): string {
  return place.scheme !== undefined ? 'bearer' : place.in;
}

function placeText(place: TokenPlace, text: (string: string) => string): string {
  if (place.scheme !== undefined)
    return place.scheme === 'Bearer' ? 'bearer()' : `bearer(${text(place.scheme)})`;
  return `${place.in}(${text(place.name)})`;
}
