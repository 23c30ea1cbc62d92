import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import type { CallPath } from '../callers.js';
import { type Definition, propertyName } from '../definitions.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import { type OutgoingRequest, propertyIn, type SendingClient } from './requests.js';

/** What makes a client whose requests all share their options, which are those of `fetch` unless told. */
interface Maker {
  readonly client?: SendingClient;
  readonly package: RegExp;
  readonly export: RegExp;
  /** Where among the arguments the options are. */
  readonly options: number;
  /** The option that holds the address; absent where the first argument is the address. */
  readonly address?: string;
  /** Only with an address among its options does it send requests itself. */
  readonly needsAddress?: boolean;
}

const MAKERS: readonly Maker[] = [
  {
    package: /^(?:@apollo\/client(?:\/.*)?|apollo-link(?:-batch)?-http|apollo-upload-client)$/,
    export: /^(?:(?:Batch)?HttpLink|create(?:Http|Upload)Link)$/,
    options: 0,
    address: 'uri',
  },
  {
    package: /^(?:@apollo\/client(?:\/.*)?|apollo-client|apollo-boost)$/,
    export: /^(?:ApolloClient|default|)$/,
    options: 0,
    address: 'uri',
    needsAddress: true,
  },
  {
    package: /^@reduxjs\/toolkit\/query(?:\/react)?$/,
    export: /^fetchBaseQuery$/,
    options: 0,
    address: 'baseUrl',
  },
  { package: /^ky$/, export: /(?:^|\.)(?:create|extend)$/, options: 0, address: 'prefixUrl' },
  { package: /^wretch$/, export: /^(?:default)?$/, options: 1 },
  {
    package: /^openapi-fetch$/,
    export: /^(?:default|createClient|createPathBasedClient)?$/,
    options: 0,
    address: 'baseUrl',
  },
  { package: /^graphql-request$/, export: /^GraphQLClient$/, options: 1 },
  { package: /^ofetch$/, export: /^(?:ofetch|\$fetch)\.create$/, options: 0, address: 'baseURL' },
  {
    client: 'urql',
    package: /^(?:@urql\/\w+|urql)$/,
    export: /^(?:Client|createClient)$/,
    options: 0,
    address: 'url',
  },
  {
    client: 'trpc',
    package: /^@trpc\/client$/,
    export: /^http(?:Batch(?:Stream)?)?Link$/,
    options: 0,
    address: 'url',
  },
];

/** Clients that are generated into the application, by what is given to them: `client.setConfig({ baseUrl, auth })`. */
function byGenerated(sources: Sources, file: SourceFile, path: CallPath): OutgoingRequest | undefined {
  const [options] = path.get('arguments') as NodePath[];
  const given = (name: string) => options && propertyIn(sources, options, name);
  const isMade = path.isNewExpression() && given('securityWorker') !== undefined;
  if (!options || !(isMade || isHeyApi(sources, path))) return undefined;
  // Those that send by axios take its options.
  const byAxios = given('baseURL');
  const url = byAxios ?? given('baseUrl');
  if (!url && !given('auth') && !isMade) return undefined;
  return {
    file,
    path,
    client: byAxios ? 'with-credentials' : isMade ? 'swagger-typescript-api' : 'fetch',
    shared: true,
    method: 'get',
    body: [],
    optionsIndex: 0,
    options,
    ...(url ? { url } : {}),
  };
}

/** Whether a call sets a client up that hey-api generates. */
export function isHeyApi(sources: Sources, path: CallPath): boolean {
  const { node } = path;
  const name = t.isIdentifier(node.callee) ? node.callee.name : propertyName(node.callee);
  if (!/^(?:setConfig|createConfig)$/.test(name ?? '')) return false;
  const { dependencies = new Set<string>() } = sources.packageOf(sources.fileOf(path)) ?? {};
  return [...dependencies].some((one) => one.startsWith('@hey-api/'));
}

/** What a framework makes known everywhere without an import. */
const GLOBALS: readonly Maker[] = [
  { package: /^$/, export: /^\$fetch\.create$/, options: 0, address: 'baseURL' },
];

function makerOf(callee: Definition): Maker | undefined {
  if (callee.kind !== 'package' && callee.kind !== 'global') return undefined;
  const name = callee.name.join('.');
  return callee.kind === 'global'
    ? GLOBALS.find((one) => one.export.test(name))
    : MAKERS.find((one) => one.package.test(callee.module) && one.export.test(name));
}

/** The package whose client a call makes; `''` where a framework brings it. */
export function madeWith(callee: Definition): string | undefined {
  if (!makerOf(callee)) return undefined;
  return callee.kind === 'package' ? callee.module : '';
}

/** The client that a call makes, as the request that stands for all of its requests. */
export function byMaker(
  sources: Sources,
  file: SourceFile,
  path: CallPath,
  callee: Definition,
): OutgoingRequest | undefined {
  const maker = makerOf(callee);
  if (!maker) return byGenerated(sources, file, path);
  const given = path.get('arguments') as NodePath[];
  const options = given[maker.options];
  const url = maker.address === undefined ? given[0] : options && propertyIn(sources, options, maker.address);
  if (maker.needsAddress && !url) return undefined;
  return {
    file,
    path,
    client: maker.client ?? 'fetch',
    shared: true,
    method: 'get',
    body: [],
    optionsIndex: maker.options,
    ...(url ? { url } : {}),
    ...(options ? { options } : {}),
  };
}
