import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import type { Family } from '../../words.js';
import { propertyOf } from '../acceptance/doors.js';
import { argumentOf, type CallPath } from '../callers.js';
import { definitionOf } from '../definitions.js';
import { type Kinds, kindsOf } from '../kinds.js';
import { type CheckSite, isMint, type MintSite } from '../site.js';
import { firstLineOf } from '../source.js';
import type { Sources } from '../sources.js';

/**
 * What signs or checks tokens of several kinds goes on doing so for those that are used once: each of its calls for
 * a login, or for what renews one, is a site of its own.
 */
export function sitesByKind(sources: Sources, site: MintSite | CheckSite): (MintSite | CheckSite)[] {
  const owner = site.path.getFunctionParent();
  const kinds = owner ? kindsOf(sources, owner) : undefined;
  if (!owner || !kinds || site.callback || (isMint(site) && (site.bare || site.chain))) return [site];
  if ((kinds.does === 'sign') !== isMint(site)) return [site];
  const split = [
    ...kinds.logins.map((call) => siteAt(sources, site, owner, { call, family: 'session' })),
    ...kinds.refresh.map((call) => siteAt(sources, site, owner, { call, family: 'refresh' })),
  ];
  const found = split.filter((one) => one !== undefined);
  if (found.length < split.length) return [site];
  return [{ ...site, family: 'one-time', evidence: evidenceOf(kinds, sources) }, ...found];
}

function evidenceOf({ others, does }: Kinds, sources: Sources): string {
  const [other] = others;
  const called = other ? firstLineOf(sources.fileOf(other), other.node) : '';
  return `${called} ${does === 'sign' ? 'makes' : 'checks'} one, and calls for logins come here no more`;
}

interface OneKind {
  readonly call: CallPath;
  readonly family: Family;
}

function siteAt(
  sources: Sources,
  site: MintSite | CheckSite,
  owner: NodePath<t.Function>,
  { call, family }: OneKind,
): MintSite | CheckSite | undefined {
  const file = sources.fileOf(call);
  const evidence = `${firstLineOf(file, call.node)} is about it`;
  const shared = { function: owner, call: site.call };
  const promisified = owner.node.async || site.promisified;
  const common = { file, path: call, call, family, evidence, shared, promisified };
  if (isMint(site)) {
    const given = lifetimeGiven(sources, site);
    const expires = given && givenFor(sources, owner, call, given);
    return { ...site, ...common, ...(expires ? { expires } : {}) };
  }
  const token = site.token && givenFor(sources, owner, call, site.token);
  return (
    token && {
      ...site,
      ...common,
      token,
      shared: { ...shared, ...(site.token ? { token: site.token } : {}) },
    }
  );
}

/** The lifetime that a mint is given, as its options say it. */
function lifetimeGiven(sources: Sources, { options, expires }: MintSite): NodePath | undefined {
  return expires ?? (options && propertyOf(sources, options, 'expiresIn'));
}

/** What a call gives for a parameter of the function, where an expression in it is nothing but that. */
function givenFor(
  sources: Sources,
  owner: NodePath<t.Function>,
  call: CallPath,
  path: NodePath,
): NodePath | undefined {
  const definition = definitionOf(sources, path);
  const own = definition.kind === 'parameter' && definition.function.node === owner.node;
  return own && !definition.trail.length ? argumentOf(call, owner, definition.index) : undefined;
}
