import type { NodePath } from '@babel/traverse';
import { originsOf } from '../flow/origins.js';
import type { Package } from '../packages.js';
import { textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { isTokenName } from './names.js';
import type { StorageAccess } from './storage.js';

/**
 * Domains whose API belongs to whoever runs them: services that log their own users in, and APIs that anybody may
 * try things with. Nobody can put a shim in front of these.
 */
const SERVICES: readonly string[] = [
  // Log-in providers
  'auth0.com',
  'okta.com',
  'onelogin.com',
  'amazoncognito.com',
  'b2clogin.com',
  'microsoftonline.com',
  'clerk.accounts.dev',
  'googleapis.com',
  'firebaseio.com',
  'supabase.co',
  'back4app.com',
  'backendless.com',
  // Services with an account of the user's
  'api.github.com',
  'api.spotify.com',
  'graph.microsoft.com',
  'graph.facebook.com',
  'api.themoviedb.org',
  'api.twitter.com',
  'api.x.com',
  'api.linkedin.com',
  'api.notion.com',
  'api.airtable.com',
  'discord.com',
  'slack.com',
  // To try things with
  'reqres.in',
  'dummyjson.com',
  'fakestoreapi.com',
  'escuelajs.co',
  'gorest.co.in',
  'jsonplaceholder.typicode.com',
  'realworld.io',
  'productionready.io',
];

/** The service that an address belongs to. */
export function serviceAt(address: string): string | undefined {
  const host = /^(?:https?:)?\/\/([^/:]+)/i.exec(address)?.[1]?.toLowerCase();
  return SERVICES.find((service) => host === service || host?.endsWith(`.${service}`));
}

/** Libraries that log users in at a provider and hand out its tokens, with what they are asked by. */
const PROVIDERS: readonly { readonly library: RegExp; readonly asks: RegExp }[] = [
  { library: /^@auth0\//, asks: /getAccessToken(?:Silently|WithPopup)|getTokenSilently|getIdTokenClaims/ },
  { library: /^(?:firebase|@angular\/fire|@react-native-firebase\/auth)$/, asks: /getIdToken/ },
  { library: /^@supabase\//, asks: /\bauth\.(?:getSession|session|getUser)|session\b.*\.access_token/ },
  {
    library: /^(?:aws-amplify|@aws-amplify\/auth|amazon-cognito-identity-js)$/,
    asks: /fetchAuthSession|currentSession|getJwtToken/,
  },
  { library: /^@azure\/msal/, asks: /acquireToken/ },
  { library: /^@clerk\//, asks: /getToken\(/ },
  { library: /^(?:next-auth|@auth\/)/, asks: /\b(?:useSession|get(?:Server)?Session|getToken)\(/ },
  {
    library: /^(?:keycloak-js|@react-keycloak\/web|keycloak-angular)$/,
    asks: /\b(?:keycloak|kc)\w*\.(?:token|idToken)\b/i,
  },
  {
    library: /^(?:oidc-client|oidc-client-ts|react-oidc-context|@okta\/)/,
    asks: /\.(?:access_token|id_token)\b|getAccessToken\(|getUser\(/,
  },
];

/** The library of a provider that a value is asked of, where its package depends on one. */
export function providerOf(sources: Sources, value: NodePath): string | undefined {
  const home = sources.packageOf(sources.fileOf(value));
  const known = home ? providersIn(home) : [];
  if (!known.length) return undefined;
  const texts = originsOf(sources, value).map(({ path, trail }) =>
    [textOf(sources.fileOf(path), path.node), ...trail].join('.'),
  );
  return known.find(({ asks }) => texts.some((text) => asks.test(text)))?.name;
}

function providersIn({ dependencies }: Package): { readonly name: string; readonly asks: RegExp }[] {
  return [...dependencies].flatMap((name) =>
    PROVIDERS.filter(({ library }) => library.test(name)).map(({ asks }) => ({ name, asks })),
  );
}

/** Why the login tokens of a client are somebody else's; undefined where they may be those of its own server. */
export function strangerOf(
  sources: Sources,
  addresses: readonly string[],
  accesses: readonly StorageAccess[],
): string | undefined {
  const services = addresses.map(serviceAt);
  const [service] = services;
  if (service && services.every((one) => one))
    return `its API is ${service}, which nobody can put sessions in front of: name your own server there, and run this again`;
  const provided = accesses
    .filter(({ operation, key }) => operation === 'set' && key !== undefined && isTokenName(key))
    .map(({ value }) => value && providerOf(sources, value))
    .find((name) => name);
  return provided && `the login token is one that ${provided} hands out`;
}
