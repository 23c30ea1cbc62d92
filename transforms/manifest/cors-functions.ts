import type { ModuleImport, Settled } from '../edit/module-imports.js';
import { quoted, type Style } from '../edit/style.js';
import type { OriginExpression } from '../project/express/cors.js';

/** What an application's CORS takes from the session module, so that its client may send the session cookie. */
export type CorsFunction = 'withCredentials' | 'allowCredentials' | 'clientCredentials';

/** What the session module makes `clientCredentials` with. */
export const ALLOW = 'allowCredentialsTo';

/** Where the client's origins are known from: the application's own CORS, or the environment. */
export type ClientOrigins =
  | { readonly from: 'cors'; readonly named: readonly string[] }
  | { readonly from: 'expression'; readonly expression: OriginExpression }
  /** What the development servers of the repository serve from goes without saying. */
  | { readonly from: 'environment'; readonly otherwise: readonly string[] };

/** The types that these functions need in TypeScript. */
export function corsTypes(corsFunctions: readonly CorsFunction[]): ModuleImport[] {
  const type = (specifier: string, ...names: string[]): ModuleImport => ({
    specifier,
    kind: 'name',
    type: true,
    names: names.map((name) => ({ name, local: name })),
  });
  return [
    ...(corsFunctions.includes('withCredentials') ? [type('cors', 'CorsOptions', 'CorsRequest')] : []),
    ...(corsFunctions.includes('allowCredentials') ? [type('express', 'Request', 'Response')] : []),
  ];
}

/** The function that names the client's origins, and those that allow them credentials. */
export function corsFunctionLines(
  origins: ClientOrigins,
  names: Settled,
  corsFunctions: readonly CorsFunction[],
  typescript: boolean,
  system: 'commonjs' | 'module',
  style: Style,
): string[] {
  const exported = system === 'module' ? 'export ' : '';
  const typed = (type: string) => (typescript ? type : '');
  const lines = [
    '/** Origins that the browser client is served from: they alone may send the session cookie from elsewhere. */',
    `function clientOrigins()${typed(': string[]')} {`,
    `  return ${originsText(origins, names, typescript, style)};`,
    '}',
  ];
  if (corsFunctions.includes('withCredentials')) {
    lines.push(
      '',
      '/** CORS options as they were, with credentials for the client; other origins are answered as before. */',
      `${exported}function withCredentials(options${typed(': CorsOptions')} = {}) {`,
      `  return (req${typed(': CorsRequest')}, callback${typed(': (error: Error | null, options?: CorsOptions) => void')}) => {`,
      '    const { origin } = req.headers;',
      `    const known = origin ${typescript ? '!== undefined && ' : '&& '}clientOrigins().includes(origin);`,
      '    callback(null, known ? { ...options, origin, credentials: true } : options);',
      '  };',
      '}',
    );
  }
  if (corsFunctions.includes('allowCredentials')) {
    lines.push(
      '',
      '/** Allows credentials to the client; other origins are answered as before. */',
      `${exported}function allowCredentials(req${typed(': Request')}, res${typed(': Response')})${typed(': void')} {`,
      '  const { origin } = req.headers;',
      `  if (!origin || !clientOrigins().includes(origin)) return;`,
      `  res.setHeader(${quoted(style, 'Access-Control-Allow-Origin')}, origin);`,
      `  res.setHeader(${quoted(style, 'Access-Control-Allow-Credentials')}, ${quoted(style, 'true')});`,
      `  res.vary(${quoted(style, 'Origin')});`,
      '}',
    );
  }
  if (corsFunctions.includes('clientCredentials')) {
    lines.push(
      '',
      '/** In front of what answers other origins: the client gets credentials, the others are answered as before. */',
      `${exported}const clientCredentials = ${ALLOW}(clientOrigins);`,
    );
  }
  return lines;
}

function originsText(origins: ClientOrigins, names: Settled, typescript: boolean, style: Style): string {
  const comma = quoted(style, ',');
  switch (origins.from) {
    case 'cors':
      return `[${origins.named.map((origin) => quoted(style, origin)).join(', ')}]`;
    case 'expression': {
      const text = names.textOf(origins.expression.portable);
      const test = '(origin) => /^https?:/.test(origin)';
      switch (origins.expression.has) {
        case 'origins':
          return typescript ? `[...${text}]` : text;
        case 'texts':
          return `${text}.filter(${test})`;
        case 'unset':
          return typescript
            ? `${text}.filter((origin): origin is string => /^https?:/.test(String(origin)))`
            : `${text}.filter(${test})`;
        // It may be one origin or a list, unset, or a star that names nobody.
        default:
          return `String(${text}).split(${comma}).filter(${test})`;
      }
    }
    case 'environment':
      return `(process.env.CLIENT_ORIGIN || ${quoted(style, origins.otherwise.join(','))}).split(${comma}).filter(Boolean)`;
  }
}
