import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { propertyOf } from './acceptance/doors.js';
import { toldApartAt } from './acceptance/told-apart.js';
import { bareLogins } from './bare-claims.js';
import { definitionOf, keyName } from './definitions.js';
import type { Project } from './project.js';
import type { GatewaySite, Site } from './site.js';
import { textOf } from './source.js';
import type { Sources } from './sources.js';

/** Options of express-jwt that are about the token itself, which a session has not. */
const ABOUT_THE_TOKEN = new Set([
  'secret',
  'algorithms',
  'getToken',
  'audience',
  'issuer',
  'ignoreExpiration',
]);
/** Options of express-jwt that a session guard has too. */
const CARRIED_OVER = new Set([
  'credentialsRequired',
  'requestProperty',
  'userProperty',
  'isRevoked',
  'onExpired',
]);

/** Why no rule may let the session do what a library does with the token, in words; undefined where one may. */
export function gatewayObstacle(
  site: GatewaySite,
  project: Pick<Project, 'sources' | 'sites'>,
): string | undefined {
  const { sources } = project;
  if (site.family !== 'session') return `it checks a ${site.family} token: ${site.evidence}`;
  const bare =
    bareLogins(project) === 'none'
      ? undefined
      : 'the login token is a bare id, and a session has claims, of which sub is that id';
  const apart = toldApartAt(site.file, project);
  if (apart) return apart;
  if (site.library === 'passport-jwt') {
    if (!site.verify) return 'it is given no verify function';
    return passesRequest(site, sources) === 'unclear' ? UNCLEAR : bare;
  }
  if (!site.written) return UNCLEAR;
  const properties = gatewayOptions(site.written, sources);
  const unknown = properties.filter(([name]) => !ABOUT_THE_TOKEN.has(name) && !CARRIED_OVER.has(name));
  if (unknown.some(([name]) => name === '...')) return UNCLEAR;
  if (unknown.length) {
    const names = unknown.map(([name]) => name).join(', ');
    return `it is given ${names}, which a session guard does not know`;
  }
  const elsewhere = properties.find(
    ([name, path]) => /^(?:isRevoked|onExpired)$/.test(name) && sources.fileOf(path) !== site.file,
  );
  return elsewhere ? `its option ${elsewhere[0]} is written in another file` : bare;
}

const UNCLEAR = 'its options are not written out where they can be read';

/** The options of express-jwt by name, each with its property; spread ones included, `...` for what can't be read. */
export function gatewayOptions(
  written: NodePath<t.ObjectExpression> | undefined,
  sources: Sources,
): [string, NodePath][] {
  return (written?.get('properties') ?? []).flatMap((property): [string, NodePath][] => {
    if (property.isSpreadElement()) {
      const spread = definitionOf(sources, property.get('argument'));
      return spread.kind === 'object' ? gatewayOptions(spread.path, sources) : [['...', property]];
    }
    return [[keyName(property.node) ?? '...', property]];
  });
}

/** Whether the verify function of passport-jwt is handed the request first. */
export function passesRequest(site: GatewaySite, sources: Sources): 'yes' | 'no' | 'unclear' {
  if (!site.options) return 'unclear';
  const fills = site.options.isIdentifier()
    ? (site.options.scope.getBinding(site.options.node.name)?.referencePaths ?? [])
    : [];
  const texts = [
    ...(site.written?.get('properties') ?? []).map((property) => property as NodePath),
    ...fills.map((fill) => fill.parentPath?.parentPath).filter((fill) => fill?.isAssignmentExpression()),
  ].map((path) => (path ? textOf(sources.fileOf(path), path.node) : ''));
  if (!site.written && !texts.length) return 'unclear';
  const spread = site.written?.node.properties.some((property) => keyName(property) === undefined);
  const said = texts.find((text) => text.includes('passReqToCallback'));
  if (said) return /true\s*,?$/.test(said) ? 'yes' : /false\s*,?$/.test(said) ? 'no' : 'unclear';
  return spread ? 'unclear' : 'no';
}

/** The application's own functions that a library calls to take the token from a request. */
export function extractorsOf({ library, options }: GatewaySite, sources: Sources): NodePath<t.Function>[] {
  const name = library === 'express-jwt' ? 'getToken' : 'jwtFromRequest';
  const given = options && propertyOf(sources, options, name);
  return given ? functionsIn(given, sources) : [];
}

function functionsIn(path: NodePath, sources: Sources): NodePath<t.Function>[] {
  const definition = definitionOf(sources, path);
  if (definition.kind === 'function') return [definition.path];
  const call = definition.kind === 'value' ? definition.path : path;
  const [list] = call.isCallExpression() ? (call.get('arguments') as NodePath[]) : [];
  if (!list?.isArrayExpression()) return [];
  return list.get('elements').flatMap((one) => (one.node ? functionsIn(one as NodePath, sources) : []));
}

/** The library set-up that a place in an extractor works for, where nothing else calls that function. */
export function gatewayServedBy(path: NodePath, sites: readonly Site[], sources: Sources) {
  return sites.find(
    (site): site is GatewaySite =>
      site.kind === 'gateway' &&
      extractorsOf(site, sources).some((extractor) => path.isDescendant(extractor)),
  );
}

/** Whether a function is written in the set-up itself, or named by nothing but set-ups. */
export function servesOnlyGateways(extractor: NodePath, gateways: readonly GatewaySite[]): boolean {
  const within = (path: NodePath) =>
    gateways.some(
      ({ call, written }) => path.isDescendant(call) || (written !== undefined && path.isDescendant(written)),
    );
  if (within(extractor)) return true;
  const declarator = extractor.isFunctionDeclaration() ? extractor : extractor.parentPath;
  if (!declarator?.isFunctionDeclaration() && !declarator?.isVariableDeclarator()) return false;
  const statement = declarator.isFunctionDeclaration() ? declarator : declarator.parentPath;
  if (statement?.parentPath?.isExportDeclaration()) return false;
  const [name] = Object.keys(declarator.getBindingIdentifiers());
  const binding = name === undefined ? undefined : declarator.parentPath?.scope.getBinding(name);
  return Boolean(binding?.referencePaths.length && binding.referencePaths.every(within));
}
